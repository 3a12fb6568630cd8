/** Reading a file in small pieces that mostly go forward: more and more of it is fetched at once. */
import type { SourceFile } from './import.ts';

/** Bytes from `start` up to before `end`; fewer at the end of the file. Not to be changed. */
export type ReadBytes = (start: number, end: number) => Promise<Uint8Array>;

/** A step over fewer bytes than these is still a step forward. */
const LEAST_BYTES = 4096;
const MOST_BYTES = 1024 ** 2;

export const readDirectly =
  (file: SourceFile): ReadBytes =>
  async (start, end) =>
    new Uint8Array(await file.slice(start, end).arrayBuffer());

export function createReadWindow(file: SourceFile): ReadBytes {
  const read = readDirectly(file);
  let held: Uint8Array = new Uint8Array(0);
  let heldFrom = 0;
  return async (start, end) => {
    const heldTo = heldFrom + held.length;
    if (start < heldFrom || end > heldTo) {
      // A step within what is held or to what follows; any other reads no more than is asked for.
      const isForward = start >= heldFrom && start <= heldTo + LEAST_BYTES;
      const length = isForward ? Math.min(2 * held.length + LEAST_BYTES, MOST_BYTES) : 0;
      held = await read(start, Math.max(end, start + length));
      heldFrom = start;
    }
    return held.subarray(start - heldFrom, end - heldFrom);
  };
}
