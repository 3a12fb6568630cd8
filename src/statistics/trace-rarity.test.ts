import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { calibrateRarity, learnRarity, openRarity } from './trace-rarity.ts';

const random = createRandom(11);
/** About 1, spread by a tenth. */
const noise = (): number => Math.exp(0.1 * random.normal());

/** 1 calls 2, which calls 3, and 4; self times are about 5, 20, 50 and 2 ms, all of a slow host longer. */
function request({ host = noise(), of2 = 1, of4 = 1 } = {}): readonly NodeByHand[] {
  const self = [5, 20 * of2, 50, 2 * of4].map((ms) => ms * host * noise());
  const [one, two, three, four] = self as [number, number, number, number];
  return [
    [-1, 1, one + two + three + four],
    [0, 2, two + three],
    [0, 4, four],
    [1, 3, three],
  ];
}

const TRAIN = 400;
const VAL = 200;
const usual = Array.from({ length: TRAIN + VAL }, () => request());
const withoutFour = request().filter((_, node) => node !== 2);
const withFive: readonly NodeByHand[] = [...request(), [0, 5, 1]];
const ODD = [
  request(),
  request({ host: 3 }),
  request({ of2: 2.2 }),
  request({ of4: 4 }),
  withoutFour.map(([parent, operation, ms]) => [parent === 1 ? 1 : parent, operation, ms] as const),
  withFive,
];
const traces = tracesByHand([...usual, ...ODD]);

/** Runs to the end, however often it yields. */
function finish<Value>(work: Generator<void, Value>): Value {
  for (let step = work.next(); ; step = work.next()) if (step.done === true) return step.value;
}

describe('how rare a trace is among those seen', () => {
  const train = firstTraces(TRAIN);
  const learned = finish(learnRarity(traces, train));
  const val = Uint32Array.from({ length: VAL }, (_, i) => TRAIN + i);
  const reader = openRarity(learned, finish(calibrateRarity(learned, traces, val)))(traces);
  const read = (odd: number) => reader.read(TRAIN + VAL + odd);

  test('a usual trace is not', () => {
    expect(read(0).score).toBeLessThan(4);
  });

  test('one that a slow host took three times as long for is slow as a whole', () => {
    const { way, score, nats } = read(1);
    expect(way).toBe('whole');
    expect(score).toBeGreaterThan(Math.log(VAL));
    // no call stands out from the others
    expect(nats.place).toBeLessThan(score);
  });

  test('one slow call in a usual request is slow in one place, and the place is named', () => {
    expect(read(2)).toMatchObject({ way: 'place', node: 1 });
  });

  test('so is a short call, though the whole hardly notices', () => {
    const { way, node, nats } = read(3);
    expect({ way, node }).toEqual({ way: 'place', node: 2 });
    expect(nats.whole).toBeLessThan(3);
  });

  test('a structure that training did not have is as rare as structures of one trace', () => {
    for (const odd of [4, 5]) {
      expect(read(odd)).toMatchObject({ way: 'structure', score: Math.log(1 + TRAIN) });
    }
    // the call that nobody made before
    expect(read(5).node).toBe(4);
  });

  test('1 in 100 validation traces is above the 99th percentile, whatever the unit', () => {
    const longer = { ...traces, latencyUs: traces.latencyUs.map((us) => 4 * us) };
    const again = finish(learnRarity(longer, train));
    const other = openRarity(again, finish(calibrateRarity(again, longer, val)))(longer);
    for (let odd = 0; odd < ODD.length; odd++) {
      expect(other.read(TRAIN + VAL + odd).score).toBeCloseTo(read(odd).score, 0);
    }
  });

  test('a set that nothing is known of is scored, too', () => {
    const few = firstTraces(3);
    const little = finish(learnRarity(traces, few));
    const { read: say } = openRarity(little, finish(calibrateRarity(little, traces, few)))(traces);
    for (let odd = 0; odd < ODD.length; odd++) {
      expect(Number.isFinite(say(TRAIN + VAL + odd).score)).toBe(true);
    }
  });
});
