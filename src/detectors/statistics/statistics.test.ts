import { describe, expect, test } from 'vitest';
import { firstTraces, type NodeByHand, tracesByHand } from '../../testing/traces-by-hand.ts';
import type { DetectorData, ScoresModel } from '../detector.ts';
import type { Method } from '../shared/method.ts';
import { DURATION } from './duration.ts';
import { HISTORY } from './history.ts';
import { ISOLATION_FOREST } from './isolation-forests.ts';
import { ODDEST_NODE, ODDEST_NODES } from './oddest-nodes.ts';
import { MAHALANOBIS, RIDGE } from './self-times.ts';
import { type Statistic, statisticOf } from './statistic.ts';
import { UNSEEN_STRUCTURE } from './unseen-structure.ts';

/** a calls b, which works for `ms` by itself, and c; a works for 1 ms. */
const request = (ms: number): readonly NodeByHand[] => [
  [-1, 1, ms + 3],
  [0, 2, ms],
  [0, 3, 2],
];
const TRAIN = Array.from({ length: 300 }, (_, i) => request(10 + (i % 10)));
const slow = request(200);
const withoutC: readonly NodeByHand[] = [
  [-1, 1, 13],
  [0, 2, 12],
];
const withD: readonly NodeByHand[] = [
  [-1, 1, 17],
  [0, 2, 12],
  [0, 3, 2],
  [0, 4, 2],
];
const TESTED = [request(12), slow, withoutC, withD];

const traces = tracesByHand([...TRAIN, ...TESTED]);
const data: DetectorData = {
  traces,
  train: firstTraces(TRAIN.length),
  val: new Uint32Array(0),
  scale: { mean: new Float32Array(0), std: new Float32Array(0), floored: [] } as never,
};
const tested = Uint32Array.from(TESTED, (_, i) => TRAIN.length + i);
const signal = new AbortController().signal;

async function learnt<Config>(
  statistic: Statistic<Config>,
  changes: Partial<Config> = {},
  from: DetectorData = data,
) {
  const method: Method<Config> = statisticOf(statistic);
  const config = { ...statistic.meta.presets.tiny, ...changes };
  const control = { signal, stopRequested: () => false, whenRunning: async () => {} };
  const settings = { config } as Parameters<typeof method.fit>[1];
  const fitted = await method.fit(from, settings, { seed: 1, control, onEvent: () => {} });
  if (!fitted.ok || fitted.value.kind !== 'scores') throw new Error('not fitted');
  return fitted.value;
}

const scored = (model: ScoresModel) =>
  model.scoreTraces(data, tested, { seed: 1, signal, onProgress: () => {} });

describe('statistics as detectors', () => {
  test('Duration is the root’s, in milliseconds, and nothing is learnt', async () => {
    const model = await learnt(DURATION);
    expect([...(await scored(model)).score]).toEqual([15, 203, 13, 17]);
    expect(model.parameterCount).toBe(0);
  });

  test('Oddest node: the largest tail, and what an unseen structure adds; it names the node', async () => {
    const { score, terms, worstNode } = await scored(
      await learnt(ODDEST_NODE, { unseen: 'fixed' }),
    );
    expect([...terms!.unseen!]).toEqual([0, 0, 5, 5]);
    expect(terms!.tail![1]).toBeGreaterThan(Math.log(301));
    expect(score[1]).toBe(terms!.tail![1]);
    // b was slow; a, which waited for it, was not busy
    expect(worstNode![1]).toBe(1);
  });

  test('calibrated, an unseen structure is as rare as the structures of one trace', async () => {
    const { terms } = await scored(await learnt(ODDEST_NODE, { unseen: 'calibrated' }));
    expect(terms!.unseen![2]).toBeCloseTo(Math.log(301), 12);
  });

  test('Oddest nodes are at least the oddest', async () => {
    const one = await scored(await learnt(ODDEST_NODE));
    const three = await scored(await learnt(ODDEST_NODES, { k: 3 }));
    three.score.forEach((score, i) => {
      expect(score).toBeGreaterThanOrEqual(one.score[i]!);
    });
    expect(await scored(await learnt(ODDEST_NODES, { k: 1 }))).toEqual(one);
  });

  test('Unseen structure: of unseen paths, or of known ones that were never together', async () => {
    const { score, terms } = await scored(await learnt(UNSEEN_STRUCTURE, { unseen: 'fixed' }));
    expect([...score]).toEqual([0, 0, 5, 5]);
    expect([...terms!.path!]).toEqual([0, 0, 0, 5]);
    expect([...terms!.structure!]).toEqual([0, 0, 5, 0]);
  });

  test('explanations name the missing call, and score the node of an unseen path', async () => {
    const model = await learnt(UNSEEN_STRUCTURE, { unseen: 'fixed' });
    const missing = await model.explain(data, tested[2]!, { seed: 1 });
    // never before was a called without c
    expect(missing.absent).toEqual([{ operations: [1, 3], score: Math.log(301) }]);
    const { nodes } = await model.explain(data, tested[3]!, { seed: 1 });
    expect([...nodes.score]).toEqual([0, 0, 0, 5]);
    const tails = await (await learnt(ODDEST_NODE)).explain(data, tested[1]!, { seed: 1 });
    expect(tails.nodes.expectedMs[1]).toBe(14);
    expect(tails.says).toMatch(/oddest node/);
  });

  test('self times that are usual each, and not together, are far out by structure', async () => {
    // of a and b one is busy while the other is not
    const odd = tracesByHand([
      ...Array.from({ length: 100 }, (_, i) => {
        const load = 1 + (i % 10);
        return [
          [-1, 1, load + 2 * load],
          [0, 2, 2 * load],
        ] as const;
      }),
      [
        [-1, 1, 1 + 20],
        [0, 2, 20],
      ],
    ]);
    const set = { ...data, traces: odd, train: firstTraces(100) };
    const tailOf = async (statistic: typeof RIDGE) => {
      const model = await learnt(statistic, {}, set);
      const { terms, worstNode } = await model.scoreTraces(set, Uint32Array.of(9, 100), {
        seed: 1,
        signal,
        onProgress: () => {},
      });
      return { tail: [...terms!.tail!], worstNode };
    };
    const ridge = await tailOf(RIDGE);
    expect(ridge.tail[1]).toBeGreaterThan(Math.log(101));
    expect(ridge.worstNode![1]).toBe(1);
    expect(ridge.tail[0]).toBeLessThan(Math.log(101));
    const distance = await tailOf(MAHALANOBIS);
    expect(distance.tail[1]).toBeGreaterThan(Math.log(101));
  });

  test('Isolation forest: the slow nodes are the oddest', async () => {
    const { score, worstNode } = await scored(await learnt(ISOLATION_FOREST));
    expect(score[1]).toBeGreaterThan(score[0]!);
    // a was slow with b, and c was not
    expect([0, 1]).toContain(worstNode![1]);
  });

  test('History: the rarest way counts, alone among its terms; read back it says the same', async () => {
    const model = await learnt(HISTORY);
    const { score, terms, worstNode, absentCall } = await scored(model);
    const won = ['whole', 'place', 'structure', 'in-time'].map((way) => [...terms![way]!]);
    score.forEach((one, i) => {
      expect(won.map((values) => values[i]!).filter((value) => value > 0)).toEqual(
        one > 0 ? [one] : [],
      );
    });
    expect(Math.max(score[1]!, score[2]!, score[3]!)).toBeGreaterThan(score[0]!);
    expect(worstNode![3]).toBe(3);
    // c is missing in the one, and d, which was never there, in none
    expect([...absentCall!]).toEqual([-1, -1, 3, -1]);
    const method = statisticOf(HISTORY);
    const settings = { config: {} } as Parameters<typeof method.restore>[0];
    const restored = method.restore(settings, 10, await model.saveWeights());
    expect(await scored(restored as ScoresModel)).toEqual({
      score,
      terms,
      worstNode,
      absentCall,
    });
    const { says, absent } = await model.explain(data, tested[2]!, { seed: 1 });
    expect(says).toMatch(/structure not seen in training [1-9]/);
    expect(absent).toEqual([{ operations: [1, 3], score: Math.log(301) }]);
  });

  test('History: what hardly shows in one request shows in all of a minute', async () => {
    // thirty requests, one per second, of which each is as slow as the slowest tenth
    const minute = Array.from({ length: 30 }, () => request(19));
    const made = tracesByHand([...TRAIN, ...minute, request(12)]);
    const set = (startUs: (trace: number) => number): DetectorData => ({
      ...data,
      traces: { ...made, startUs: Float64Array.from(made.structureOf.keys(), startUs) },
    });
    const inTime = set((trace) => trace * 1e6);
    const model = await learnt(HISTORY, {}, inTime);
    const rows = Uint32Array.from([TRAIN.length, TRAIN.length + 29, TRAIN.length + 30]);
    const scoreIn = (of: DetectorData, by: ScoresModel) =>
      by.scoreTraces(of, rows, { seed: 1, signal, onProgress: () => {} });
    const { score, terms, worstNode } = await scoreIn(inTime, model);
    // the first has usual ones before it, the last slow ones
    expect(score[1]).toBeGreaterThan(score[0]! + 1);
    expect(terms!['in-time']![1]).toBe(score[1]);
    expect(worstNode![1]).toBe(1);
    // one that is quick is not odd, whatever came before
    expect(score[2]).toBeLessThan(score[1]!);
    const { says } = await model.explain(inTime, rows[1]!, { seed: 1 });
    expect(says).toMatch(/\d+ of 60 requests that passed shop in the minute before were slow/);

    // the same requests at unknown times are all alike
    const unknown = set(() => Number.NaN);
    const alone = await scoreIn(unknown, await learnt(HISTORY, {}, unknown));
    expect(alone.score[0]).toBe(alone.score[1]);

    const method = statisticOf(HISTORY);
    const settings = { config: {} } as Parameters<typeof method.restore>[0];
    const restored = method.restore(settings, 10, await model.saveWeights());
    expect((await scoreIn(inTime, restored as ScoresModel)).score).toEqual(score);
  });
});
