/**
 * From a file's bytes to its format's reader: unpacks where the content is gzip or zstd, tells the
 * format from the first bytes, hands everything on.
 */
import { assert } from '../base/assert.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { readAlibabaCsv } from './alibaba-csv.ts';
import { createGunzip, isGzip } from './gunzip.ts';
import type { ImportedFile } from './import.ts';
import { readJaegerJson } from './jaeger-json.ts';
import { readMappedCsv, readNezhaCsv, readSkywalkingCsv } from './mapped-csv.ts';
import { readOtlpJson } from './otlp-json.ts';
import { readOtlpProtobuf } from './otlp-protobuf.ts';
import { holdParquet } from './parquet-file.ts';
import { type FileFormat, SNIFF_BYTES, sniffFormat } from './sniff.ts';
import type { ContentContext, SpanReader } from './span-reader.ts';
import { readLabelsCsv } from './trace-labels.ts';
import { readTraceVaeCsv } from './tracevae-csv.ts';
import { type ByteDecoder, isCutShort, type OnBytes, passOn } from './unpacking.ts';
import { createUnzstd, isZstd } from './unzstd.ts';
import { readZipkinJson } from './zipkin-json.ts';

const READERS: Readonly<Record<FileFormat, (context: ContentContext) => SpanReader>> = {
  'tracevae-csv': readTraceVaeCsv,
  'jaeger-json': readJaegerJson,
  'otlp-json': readOtlpJson,
  'otlp-protobuf': readOtlpProtobuf,
  'zipkin-json': readZipkinJson,
  'skywalking-csv': readSkywalkingCsv,
  'nezha-csv': readNezhaCsv,
  'alibaba-csv': readAlibabaCsv,
  'labels-csv': readLabelsCsv,
  csv: readMappedCsv,
  parquet: holdParquet,
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

export function createContentReader(context: ContentContext): ContentReader {
  const { fileName } = context;
  let sniffed: { readonly format: FileFormat; readonly reader: SpanReader } | null = null;
  const onText: OnBytes = (bytes) => sniffed?.reader.read(bytes) ?? null;
  const textHead = createHead(SNIFF_BYTES, (head, whole) => {
    const format = sniffFormat(fileName, head, whole);
    if (!format.ok) return format.error;
    if (format.value !== 'labels-csv') context.table.startFile();
    sniffed = { format: format.value, reader: READERS[format.value](context) };
    return null;
  });

  const onUnpacked: OnBytes = (bytes) => textHead.push(bytes, onText);
  let container: ImportedFile['container'] = 'plain';
  let decoder: ByteDecoder = passOn(onUnpacked);
  const fileHead = createHead(4, (head) => {
    if (isGzip(head)) {
      container = 'gzip';
      decoder = createGunzip(fileName, onUnpacked);
    } else if (isZstd(head)) {
      container = 'zstd';
      decoder = createUnzstd(fileName, onUnpacked);
    }
    return null;
  });
  const onFile: OnBytes = (bytes) => decoder.push(bytes);

  return {
    push: (chunk) => fileHead.push(chunk, onFile),
    finish: () => {
      const unpacking = fileHead.finish(onFile) ?? decoder.finish();
      if (unpacking && !isCutShort(unpacking)) return err(unpacking);
      const failure = textHead.finish(onText) ?? sniffed?.reader.finish();
      if (unpacking && (failure || !sniffed?.reader.spansRead())) return err(unpacking);
      if (failure) return err(failure);
      if (unpacking) {
        const { cutAtByte } = unpacking;
        context.ledger.add('cut-archive', 1, () => ({ file: fileName, byte: cutAtByte }));
      }
      assert(sniffed !== null, 'the format is known once the head has been looked at');
      return ok({ ...sniffed, container });
    },
    spansRead: () => sniffed?.reader.spansRead() ?? 0,
  };
}

interface Head {
  push(bytes: Uint8Array, next: OnBytes): Failure | null;
  finish(next: OnBytes): Failure | null;
}

/** Holds bytes back until there are `size` of them, or all there are; then looks, then lets go. */
function createHead(
  size: number,
  look: (head: Uint8Array, whole: boolean) => Failure | null,
): Head {
  let held = new Uint8Array(0);
  let seen = false;
  const release = (whole: boolean, next: OnBytes): Failure | null => {
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
