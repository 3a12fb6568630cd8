/** A file of the disk as the import reads it: streamed, so that its size is no matter. */
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { SourceFile } from '../ingest/import.ts';

export function fileOnDisk(path: string): SourceFile {
  const { size } = statSync(path);
  /** Bytes from `start` up to before `end`; a range that is past the end has fewer. */
  const part = (start: number, end: number) => {
    const last = Math.min(end, size) - 1;
    const stream = (): ReadableStream<Uint8Array> =>
      last < start ? nothing() : streamOf(path, start, last);
    return { stream, arrayBuffer: () => new Response(stream()).arrayBuffer() };
  };
  return { name: basename(path), size, stream: part(0, size).stream, slice: part };
}

const streamOf = (path: string, start: number, last: number): ReadableStream<Uint8Array> =>
  Readable.toWeb(createReadStream(path, { start, end: last })) as ReadableStream<Uint8Array>;

const nothing = (): ReadableStream<Uint8Array> =>
  new ReadableStream({ start: (controller) => controller.close() });
