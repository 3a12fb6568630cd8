import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { createFloatSort } from './sort-floats.ts';

const random = createRandom(7);
const sortFloats = createFloatSort();
const COLUMNS: Readonly<Record<string, (i: number) => number>> = {
  'spread over all sizes, both signs': () => random.normal() * 10 ** (12 * random.uniform() - 6),
  'whole microseconds with many equal ones': () => Math.round(200 * random.uniform()),
  'whole numbers of both signs, zeros too': () => Math.round(3 * random.normal()),
  'whole numbers far from each other': () => Math.round(2e9 * (random.uniform() - 0.5)),
  'whole numbers too far from each other': () => Math.round(2e15 * (random.uniform() - 0.5)),
  'all equal': () => 3,
  'zeros of both signs, and infinities': (i) => [0, -0, Infinity, -Infinity, 1e-310][i % 5]!,
  'a few that agree in their upper half': (i) => Math.floor(i / 4) + 2e-9 * random.uniform(),
  'many that agree in their upper half, negative': () => -1 - 1e-9 * random.uniform(),
  falling: (i) => -i / 7,
};

describe.each([3, 399, 5000])('a column of %d values', (length) => {
  it.each(Object.entries(COLUMNS))('is in order as the engine sorts it: %s', (_, valueAt) => {
    const drawn = Array.from({ length }, (_, i) => valueAt(i));
    for (const values of [Float32Array.from(drawn), Float64Array.from(drawn)]) {
      const before = values.slice();
      const sorted = sortFloats(values);
      expect(sorted).toBe(values);
      // -0 is not 0 here
      expect(Buffer.from(sorted.buffer).equals(Buffer.from(before.sort().buffer))).toBe(true);
    }
  });

  it('leaves what is beside it alone', () => {
    const values = Float64Array.from({ length: length + 2 }, () => random.normal());
    const [first, last] = [values[0], values[length + 1]];
    const part = values.subarray(1, length + 1);
    const expected = part.slice().sort();
    expect(sortFloats(part)).toEqual(expected);
    expect([values[0], values[length + 1]]).toEqual([first, last]);
  });
});
