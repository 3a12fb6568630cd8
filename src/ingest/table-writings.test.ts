/**
 * Tables of spans as other tools and spreadsheets write them: what is read of them, and in which unit.
 */
import { describe, expect, it } from 'vitest';
import { sourceFile } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import type { ColumnMapping } from '../trace/column-mapping.ts';
import { tellUnits } from '../trace/column-units.ts';
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

describe('ids that are whole numbers', () => {
  it('are one where a column of them is written with a fraction', async () => {
    const { imported } = await readAsGuessed(
      table(
        'trace_id,span_id,parent_id,service,operation,start_us,duration_us',
        '1,1,,web,a,1714979289000000,5000',
        '1,2,1.0,db,b,1714979289001000,300',
      ),
    );
    expect(treesOf(imported)).toEqual(['-1 web/a, 0 db/b']);
    expect(imported.ledger).toEqual([]);
  });
});

describe('a row without an operation', () => {
  it('has the name in another column that tells of the call, and that is counted', async () => {
    const { imported } = await readAsGuessed(
      table(
        'callType,startTime,elapsedTime,success,traceId,id,pid,cmdb_id,dsName,serviceName',
        'OSB,1714979289123,120.0,True,t,1,None,os_1,,GET /orders',
        'JDBC,1714979289143,12.25,True,t,2,1,docker_1,db_003,',
        'LOCAL,1714979289163,7.0,True,t,3,1,docker_1,,',
      ),
    );
    expect(treesOf(imported)).toEqual(['-1 os_1/GET /orders, 0 docker_1/LOCAL, 0 docker_1/db_003']);
    expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
      ['other-operation-name', 2],
    ]);
  });
});

describe('names of columns', () => {
  it.each([
    [
      'Elastic APM, its times aside',
      'time,trace.id,span.id,parent.id,service.name,span.name,span.duration.us',
      'us',
    ],
    ['Datadog', 'Start,Trace ID,Span ID,Parent Span ID,Service,Resource,Duration (ms)', 'ms'],
  ])('of %s are guessed', async (_, header, unit) => {
    const text = table(
      header,
      '2024-05-06T07:08:09Z,t,1,,web,a,5',
      '2024-05-06T07:08:09Z,t,2,1,db,b,3',
    );
    const { guess, imported } = await readAsGuessed(text);
    expect(guess.durationUnit).toBe(unit);
    expect(treesOf(imported)).toEqual(['-1 web/a, 0 db/b']);
  });

  it('tell no unit where the same word is wrong of the clock', async () => {
    const { guess } = await readAsGuessed(
      table(
        'trace_id,span_id,parent_id,service,operation,start_ms,duration_ms',
        't,1,,web,a,1714979289123456,120000',
        't,2,1,db,b,1714979289133456,80500',
        't,3,2,db,c,1714979289143456,12250',
      ),
    );
    expect([guess.clockUnit, guess.durationUnit]).toEqual(['us', 'us']);
    const told = tellUnits(
      guess.header,
      [
        ['t', '1', '', 'web', 'a', '1714979289123456', '120000'],
        ['t', '2', '1', 'db', 'b', '1714979289133456', '80500'],
        ['t', '3', '2', 'db', 'c', '1714979289143456', '12250'],
      ],
      guess.columns,
    );
    expect([told.clock.other, told.duration.other]).toEqual(['ms', 'ms']);
  });
});
