import fc from 'fast-check';
import { expect, test } from 'vitest';
import { descendingOrder, everyRow, orderBy, orderByCount } from './order.ts';

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
      const start = everyRow(keys.length);
      expect([...orderBy(keys, start, descending)]).toEqual([...start].sort(compare));
    }),
  );
});

test('only the rows of the start are ordered', () => {
  expect([...orderBy([5, 1, 3, 2], Uint32Array.of(2, 0, 3), false)]).toEqual([3, 2, 0]);
});

test('whole numbers order as a stable sort by a comparator does', () => {
  const key = fc.oneof(fc.nat(3), fc.nat(5000), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1));
  fc.assert(
    fc.property(fc.array(key), fc.boolean(), (keys, descending) => {
      const start = everyRow(keys.length).reverse();
      const sign = descending ? -1 : 1;
      const expected = [...start].sort((a, b) => sign * (keys[a]! - keys[b]!));
      expect([...orderByCount(keys, start, descending)]).toEqual(expected);
    }),
  );
});

test('the largest come first, equal ones as they stand', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true }),
    fc.constantFrom(0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324),
  );
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      const values = Float64Array.from(numbers);
      const expected = [...values.keys()].sort((a, b) => {
        const [x, y] = [values[a]!, values[b]!];
        return x === y ? a - b : y > x ? 1 : -1;
      });
      expect([...descendingOrder(values)]).toEqual(expected);
    }),
  );
});

test('the order of the start is left as it is', () => {
  const start = Uint32Array.of(2, 0, 1);
  orderBy([3, 1, 2], start, false);
  orderByCount([3, 1, 2], start, true);
  expect([...start]).toEqual([2, 0, 1]);
});
