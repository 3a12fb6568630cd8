/**
 * From a file's bytes to its format's reader: unzips where the content is gzip, tells the format
 * from the first bytes, hands everything on.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { createGunzip, isGzip } from './gunzip.ts';
import type { ImportedFile } from './import.ts';
import { readJaegerJson } from './jaeger-json.ts';
import { type FileFormat, SNIFF_BYTES, sniffFormat } from './sniff.ts';
import type { ReaderContext, SpanReader } from './span-reader.ts';
import { readTraceVaeCsv } from './tracevae-csv.ts';

const READERS: Readonly<Record<FileFormat, (context: ReaderContext) => SpanReader>> = {
  'tracevae-csv': readTraceVaeCsv,
  'jaeger-json': readJaegerJson,
};

export interface ContentReader {
  /** @param chunk any cut of the file; not kept after the call */
  push(chunk: Uint8Array): Failure | null;
  finish(): Result<Pick<ImportedFile, 'format' | 'container'>, Failure>;
  /** Spans met so far, usable or not. */
  spansRead(): number;
}

export function createContentReader(context: ReaderContext): ContentReader {
  const { fileName } = context;
  let format: FileFormat | null = null;
  let reader: SpanReader | null = null;

  const sniffed = createHead(SNIFF_BYTES, (head, whole) => {
    const guess = sniffFormat(fileName, head, whole);
    if (!guess.ok) return guess.error;
    format = guess.value;
    reader = READERS[format](context);
    return null;
  });
  const onContent = (bytes: Uint8Array): Failure | null =>
    sniffed.push(bytes, (rest) => reader?.read(rest) ?? null);

  const gunzip = createGunzip(fileName, onContent);
  let zipped = false;
  const opened = createHead(2, (head) => {
    zipped = isGzip(head);
    return null;
  });
  const onFile = (bytes: Uint8Array): Failure | null =>
    zipped ? gunzip.push(bytes) : onContent(bytes);

  return {
    push: (chunk) => opened.push(chunk, onFile),
    finish: () => {
      const failure =
        opened.finish(onFile) ??
        (zipped ? gunzip.finish() : null) ??
        sniffed.finish((rest) => reader?.read(rest) ?? null) ??
        reader?.finish() ??
        null;
      if (failure) return err(failure);
      return ok({ format: format!, container: zipped ? 'gzip' : 'plain' });
    },
    spansRead: () => reader?.spansRead() ?? 0,
  };
}

type Take = (bytes: Uint8Array) => Failure | null;

interface Head {
  push(bytes: Uint8Array, next: Take): Failure | null;
  finish(next: Take): Failure | null;
}

/** Holds bytes back until there are `size` of them, or all there are; then looks, then lets go. */
function createHead(
  size: number,
  look: (head: Uint8Array, whole: boolean) => Failure | null,
): Head {
  let held = new Uint8Array(0);
  let seen = false;
  const release = (whole: boolean, next: Take): Failure | null => {
    seen = true;
    const head = held;
    held = new Uint8Array(0);
    return look(head.subarray(0, size), whole && head.length <= size) ?? next(head);
  };
  return {
    push: (bytes, next) => {
      if (seen) return next(bytes);
      const joined = new Uint8Array(held.length + bytes.length);
      joined.set(held);
      joined.set(bytes, held.length);
      held = joined;
      return held.length >= size ? release(false, next) : null;
    },
    finish: (next) => (seen ? null : release(true, next)),
  };
}
