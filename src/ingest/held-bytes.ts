/**
 * The bytes of a packed file, held in memory until all are there, for formats that are read by place.
 */
import { grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import type { PlacedBytes } from './span-reader.ts';

const MAX_HELD_BYTES = 1024 ** 3;

export interface HeldBytes {
  push(chunk: Uint8Array): Failure | null;
  /** Those that came so far. */
  bytes(): PlacedBytes;
}

/** @param label of the format, named where the file is too large */
export function holdBytes(fileName: string, label: string): HeldBytes {
  let held = new Uint8Array(0);
  let length = 0;
  return {
    push: (chunk) => {
      if (length + chunk.length > MAX_HELD_BYTES) {
        return {
          what: `a packed ${label} file of more than ${MAX_HELD_BYTES} bytes`,
          where: fileName,
          advice: `Unpack it and give the ${label} file itself.`,
        };
      }
      held = grown(held, length + chunk.length);
      held.set(chunk, length);
      length += chunk.length;
      return null;
    },
    bytes: () => ({
      size: length,
      slice: (start, end) => ({
        arrayBuffer: async () => held.slice(start, Math.min(end, length)).buffer,
      }),
    }),
  };
}
