/**
 * The bytes of a file, unpacked where need be, to be asked for instead of handed on: for archives
 * whose files come one after another.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { ByteChunks } from './byte-chunks.ts';
import type { ByteDecoder, OnBytes } from './unpacking.ts';

export interface ByteSource {
  /** At most so many bytes, and at least one; none at the end. */
  some(most: number): Promise<Result<Uint8Array, Failure>>;
  /** As many, or fewer at the end. */
  take(length: number): Promise<Result<Uint8Array, Failure>>;
  skip(length: number): Promise<Result<null, Failure>>;
  /** Frees the file. */
  close(): void;
}

/** Of packed bytes pushed at once: what they unpack to is held until it is asked for. */
const SLICE_BYTES = 16 * 1024;

export function createByteSource(
  chunks: ByteChunks,
  createDecoder: (onBytes: OnBytes) => ByteDecoder,
): ByteSource {
  let held: Uint8Array[] = [];
  let packed: Uint8Array = new Uint8Array(0);
  let ended = false;
  const decoder = createDecoder((bytes) => {
    // The decoder may use its buffer again.
    held.push(bytes.slice());
    return null;
  });

  /** Unpacks until there is something, or nothing more. */
  const fill = async (): Promise<Failure | null> => {
    while (held.length === 0 && !ended) {
      if (packed.length === 0) {
        const chunk = await chunks.next();
        if (chunk === null) {
          ended = true;
          return decoder.finish();
        }
        packed = chunk;
      }
      const failure = decoder.push(packed.subarray(0, SLICE_BYTES));
      packed = packed.subarray(SLICE_BYTES);
      if (failure) return failure;
    }
    return null;
  };

  const some = async (most: number): Promise<Result<Uint8Array, Failure>> => {
    const failure = await fill();
    if (failure) return err(failure);
    const [first] = held;
    if (first === undefined) return ok(new Uint8Array(0));
    if (first.length > most) held[0] = first.subarray(most);
    else held = held.slice(1);
    return ok(first.subarray(0, most));
  };

  return {
    some,
    take: async (length) => {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const part = await some(length - filled);
        if (!part.ok) return part;
        if (part.value.length === 0) break;
        bytes.set(part.value, filled);
        filled += part.value.length;
      }
      return ok(bytes.subarray(0, filled));
    },
    skip: async (length) => {
      for (let left = length; left > 0; ) {
        const part = await some(left);
        if (!part.ok) return part;
        if (part.value.length === 0) break;
        left -= part.value.length;
      }
      return ok(null);
    },
    close: chunks.close,
  };
}
