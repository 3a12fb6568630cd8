/**
 * A pipe as a file that can be read but once: its first bytes are held, from which its format is
 * told. What has its directory at its end (Parquet, zip), and xz, becomes a file of the disk first.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isGzip } from '../ingest/gunzip.ts';
import type { SourceFile } from '../ingest/import.ts';
import { isXz } from '../ingest/unxz.ts';
import { isZstd } from '../ingest/unzstd.ts';
import { isZip } from '../ingest/zip-directory.ts';

/** What is looked at of any file: a block of a tar archive. */
const HEAD_BYTES = 512;
/** What is looked at of a packed one: enough that a tar archive within is seen. */
const PACKED_HEAD_BYTES = 256 * 1024;

/** "PAR1" */
const PARQUET = [0x50, 0x41, 0x52, 0x31];
const isParquet = (head: Uint8Array): boolean => PARQUET.every((byte, i) => head[i] === byte);

export type StandardInput =
  | { readonly kind: 'stream'; readonly file: SourceFile }
  /** At the path that was named. */
  | { readonly kind: 'file' };

/** @param path where a file goes that has to be one */
export async function standardInput(
  input: AsyncIterable<Uint8Array>,
  path: string,
): Promise<StandardInput> {
  const chunks = input[Symbol.asyncIterator]();
  let head = new Uint8Array(0);
  let isWhole = false;
  const holdUpTo = async (bytes: number): Promise<void> => {
    while (head.length < bytes && !isWhole) {
      const { value, done } = await chunks.next();
      if (done === true) isWhole = true;
      else head = Buffer.concat([head, value]);
    }
  };
  await holdUpTo(HEAD_BYTES);
  async function* everything(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    while (!isWhole) {
      const { value, done } = await chunks.next();
      if (done === true) return;
      yield value;
    }
  }
  if (isParquet(head) || isZip(head) || isXz(head)) {
    await pipeline(everything, createWriteStream(path));
    return { kind: 'file' };
  }
  if (isGzip(head) || isZstd(head)) await holdUpTo(PACKED_HEAD_BYTES);
  return { kind: 'stream', file: oneTime(head, everything) };
}

/** @param everything from the first byte on; asked for once where `stream` is */
function oneTime(head: Uint8Array, everything: () => AsyncGenerator<Uint8Array>): SourceFile {
  const all = (): ReadableStream<Uint8Array> =>
    Readable.toWeb(
      Readable.from(everything(), { objectMode: false }),
    ) as ReadableStream<Uint8Array>;
  return {
    name: 'standard input',
    size: 0,
    stream: all,
    slice: (start, end) => {
      const bytes = head.slice(start, end);
      const stream = (): ReadableStream<Uint8Array> =>
        new ReadableStream({
          start: (controller) => {
            if (bytes.length > 0) controller.enqueue(bytes);
            controller.close();
          },
        });
      return { stream, arrayBuffer: async () => bytes.slice().buffer as ArrayBuffer };
    },
  };
}

/** What is in it where it is gzip, else itself. */
export async function* unpacked(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = input[Symbol.asyncIterator]();
  const first = await chunks.next();
  async function* everything(): AsyncGenerator<Uint8Array> {
    for (let next = first; next.done !== true; next = await chunks.next()) yield next.value;
  }
  yield* first.done !== true && isGzip(first.value)
    ? (Readable.from(everything(), { objectMode: false }).pipe(
        createGunzip(),
      ) as AsyncIterable<Buffer>)
    : everything();
}
