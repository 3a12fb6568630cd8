import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { createOtlpIds, SPAN_ID_BYTES, TRACE_ID_BYTES } from './otlp-ids.ts';

const ids = createOtlpIds();
const fromText = (text: string, idBytes: number): string => {
  const bytes = encodeUtf8(`"${text}"`);
  const length = ids.fromText(bytes, 1, bytes.length - 1, idBytes);
  return decodeUtf8(ids.text().subarray(0, length));
};

describe.each([TRACE_ID_BYTES, SPAN_ID_BYTES])('an id of %d bytes', (size) => {
  const anId = fc
    .uint8Array({ minLength: size, maxLength: size })
    .filter((bytes) => bytes.some((byte) => byte !== 0));

  it('is the same in hexadecimal of either case, in base64 of any kind, and in bytes', () => {
    fc.assert(
      fc.property(anId, (bytes) => {
        const hex = Buffer.from(bytes).toString('hex');
        const base64 = Buffer.from(bytes).toString('base64');
        expect(fromText(hex, size)).toBe(hex);
        expect(fromText(hex.toUpperCase(), size)).toBe(hex);
        expect(fromText(base64, size)).toBe(hex);
        expect(fromText(base64.replaceAll('=', ''), size)).toBe(hex);
        expect(fromText(Buffer.from(bytes).toString('base64url'), size)).toBe(hex);
        const length = ids.fromBytes(bytes, 0, size);
        expect(decodeUtf8(ids.text().subarray(0, length))).toBe(hex);
      }),
    );
  });

  it('of zeros is none', () => {
    const zeros = new Uint8Array(size);
    expect(fromText('0'.repeat(2 * size), size)).toBe('');
    expect(fromText(Buffer.from(zeros).toString('base64'), size)).toBe('');
    expect(fromText('', size)).toBe('');
    expect(ids.fromBytes(zeros, 0, size)).toBe(0);
  });

  it('that is something else stays as it is', () => {
    for (const text of ['span-1', 'Trace 7', 'AbC', 'ZZZZ', '====', 'é'.repeat(9)]) {
      const isHex = /^[0-9a-f]+$/i.test(text);
      expect(fromText(text, size)).toBe(isHex ? text.toLowerCase() : text);
    }
  });
});
