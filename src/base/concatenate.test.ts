import { expect, test } from 'vitest';
import { concatFloats, concatIndices } from './concatenate.ts';

test('parts one after the other, none of them too', () => {
  expect(concatFloats([])).toEqual(new Float32Array(0));
  expect(concatFloats([Float32Array.of(0.5), new Float32Array(0), Float32Array.of(2, 3)])).toEqual(
    Float32Array.of(0.5, 2, 3),
  );
  expect(concatIndices([Uint32Array.of(7, 1), Uint32Array.of(0)])).toEqual(Uint32Array.of(7, 1, 0));
});
