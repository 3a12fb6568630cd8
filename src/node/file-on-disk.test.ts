import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importFiles } from '../ingest/import-files.ts';
import { fileOnDisk } from './file-on-disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracevae-node-'));
const onDisk = (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return fileOnDisk(path);
};
const textOf = async (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

test('a file is read whole and in parts, past its end too', async () => {
  const file = onDisk('letters.txt', 'abcdefgh');
  expect(file).toMatchObject({ name: 'letters.txt', size: 8 });
  expect(await textOf(file.stream())).toBe('abcdefgh');
  expect(await textOf(file.slice(2, 5).stream())).toBe('cde');
  expect(new Uint8Array(await file.slice(6, 100).arrayBuffer())).toEqual(Uint8Array.of(103, 104));
  expect(await textOf(file.slice(8, 12).stream())).toBe('');
  expect(await textOf(onDisk('empty.txt', '').stream())).toBe('');
});

test('the import reads it as it reads a file of the page', async () => {
  const header =
    'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,DBhash,operationName,serviceName';
  const rows = ['1,1,0,1,9.5,0,get,web', '1,1,1,2,5,0,select,db'];
  const file = onDisk('two.csv', [header, ...rows, ''].join('\n'));
  const { signal } = new AbortController();
  const read = await importFiles([file], { signal, onProgress: () => {} });
  expect(read).toMatchObject({ ok: true, value: { spansRead: 2, spansKept: 2 } });
});
