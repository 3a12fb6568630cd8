/**
 * Tables of spans as other tools and spreadsheets write them: what is read of them, and in which unit.
 */
import { describe, expect, it } from 'vitest';
import { sourceFile } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import type { ColumnMapping } from '../trace/column-mapping.ts';
import type { ImportedTraces } from './import.ts';
import { importFiles } from './import-files.ts';

const read = (text: string, mappings: readonly ColumnMapping[] = []) =>
  importFiles([sourceFile('t.csv', text)], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    mappings,
  });

/** The table by the mapping that is guessed for it, and that mapping. */
async function readAsGuessed(
  text: string,
): Promise<{ readonly guess: ColumnMapping; readonly imported: ImportedTraces }> {
  const asked = await read(text);
  if (asked.ok || asked.error.kind !== 'unmapped') throw new Error('nobody was asked');
  const { guess } = asked.error.table;
  const result = await read(text, [guess]);
  if (!result.ok) throw new Error(result.error.what);
  return { guess, imported: result.value };
}

const table = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;
const latenciesOf = ({ traces }: ImportedTraces): number[] => [...traces.latencyUs];

describe('numbers with their thousands set apart', () => {
  it('tell their unit as the numbers that they are read as', async () => {
    const text = table(
      'trace_id,span_id,parent_id,service,operation,start_time,duration',
      't,1,,web,a,2024-05-06T07:08:09.000Z,"120,000"',
      't,2,1,db,b,2024-05-06T07:08:09.010Z,"80,500"',
      't,3,2,db,c,2024-05-06T07:08:09.020Z,"12,250"',
      't,4,1,db,d,2024-05-06T07:08:09.002Z,"7,000"',
    );
    const { guess, imported } = await readAsGuessed(text);
    expect(guess.durationUnit).toBe('us');
    expect(latenciesOf(imported)).toEqual([120_000, 80_500, 7000, 12_250]);
  });

  it('are decimals where cells are separated otherwise', async () => {
    const text = table(
      'trace_id;span_id;parent_id;service;operation;start_time;duration',
      't;1;;web;a;2024-05-06T07:08:09.000Z;120,000',
      't;2;1;db;b;2024-05-06T07:08:09.010Z;80,500',
      't;3;2;db;c;2024-05-06T07:08:09.020Z;12,250',
    );
    const { guess, imported } = await readAsGuessed(text);
    expect(guess.durationUnit).toBe('ms');
    expect(latenciesOf(imported)).toEqual([120_000, 80_500, 12_250]);
  });
});

describe('cells that are set apart by spaces', () => {
  it('are the names and ids in them', async () => {
    const { imported } = await readAsGuessed(
      table(
        'span_id, trace_id, parent_id, service, operation, start_us, duration_us',
        '1, t, , web , GET /a, 1714979289000000, 5000',
        '2, t, 1, db, b, 1714979289001000, 300',
      ),
    );
    expect(treesOf(imported)).toEqual(['-1 web/GET /a, 0 db/b']);
    expect(imported.ledger).toEqual([]);
  });
});
