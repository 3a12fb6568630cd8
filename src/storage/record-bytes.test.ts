import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord } from './record-bytes.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array(),
  fc.uint16Array(),
  fc.uint32Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
);
const { record } = fc.letrec((tie) => ({
  record: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('record')),
    fc.dictionary(
      fc.string().filter((key) => !key.startsWith('$') && key !== '__proto__'),
      tie('record'),
    ),
  ),
}));

/** -0 is 0 in JSON. */
const same = (value: unknown): unknown =>
  Object.is(value, -0)
    ? 0
    : Array.isArray(value)
      ? value.map(same)
      : typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
        ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, same(part)]))
        : value;

test('every record is read back as it was', () => {
  fc.assert(
    fc.property(record, (value) => {
      const read = decodeRecord(encodeRecord(value));
      expect(read.ok && read.value).toEqual(same(value));
    }),
  );
});

test('whatever the bytes are, reading them ends with a record or a fault', () => {
  const whole = encodeRecord({ a: Float64Array.of(1, 2, 3), b: ['x'] });
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (cut, at, byte) => {
      const bytes = whole.slice(0, cut);
      if (at < cut) bytes[at] = byte;
      expect(decodeRecord(bytes)).toHaveProperty('ok');
    }),
  );
  expect(decodeRecord(whole.slice(0, -8))).toMatchObject({ ok: false });
  const far = '{"$array":"Float64Array","at":0,"length":1e15}';
  const bytes = new Uint8Array(4 + far.length);
  bytes[0] = far.length;
  bytes.set(new TextEncoder().encode(far), 4);
  expect(decodeRecord(bytes)).toMatchObject({ ok: false });
});
