import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderBy } from './order.ts';

const upTo = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i);

test('rows come in the order of their keys, ties as they stood, NaN last', () => {
  const key = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, Infinity, -Infinity, Number.NaN));
  fc.assert(
    fc.property(fc.array(key), fc.boolean(), (keys, descending) => {
      const nan = (row: number) => (Number.isNaN(keys[row]) ? 1 : 0);
      const sign = descending ? -1 : 1;
      const compare = (a: number, b: number): number => {
        if (nan(a) || nan(b)) return nan(a) - nan(b);
        const [x, y] = [keys[a]!, keys[b]!];
        return x === y ? 0 : x < y ? -sign : sign;
      };
      const start = upTo(keys.length);
      expect([...orderBy(keys, start, descending)]).toEqual([...start].sort(compare));
    }),
  );
});

test('only the rows of the start are ordered', () => {
  expect([...orderBy([5, 1, 3, 2], Uint32Array.of(2, 0, 3), false)]).toEqual([3, 2, 0]);
});
