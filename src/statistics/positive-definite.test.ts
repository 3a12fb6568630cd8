import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { inverseOfPositiveDefinite } from './positive-definite.ts';

test('a matrix times its inverse is one', () => {
  const random = createRandom(3);
  for (const n of [1, 2, 7, 30]) {
    const a = Float64Array.from({ length: n * n }, () => random.uniform() - 0.5);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = i === j ? 0.1 : 0;
        for (let k = 0; k < n; k++) sum += a[i * n + k]! * a[j * n + k]!;
        matrix[i * n + j] = sum;
      }
    }
    const inverse = inverseOfPositiveDefinite(matrix, n)!;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += matrix[i * n + k]! * inverse[k * n + j]!;
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 8);
      }
    }
  }
});

test('by hand', () => {
  // [[4, 2], [2, 3]]: determinant 8
  expect([...inverseOfPositiveDefinite(Float64Array.of(4, 2, 2, 3), 2)!]).toEqual([
    expect.closeTo(3 / 8, 12),
    expect.closeTo(-2 / 8, 12),
    expect.closeTo(-2 / 8, 12),
    expect.closeTo(4 / 8, 12),
  ]);
});

test('there is none of a matrix that is not positive definite', () => {
  expect(inverseOfPositiveDefinite(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
});
