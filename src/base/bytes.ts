/**
 * Bytes and typed arrays: growing columns, UTF-8.
 */
type TypedArray = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** Entries to begin with: V8 makes no buffer of its own for 64 bytes and fewer. */
const FEWEST = 16;

/**
 * The array itself where it has room, else a copy at least twice as long (so that appending one by
 * one stays linear); new entries are 0.
 */
export function grown<A extends TypedArray>(array: A, capacity: number): A {
  if (array.length >= capacity) return array;
  const Columns = array.constructor as new (length: number) => A;
  const longer = new Columns(Math.max(capacity, 2 * array.length, FEWEST));
  longer.set(array);
  return longer;
}

// The pure rooms compile without the DOM library; the Encoding standard is in every runtime.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: string,
  options?: { readonly ignoreBOM?: boolean; readonly fatal?: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text);

/** Bytes that are not UTF-8 become U+FFFD. */
export const decodeUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

export function isUtf8(bytes: Uint8Array): boolean {
  if (bytes.every((byte) => byte < 0x80)) return true;
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Of the bytes from 0x80 to 0x9f; engines disagree about them, and those without a letter are controls. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Latin-1, with the letters of Windows between: every byte is a character. */
export const decodeWindows1252 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) =>
    byte >= 0x80 && byte < 0xa0 ? WINDOWS_1252[byte - 0x80]! : String.fromCharCode(byte),
  ).join('');
