import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { csvCell, csvId } from '../../src/base/csv-cell.ts';
import { openTable, tableOf } from './tables.mjs';

const COLUMNS = ['traceId', 'score', 'flagged', 'reason', 'nodes', 'nll'];
const ROWS = [
  { traceId: '-43:1', score: 0.5, flagged: 1, reason: 'Slow: a, b took 9 s.', nodes: 3, nll: null },
  { traceId: 'x', score: 12.25, flagged: 0, reason: '=1+1', nodes: 12, nll: -1.5 },
];
const folder = mkdtempSync(join(tmpdir(), 'tracevae-tables-'));

async function written(as) {
  const path = join(folder, `rows.${as}`);
  const table = openTable(as, COLUMNS, path, { csvCell, csvId });
  await table.add(ROWS.slice(0, 1));
  await table.add(ROWS.slice(1));
  expect(readdirSync(folder)).not.toContain(`rows.${as}`);
  await table.finish();
  return readFileSync(path);
}

test('rows are CSV that no spreadsheet runs, JSON lines, or Parquet', async () => {
  expect((await written('csv')).toString()).toBe(
    `${[
      'traceId,score,flagged,reason,nodes,nll',
      '-43:1,0.5,1,"Slow: a, b took 9 s.",3,',
      "x,12.25,0,'=1+1,12,-1.5",
    ].join('\n')}\n`,
  );
  const lines = (await written('jsonl')).toString().trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(ROWS);
  const bytes = new Uint8Array(await written('parquet'));
  expect(await parquetReadObjects({ file: bytes.buffer })).toEqual(ROWS);
});

test('what is not finished leaves nothing', async () => {
  const path = join(folder, 'half.csv');
  const table = openTable(tableOf(path), COLUMNS, path, { csvCell, csvId });
  await table.add(ROWS);
  table.drop();
  expect(readdirSync(folder).filter((name) => name.startsWith('half'))).toEqual([]);
});

test('a table without rows is its header', async () => {
  const path = join(folder, 'none.csv');
  await openTable('csv', COLUMNS, path, { csvCell, csvId }).finish();
  expect(readFileSync(path, 'utf8')).toBe(`${COLUMNS.join(',')}\n`);
});

test('the ending of a file says how rows are written', () => {
  expect(['a.csv', 'a.jsonl', 'a.PARQUET', 'a.txt', null].map(tableOf)).toEqual([
    'csv',
    'jsonl',
    'parquet',
    'csv',
    'csv',
  ]);
});
