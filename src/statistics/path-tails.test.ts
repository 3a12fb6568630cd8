import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { type Measure, openPathTails, sumOfLargest, suspect } from './path-tails.ts';
import { gatherPathValues, type PathValues } from './path-values.ts';

/** a calls b, which works for `ms` by itself; a works for 1 ms. */
const pair = (ms: number): readonly NodeByHand[] => [
  [-1, 1, ms + 1],
  [0, 2, ms],
];
/** 20 traces: b takes 1 to 20 ms. */
const TWENTY = Array.from({ length: 20 }, (_, i) => pair(i + 1));

function learnt(trees: readonly (readonly NodeByHand[])[]): PathValues {
  const learning = gatherPathValues(tracesByHand(trees), firstTraces(trees.length));
  for (;;) {
    const step = learning.next();
    if (step.done === true) return step.value;
  }
}

function read(train: typeof TWENTY, tree: readonly NodeByHand[], measure: Measure = 'both') {
  const reader = openPathTails(learnt(train), measure).reader(tracesByHand([tree]));
  const n = reader.read(0);
  return {
    n,
    reader,
    duration: [...reader.durationTail.slice(0, n)],
    self: [...reader.selfTail.slice(0, n)],
    score: [...reader.score.slice(0, n)],
  };
}

test('values lie path by path, ascending', () => {
  const values = learnt([pair(3), pair(2), [[-1, 1, 9]]]);
  expect(values.count).toEqual(Float32Array.of(3, 2));
  expect(values.durations).toEqual(Float32Array.of(3000, 4000, 9000, 2000, 3000));
  expect(values.selfTimes).toEqual(Float32Array.of(1000, 1000, 9000, 2000, 3000));
});

test('a node has the larger of the tails of its duration and of its self time', () => {
  // b took 18 ms: three of 20 are as long; a's own 1 ms is what it always is
  const usual = read(TWENTY, pair(18));
  expect(usual.duration[1]).toBeCloseTo(-Math.log(4 / 21), 12);
  expect(usual.self).toEqual([0, usual.duration[1]]);
  expect(usual.score).toEqual(usual.duration);
  // a waits 2 ms longer than ever, which its duration hides
  const waiting = read(TWENTY, [
    [-1, 1, 12],
    [0, 2, 9],
  ]);
  expect(waiting.self[0]).toBeCloseTo(Math.log(21) + Math.log(3) / 0.1, 6);
  expect(waiting.score[0]).toBe(waiting.self[0]);
});

test('durations alone, and self times alone', () => {
  const tree: readonly NodeByHand[] = [
    [-1, 1, 12],
    [0, 2, 9],
  ];
  const duration = read(TWENTY, tree, 'duration');
  expect(duration.score).toEqual(duration.duration);
  expect(duration.self).toEqual([0, 0]);
  const self = read(TWENTY, tree, 'self');
  expect(self.score).toEqual(self.self);
  expect(self.duration).toEqual([0, 0]);
});

test('a path with too few values is compared with its operation anywhere, or not at all', () => {
  // operation 2 below 3 was met in 5 traces, below 1 in 20
  const rare = Array.from({ length: 5 }, (): readonly NodeByHand[] => [
    [-1, 3, 100],
    [0, 2, 50],
  ]);
  const tree: readonly NodeByHand[] = [
    [-1, 3, 100],
    [0, 2, 20],
  ];
  const { score, duration } = read([...TWENTY, ...rare], tree);
  expect(score[0]).toBe(0);
  // of 25 durations six are at least 20 ms
  expect(duration[1]).toBeCloseTo(-Math.log(7 / 26), 12);
  // the same of a path that training never had
  const unseen = read(
    [...TWENTY, ...rare],
    [
      [-1, 4, 100],
      [0, 2, 20],
    ],
  );
  expect(unseen.duration[1]).toBeCloseTo(-Math.log(7 / 26), 12);
  expect(unseen.reader.isKnown(0, 1)).toBe(false);
  expect(unseen.reader.medianUs(0, 0)).toBeNaN();
});

test('where over 5 % of self times are negative, durations alone are compared', () => {
  const side: readonly NodeByHand[] = [
    [-1, 1, 10],
    [0, 2, 9],
    [0, 3, 9],
  ];
  const some = (parallel: number) =>
    Array.from({ length: 40 }, (_, i): readonly NodeByHand[] =>
      i < parallel
        ? side
        : [
            [-1, 1, 20],
            [0, 2, 9],
            [0, 3, 9],
          ],
    );
  expect(openPathTails(learnt(some(2)), 'both').parallelPaths).toBe(0);
  expect(openPathTails(learnt(some(3)), 'both').parallelPaths).toBe(1);
  const { self, duration } = read(some(3), [
    [-1, 1, 40],
    [0, 2, 9],
    [0, 3, 9],
  ]);
  expect(self[0]).toBe(0);
  expect(duration[0]).toBeGreaterThan(Math.log(41));
  // asked for self times, it is compared by what there is
  expect(read(some(3), side, 'self').duration[0]).toBeCloseTo(-Math.log(41 / 41), 12);
});

test('the suspect has the largest tail of self time, not its callers, which are slow with it', () => {
  const slow = read(TWENTY, pair(400));
  expect(suspect(slow.reader, slow.n)).toBe(1);
  // by durations, the deepest within a nat of the largest
  const { reader, n } = read(TWENTY, pair(400), 'duration');
  expect(reader.score[0]).toBeGreaterThan(reader.score[1]! - 20);
  expect(suspect({ ...reader, score: Float64Array.of(9, 8.5, 3) }, 3)).toBe(1);
  expect(suspect({ ...reader, score: Float64Array.of(0, 0) }, n)).toBe(-1);
});

test('the k oddest are summed, all where there are fewer', () => {
  const values = Float64Array.of(1, 7, 3, 5, 99);
  expect(sumOfLargest(values, 4, 1)).toBe(7);
  expect(sumOfLargest(values, 4, 2)).toBe(12);
  expect(sumOfLargest(values, 4, 5)).toBe(16);
});

test.each<Measure>(['both', 'duration', 'self'])(
  'the largest is that of all nodes, and so are those of one node in many traces: %s',
  (measure) => {
    const random = createRandom(3);
    const trees = Array.from({ length: 200 }, (_, i): NodeByHand[] => {
      const [a, b, c] = [0, 0, 0].map(() => Math.round(20 * random.uniform() ** 3)) as [
        number,
        number,
        number,
      ];
      return [
        [-1, 1, a + b + c],
        [0, 2, b],
        [0, i % 2 === 0 ? 3 : 4, c],
      ];
    });
    const traces = tracesByHand(trees);
    const values = learnt(trees.slice(0, 150));
    const reader = openPathTails(values, measure).reader(traces);
    const largest = trees.map((_, trace) => [reader.largest(trace), reader.oddestNode]);
    const scores = trees.map((_, trace) => [...reader.score.slice(0, reader.read(trace))]);
    expect(largest).toEqual(
      scores.map((score) => [Math.max(...score), score.indexOf(Math.max(...score))]),
    );
    const members = firstTraces(200).filter((trace) => trace % 2 === 0);
    const into = new Float64Array(members.length);
    const selfUs = Float64Array.from(members, (trace) => 1000 * trees[trace]![2]![2]);
    reader.readNode(2, { traces: members, from: 0, to: members.length }, selfUs, into);
    expect([...into]).toEqual(Array.from(members, (trace) => scores[trace]![2]));
  },
);
