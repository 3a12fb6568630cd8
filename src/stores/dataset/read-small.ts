/**
 * Small files read on the page, for a worker that is given their bytes. To hand a file over, or to
 * ask for its size, a browser first looks it up and the page waits; Chromium takes .2 ms for that,
 * as long as for the reading, in which nobody waits.
 */

export interface ReadFiles {
  /** In their order: the bytes of one that is small, others as they are. */
  readonly files: readonly (File | Uint8Array<ArrayBuffer>)[];
  /** Behind the bytes of all of them. */
  readonly transfer: ArrayBuffer[];
}

/** Beyond them a file is the worker's to read. */
const SMALL_BYTES = 64 * 1024;

/** Never rejects: a file that cannot be read is the worker's as well, which says so. */
export async function readSmall(files: readonly File[]): Promise<ReadFiles> {
  const pieces = await Promise.all(files.map(piecesOf));
  let length = 0;
  for (const { bytes } of pieces.flatMap((read) => read ?? [])) length += bytes;
  const { buffer } = new Uint8Array(length);
  let end = 0;
  const read = files.map((file, i) => {
    const own = pieces[i];
    if (!own) return file;
    const start = end;
    for (const chunk of own.chunks) {
      new Uint8Array(buffer).set(chunk, end);
      end += chunk.length;
    }
    return new Uint8Array(buffer, start, end - start);
  });
  return { files: read, transfer: [buffer] };
}

interface Pieces {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
}

/** Null of a file that is not small, or cannot be read. */
async function piecesOf(file: File): Promise<Pieces | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    const reader = file.stream().getReader();
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) return { chunks, bytes };
      chunks.push(value);
      bytes += value.length;
      if (bytes > SMALL_BYTES) {
        reader.cancel().catch(() => undefined);
        return null;
      }
    }
  } catch {
    return null;
  }
}
