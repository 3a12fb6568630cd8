/** Layouts whose names say whose they are: nobody is asked, and nothing is mended. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { sourceFile } from '../testing/files.ts';
import { ledgerOf } from '../testing/imports.ts';
import { importFiles } from './import-files.ts';

const folder = fileURLToPath(new URL('../testing/imports/24-vendors/', import.meta.url));
const read = (name: string, content: Uint8Array | string) =>
  importFiles([sourceFile(name, content)], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });

it.each([
  'appinsights.csv',
  'appinsights.json',
  'loganalytics.csv',
  'honeycomb.csv',
  'honeycomb.json',
  'newrelic.json',
  'newrelic-nerdgraph.json',
  'newrelic-rows.json',
  'newrelic.csv',
  'openobserve.json',
  'elastic-apm.ndjson',
  'elastic-apm-hits.json',
  'kibana.csv',
  'elastic-otel.json',
])('%s is read at once', async (name) => {
  const result = await read(name, readFileSync(folder + name));
  expect(result.ok && ledgerOf(result.value)).toEqual([]);
});

it('a layout is asked about all the same where its durations can count in no such unit', async () => {
  const rows = [0, 1, 2, 3].map(
    (i) => `2024-05-06T07:08:09.${i * 2}00Z,t,${i + 1},${i === 0 ? 't' : i},web,op,${9 - i}`,
  );
  const header = 'timestamp,operation_Id,id,operation_ParentId,cloud_RoleName,name,duration';
  const result = await read('requests.csv', `${[header, ...rows].join('\n')}\n`);
  expect(result.ok ? 'read' : result.error.kind).toBe('unmapped');
});

it('rows of a drawn table keep the numbers of their lines', async () => {
  const line = '+----+----+----+----+----+';
  const text = [
    line,
    '| trace_id | span_id | parent_id | operation | duration_ms |',
    line,
    '| t | 1 |   | a | 5 |',
    '| t | 2 | 1 | b | 3 |',
    '| t | 3 | 1 | c | x |',
    line,
    '3 rows in set (0.00 sec)',
    '',
  ].join('\n');
  const asked = await read('t.txt', text);
  if (asked.ok || asked.error.kind !== 'unmapped') throw new Error('nobody was asked');
  const result = await importFiles([sourceFile('t.txt', text)], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    mappings: [asked.error.table.guess],
  });
  expect(result.ok && result.value.ledger).toMatchObject([
    { reason: 'bad-duration', count: 1, examples: [{ file: 't.txt', line: 6, traceId: 't' }] },
    { reason: 'unknown-service', count: 2 },
  ]);
});
