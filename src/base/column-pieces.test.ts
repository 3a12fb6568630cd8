import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAssembly, cutPiece, outlineOf } from './column-pieces.ts';

const record = {
  kind: 'terms',
  rows: Uint32Array.of(1, 2, 3),
  of: { sum: Float64Array.of(0.1, Number.NaN, -Infinity), limit: null },
  empty: new Uint16Array(0),
  // a part of a larger buffer
  bin: Uint8Array.of(7, 8, 9, 10).subarray(1, 3),
  terms: [{ id: 'a', values: Float32Array.of(0.5) }, { id: 'b' }],
};
const BYTES = 12 + 24 + 2 + 4;

test('an outline says how long each column is', () => {
  expect(outlineOf(record)).toEqual({
    kind: 'terms',
    rows: { column: 'Uint32Array', length: 3 },
    of: { sum: { column: 'Float64Array', length: 3 }, limit: null },
    empty: { column: 'Uint16Array', length: 0 },
    bin: { column: 'Uint8Array', length: 2 },
    terms: [{ id: 'a', values: { column: 'Float32Array', length: 1 } }, { id: 'b' }],
  });
});

test('pieces of any size make the record again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: BYTES + 1 }), (maxBytes) => {
      const assembly = createAssembly<typeof record>(structuredClone(outlineOf(record)));
      while (!assembly.whole()) {
        const piece = cutPiece(record, assembly.filled(), maxBytes)!;
        expect(piece.length).toBeGreaterThan(0);
        expect(piece.buffer.byteLength).toBeLessThanOrEqual(maxBytes);
        assembly.add(piece);
      }
      expect(assembly.filled()).toBe(BYTES);
      expect(assembly.record).toEqual(record);
      expect(assembly.record.bin.buffer.byteLength).toBe(2);
    }),
  );
  expect(cutPiece(record, BYTES, 8)).toBeNull();
});

test('a record without columns is whole, and takes no piece', () => {
  const assembly = createAssembly<{ n: number }>(outlineOf({ n: 1 }));
  expect(assembly.whole()).toBe(true);
  expect(assembly.record).toEqual({ n: 1 });
  expect(() => assembly.add(Uint8Array.of(1))).toThrow('a piece of another record');
});
