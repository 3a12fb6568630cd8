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
  options: { readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text);

/** Bytes that are not UTF-8 become U+FFFD. */
export const decodeUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);
