/**
 * Where the bytes of a Parquet file are. Its footer stands at the end, so it is read by place: from
 * the file itself where that is Parquet, from memory where it comes out of something packed.
 */
import { grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import type { ReaderContext, SpanReader } from './span-reader.ts';

/** What is read by place. */
export interface PlacedBytes {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** A packed Parquet file has to fit into memory as a whole. */
const MAX_HELD_BYTES = 1024 ** 3;

/** Holds the bytes of a packed Parquet file until all are there; spans come after that. */
export interface HeldParquet extends SpanReader {
  bytes(): PlacedBytes;
}

export function holdParquet({ fileName }: ReaderContext): HeldParquet {
  let held = new Uint8Array(0);
  let length = 0;
  const read = (chunk: Uint8Array): Failure | null => {
    if (length + chunk.length > MAX_HELD_BYTES) {
      return {
        what: `a packed Parquet file of more than ${MAX_HELD_BYTES} bytes`,
        where: fileName,
        advice: 'Unpack it and give the Parquet file itself.',
      };
    }
    held = grown(held, length + chunk.length);
    held.set(chunk, length);
    length += chunk.length;
    return null;
  };
  return {
    read,
    finish: () => null,
    spansRead: () => 0,
    locate: () => ({ file: fileName }),
    bytes: () => ({
      size: length,
      slice: (start, end) => ({
        arrayBuffer: async () => held.slice(start, Math.min(end, length)).buffer,
      }),
    }),
  };
}

export const isHeldParquet = (reader: SpanReader): reader is HeldParquet => 'bytes' in reader;

const MAGIC = [0x50, 0x41, 0x52, 0x31];

export const isParquet = (head: Uint8Array): boolean => MAGIC.every((byte, i) => head[i] === byte);
