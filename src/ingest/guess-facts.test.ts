/** Which columns are proposed for what spans carry, and what is read by those that a person chooses. */
import { describe, expect, it } from 'vitest';
import { carriedBy } from '../testing/carried.ts';
import { sourceFile } from '../testing/files.ts';
import type { ColumnMapping } from '../trace/column-mapping.ts';
import { importFiles } from './import-files.ts';

const text = (header: string, ...rows: readonly string[]): string =>
  `${[`trace_id,span_id,parent_id,operation,duration_ms,${header}`, ...rows.map((row, i) => `t,${i + 1},${i === 0 ? '' : 1},op${i},${9 - i},${row}`)].join('\n')}\n`;

async function guessOf(table: string, kept?: readonly string[]): Promise<ColumnMapping> {
  const result = await importFiles([sourceFile('a.csv', table)], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...(kept ? { keptAttributes: kept } : {}),
  });
  if (result.ok || result.error.kind !== 'unmapped') throw new Error('nobody was asked');
  return result.error.table.guess;
}

/** Names of the columns that are proposed, without those that are not. */
async function proposedOf(table: string, kept?: readonly string[]) {
  const { header, facts } = await guessOf(table, kept);
  const { status, kind, attributes } = facts!;
  const named = { status, kind, ...attributes };
  return Object.fromEntries(
    Object.entries(named).flatMap(([fact, cell]) => (cell < 0 ? [] : [[fact, header[cell]]])),
  );
}

describe('what is proposed', () => {
  it('is told by the names of the columns', async () => {
    const table = text('status_code,span_kind,http.route,db_type,zone', 'OK,server,/a,redis,eu');
    expect(await proposedOf(table)).toEqual({
      status: 'status_code',
      kind: 'span_kind',
      'http.route': 'http.route',
      'db.system': 'db_type',
    });
    expect(await proposedOf(table, ['zone'])).toMatchObject({ zone: 'zone' });
  });

  it('or by what the first rows hold', async () => {
    const table = text('outcome,role,note', 'ok,Entry,x', 'failed,Exit,y', ',,z');
    expect(await proposedOf(table)).toEqual({ status: 'outcome', kind: 'role' });
  });

  it('is no column that only has a likely name, or numbers', async () => {
    const table = text('type,status,count', 'mysql,Completed,1', 'http,Waiting,2');
    expect(await proposedOf(table)).toEqual({});
  });
});

describe('what is read', () => {
  const table = text(
    'outcome,role,zone,error,faulty,succeeded,fine',
    'ok,Entry,eu,false,false,True,True',
    'failed,Exit,us,false,true,False,False',
  );
  const read = async (facts: ColumnMapping['facts']) => {
    const guess = await guessOf(table);
    const mapping = { ...guess, answered: true as const, facts: facts! };
    return (await carriedBy([sourceFile('a.csv', table)], { mappings: [mapping] })).spans;
  };

  it('is what was proposed, where nobody objects', async () => {
    const { facts } = await guessOf(table.replace('succeeded', 'other'));
    expect(await read(facts)).toEqual({ 1: 'ok server', 2: 'error client' });
  });

  it('is what a person chooses, and nothing else', async () => {
    const facts = { status: -1, kind: 6, attributes: { host: 7 } };
    expect(await read(facts)).toEqual({ 1: 'unset server host=eu', 2: 'unset client host=us' });
  });

  it.each([
    ['faulty', ['unset server', 'error client']],
    ['succeeded', ['unset server', 'error client']],
    ['fine', ['unset server', 'unset client']],
  ])('true in the column %s means what its name says', async (name, expected) => {
    const status = (await guessOf(table)).header.indexOf(name);
    const spans = await read({ status, kind: 6, attributes: {} });
    expect(Object.values(spans)).toEqual(expected);
  });
});
