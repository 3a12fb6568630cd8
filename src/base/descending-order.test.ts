import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { descendingOrder } from './descending-order.ts';

describe('descendingOrder', () => {
  it('is what a stable sort by a comparator gives', () => {
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
});
