/**
 * Many small files, one Jaeger trace each: made by number, and read through the import in Node from
 * memory, loose or out of an archive.
 */
import { zipSync } from 'fflate';
import type { SourceFile } from '../src/ingest/import.ts';
import { importFiles } from '../src/ingest/import-files.ts';

export interface SmallFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Spans of a trace, which make a file of about 3 kB. */
const SPANS = 8;

/** A tree of eight calls of six operations, each file another trace. */
export function smallFile(index: number): SmallFile {
  const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
  const traceID = hex(index + 1, 32);
  const spans = Array.from({ length: SPANS }, (_, i) => ({
    traceID,
    spanID: hex(index * SPANS + i + 1, 16),
    operationName: `GET /${['cart', 'list', 'pay', 'ship', 'mail', 'stock'][i % 6]}`,
    references:
      i === 0
        ? []
        : [{ refType: 'CHILD_OF', traceID, spanID: hex(index * SPANS + ((i - 1) >> 1) + 1, 16) }],
    startTime: 1_700_000_000_000_000 + index * 1000 + i * 10,
    duration: 500 - 40 * i + (index % 17),
    tags: [
      { key: 'http.status_code', type: 'int64', value: 200 },
      { key: 'span.kind', type: 'string', value: i % 2 ? 'client' : 'server' },
    ],
    logs: [],
    processID: `p${(i % 3) + 1}`,
    warnings: null,
  }));
  const processes = Object.fromEntries(
    ['web', 'shop', 'store'].map((serviceName, i) => [`p${i + 1}`, { serviceName, tags: [] }]),
  );
  const text = JSON.stringify({ data: [{ traceID, spans, processes, warnings: null }] });
  return { name: `trace-${String(index).padStart(5, '0')}.json`, bytes: Buffer.from(text) };
}

export const zipOf = (files: readonly SmallFile[]): Uint8Array =>
  zipSync(Object.fromEntries(files.map(({ name, bytes }) => [`traces/${name}`, bytes])));

export function tarOf(files: readonly SmallFile[]): Uint8Array {
  const blocks: Buffer[] = [];
  for (const { name, bytes } of files) {
    const header = Buffer.alloc(512);
    header.write(`traces/${name}`, 0);
    header.write('0000644\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export interface ImportTime {
  readonly seconds: number;
  /** Of the processor: what runs beside it takes none. */
  readonly processorSeconds: number;
}

/** From the files to the traces. */
export async function timeImport(files: readonly SmallFile[]): Promise<ImportTime> {
  const before = performance.now();
  const processor = process.cpuUsage();
  const imported = await importFiles(files.map(inMemory), {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  if (!imported.ok) throw new Error(`${imported.error.what} (${imported.error.where})`);
  const { user, system } = process.cpuUsage(processor);
  return {
    seconds: (performance.now() - before) / 1000,
    processorSeconds: (user + system) / 1e6,
  };
}

function inMemory({ name, bytes }: SmallFile): SourceFile {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  return {
    name,
    size: blob.size,
    stream: () => blob.stream(),
    slice: (start, end) => blob.slice(start, end),
  };
}
