/**
 * Any stored record as bytes: JSON, and behind it the typed arrays that the JSON points to. Numbers
 * that JSON lacks are named. Enters and leaves: plain objects, arrays, numbers, strings, booleans,
 * null and typed arrays. Bytes may come from anyone, so reading them checks every length.
 *
 * Layout: u32 length of the JSON, the JSON in UTF-8, then arrays, each on a multiple of 8 bytes
 * from the start, all little-endian.
 */
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';

const ARRAYS = {
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
} as const;
type ArrayName = keyof typeof ARRAYS;

const HEAD = 4;
const ALIGN = 8;
const aligned = (at: number): number => Math.ceil(at / ALIGN) * ALIGN;

/** In the place of a typed array. */
interface ArrayPlace {
  readonly $array: ArrayName;
  /** Bytes from where the arrays begin. */
  readonly at: number;
  readonly length: number;
}

const NUMBERS = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const isArrayName = (name: string): name is ArrayName => Object.hasOwn(ARRAYS, name);

export function encodeRecord(record: unknown): Uint8Array<ArrayBuffer> {
  const arrays: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let end = 0;
  const plain = (value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(plain);
    if (ArrayBuffer.isView(value)) {
      const name = value.constructor.name;
      if (!isArrayName(name)) throw new TypeError(`a record with a ${name}`);
      const at = aligned(end);
      end = at + value.byteLength;
      arrays.push({ at, bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) });
      const length = value.byteLength / ARRAYS[name].BYTES_PER_ELEMENT;
      return { $array: name, at, length } satisfies ArrayPlace;
    }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  };
  const json = encodeUtf8(JSON.stringify(plain(record)));
  const first = aligned(HEAD + json.length);
  const bytes = new Uint8Array(first + end);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, HEAD);
  for (const array of arrays) bytes.set(array.bytes, first + array.at);
  return bytes;
}

/** @returns the record, or what is wrong with the bytes */
export function decodeRecord(bytes: Uint8Array): Result<unknown, string> {
  if (bytes.length < HEAD) return err('it is cut off');
  const length = new DataView(bytes.buffer, bytes.byteOffset, HEAD).getUint32(0, true);
  if (HEAD + length > bytes.length) return err('it is cut off');
  const first = aligned(HEAD + length);
  let fault: string | null = null;
  const revive = (_: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$number' in value) return NUMBERS.get(String(value.$number)) ?? null;
    if (!('$array' in value)) return value;
    const { $array: name, at, length: elements } = value as unknown as ArrayPlace;
    const whole = Number.isSafeInteger(at) && Number.isSafeInteger(elements);
    if (!isArrayName(String(name)) || !whole || at < 0 || elements < 0) {
      fault = 'it names an array that cannot be';
      return null;
    }
    const Type = ARRAYS[name];
    const from = first + at;
    const to = from + elements * Type.BYTES_PER_ELEMENT;
    if (to > bytes.length) {
      fault = 'an array of it is cut off';
      return null;
    }
    // A copy: aligned, and not held by the rest of the file.
    return new Type(bytes.slice(from, to).buffer);
  };
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes.subarray(HEAD, HEAD + length)), revive);
    return fault === null ? ok(value) : err(fault);
  } catch {
    return err('it is not JSON');
  }
}
