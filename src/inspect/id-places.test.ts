import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { everyRow } from '../base/order.ts';
import { stringColumn } from '../trace/string-column.ts';
import { idPlaces } from './id-places.ts';

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

const piece = fc.constantFrom(
  '',
  'a',
  'b',
  'trace-',
  '\0',
  '\0\0\0\0\0\0\0\0\0',
  'é',
  '0123456789',
);
const id = fc.oneof(
  fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
  fc.string({ maxLength: 20 }),
  fc.nat(500).map((n) => `a-long-prefix-${n}`),
);

test('places are those of a sort by bytes; equal ids share one', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
      const bytes = ids.map(encodeUtf8);
      const expected = bytes.map(
        (own) => bytes.filter((other) => compareBytes(other, own) < 0).length,
      );
      expect([...idPlaces(stringColumn(ids), everyRow(ids.length))]).toEqual(expected);
    }),
  );
});

test('many ids, with many alike', () => {
  const ids = Array.from({ length: 3000 }, (_, i) => `${'x'.repeat(i % 40)}${(i * 7919) % 500}`);
  const order = [...new Set(ids)].sort();
  const places = idPlaces(stringColumn(ids), everyRow(ids.length));
  const byPlace = [...ids.keys()].sort((a, b) => places[a]! - places[b]!).map((i) => ids[i]!);
  expect([...new Set(byPlace)]).toEqual(order);
  expect(byPlace).toEqual([...ids].sort());
  expect(new Set(places).size).toBe(order.length);
});

test('places are of the chosen traces alone', () => {
  expect([...idPlaces(stringColumn(['c', 'a', 'd', 'b']), Uint32Array.of(2, 1, 3))]).toEqual([
    2, 0, 1,
  ]);
});
