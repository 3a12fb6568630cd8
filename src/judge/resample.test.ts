import { expect, test } from 'vitest';
import { createResamples, drawsFaults, intervalOf } from './resample.ts';

const fault = (name: string) => ({
  fault: name,
  type: 'delay',
  service: 'web',
  startSeconds: 0,
  endSeconds: 60,
});
/** Four normal traces, then two of fault 0 and three of fault 1. */
const SET = {
  anomalous: Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1, 1),
  faultOf: Int32Array.of(-1, -1, -1, -1, 0, 0, 1, 1, 1),
  faults: [fault('a'), fault('b'), fault('without traces')],
};
const LONE = { ...SET, faultOf: new Int32Array(9).fill(-1), faults: [] };

test('faults are drawn whole, normal traces one by one, as many of each as there are', () => {
  const timesOf = createResamples(SET, { seed: 1 });
  const seen = new Set<string>();
  for (let draw = 0; draw < 200; draw++) {
    const times = [...timesOf(draw)];
    expect(times.slice(0, 4).reduce((sum, n) => sum + n, 0)).toBe(4);
    const [a, b] = [times[4]!, times[6]!];
    expect(times.slice(4)).toEqual([a, a, b, b, b]);
    expect(a + b).toBe(2);
    seen.add(`${a},${b}`);
  }
  expect([...seen].sort()).toEqual(['0,2', '1,1', '2,0']);
});

test('anomalies without faults are drawn one by one', () => {
  const timesOf = createResamples(LONE, { seed: 1 });
  const anomalies = Array.from({ length: 50 }, (_, draw) => [...timesOf(draw)].slice(4));
  for (const times of anomalies) expect(times.reduce((sum, n) => sum + n, 0)).toBe(5);
  expect(anomalies.some(([a, b]) => a !== b)).toBe(true);
});

test('one fault alone, or an anomaly of none, gives no faults to draw from', () => {
  expect(drawsFaults(SET)).toBe(true);
  expect(drawsFaults(LONE)).toBe(false);
  expect(drawsFaults({ ...SET, faultOf: Int32Array.of(-1, -1, -1, -1, 0, 0, 0, 0, 0) })).toBe(
    false,
  );
  expect(drawsFaults({ ...SET, faultOf: Int32Array.of(-1, -1, -1, -1, 0, 0, 1, 1, -1) })).toBe(
    false,
  );
});

test('a draw is the same for the same seed, whatever was drawn before', () => {
  const [one, other] = [createResamples(SET, { seed: 7 }), createResamples(SET, { seed: 7 })];
  one(3);
  expect([...one(5)]).toEqual([...other(5)]);
  expect([...one(5)]).not.toEqual([...createResamples(SET, { seed: 8 })(5)]);
});

test('the interval is 2.5 to 97.5 % of the defined values', () => {
  expect(intervalOf(Float64Array.from({ length: 41 }, (_, i) => 40 - i))).toEqual([1, 39]);
  expect(intervalOf([Number.NaN, 3])).toEqual([3, 3]);
  expect(intervalOf([Number.NaN])).toBeNull();
});
