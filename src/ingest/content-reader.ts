/**
 * From a file's bytes to its format's reader: unzips where the content is gzip, tells the format
 * from the first bytes, hands everything on.
 */
import { assert } from '../base/assert.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { createGunzip, isGzip } from './gunzip.ts';
import type { ImportedFile } from './import.ts';
import { readJaegerJson } from './jaeger-json.ts';
import { readOtlpJson } from './otlp-json.ts';
import { readOtlpProtobuf } from './otlp-protobuf.ts';
import { type FileFormat, SNIFF_BYTES, sniffFormat } from './sniff.ts';
import type { ReaderContext, SpanReader } from './span-reader.ts';
import { readTraceVaeCsv } from './tracevae-csv.ts';
import { readZipkinJson } from './zipkin-json.ts';

const READERS: Readonly<Record<FileFormat, (context: ReaderContext) => SpanReader>> = {
  'tracevae-csv': readTraceVaeCsv,
  'jaeger-json': readJaegerJson,
  'otlp-json': readOtlpJson,
  'otlp-protobuf': readOtlpProtobuf,
  'zipkin-json': readZipkinJson,
};

/** What a file turned out to be. */
export interface FileContent {
  readonly format: FileFormat;
  readonly container: ImportedFile['container'];
  readonly reader: SpanReader;
}

export interface ContentReader {
  /** @param chunk any cut of the file; not kept after the call */
  push(chunk: Uint8Array): Failure | null;
  finish(): Result<FileContent, Failure>;
  /** Spans met so far, usable or not. */
  spansRead(): number;
}

export function createContentReader(context: ReaderContext): ContentReader {
  const { fileName } = context;
  let sniffed: { readonly format: FileFormat; readonly reader: SpanReader } | null = null;
  const onText: Take = (bytes) => sniffed?.reader.read(bytes) ?? null;
  const textHead = createHead(SNIFF_BYTES, (head, whole) => {
    const format = sniffFormat(fileName, head, whole);
    if (!format.ok) return format.error;
    sniffed = { format: format.value, reader: READERS[format.value](context) };
    return null;
  });

  const gunzip = createGunzip(fileName, (bytes) => textHead.push(bytes, onText));
  let container: ImportedFile['container'] = 'plain';
  const onFile: Take = (bytes) =>
    container === 'gzip' ? gunzip.push(bytes) : textHead.push(bytes, onText);
  const fileHead = createHead(2, (head) => {
    if (isGzip(head)) container = 'gzip';
    return null;
  });

  return {
    push: (chunk) => fileHead.push(chunk, onFile),
    finish: () => {
      const failure =
        fileHead.finish(onFile) ??
        (container === 'gzip' ? gunzip.finish() : null) ??
        textHead.finish(onText) ??
        sniffed?.reader.finish();
      if (failure) return err(failure);
      assert(sniffed !== null, 'the format is known once the head has been looked at');
      return ok({ ...sniffed, container });
    },
    spansRead: () => sniffed?.reader.spansRead() ?? 0,
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
