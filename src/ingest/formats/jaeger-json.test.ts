import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../base/bytes.ts';
import { failureOf, importedFrom, sourceFile } from '../../testing/files.ts';
import { ledgerOf, treesOf } from '../../testing/imports.ts';
import { lostSpans } from '../../trace/ledger.ts';
import { decodeString } from '../../trace/string-column.ts';
import { traceCount } from '../../trace/trace-set.ts';
import type { ImportedTraces } from '../import.ts';

interface Reference {
  readonly refType?: string;
  readonly traceID?: string;
  readonly spanID?: string;
}
const span = (
  spanID: string,
  operationName: string,
  ...references: readonly Reference[]
): object => ({
  traceID: 't',
  spanID,
  operationName,
  references,
  startTime: 1542666452979000,
  duration: 390,
  processID: 'p1',
});
const childOf = (spanID: string, traceID = 't'): Reference => ({
  refType: 'CHILD_OF',
  traceID,
  spanID,
});
const trace = (...spans: readonly unknown[]): object => ({
  traceID: 't',
  spans,
  processes: { p1: { serviceName: 'web', tags: [] } },
});
const imported = (json: unknown): Promise<ImportedTraces> =>
  importedFrom(sourceFile('a.json', JSON.stringify(json, null, 1)));

describe('Jaeger JSON', () => {
  const one = trace(span('1', 'a'), span('2', 'b', childOf('1')));

  it.each([
    ['the answer of the query API', { data: [one], total: 0, errors: null }],
    ['an envelope with other keys first', { total: 1, dat: [{}], 'data"': 1, data: [one] }],
    ['an envelope around one trace', { data: one, id: 't' }],
    ['one trace', one],
    ['a list of traces', [one]],
  ])('comes in as %s', async (_, json) => {
    const result = await imported(json);
    expect(treesOf(result)).toEqual(['-1 web/a, 0 web/b']);
    expect(result.ledger).toEqual([]);
    expect(result.traces.startUs[0]).toBe(1542666452979000);
    expect([...result.traces.latencyUs]).toEqual([390, 390]);
    expect(decodeString(result.traces.traceIds, 0)).toBe('t');
    expect(result.files[0]!.format).toBe('jaeger-json');
  });

  it('comes in with one parent in place of references, and with numbers as texts', async () => {
    const old = (id: string, operation: string, parentSpanID: string): object => ({
      ...span(id, operation),
      references: undefined,
      parentSpanID,
      startTime: '1542666452979000',
      duration: '390',
    });
    const result = await imported(trace(old('1', 'a', '0'), old('2', 'b', '1')));
    expect(treesOf(result)).toEqual(['-1 web/a, 0 web/b']);
    expect(result.ledger).toEqual([]);
    expect([...result.traces.latencyUs]).toEqual([390, 390]);
  });

  it('is not what an error is that names its trace', async () => {
    const failure = await failureOf(
      sourceFile('a.json', '{"message": "Internal error", "traceID": "abc", "statusCode": 500}'),
    );
    expect(failure.what).toBe('an error answer without a trace: Internal error (500)');
  });

  it('comes in as JSON lines, with a byte order mark', async () => {
    const other = JSON.stringify(one).replaceAll('"t"', '"u"');
    const text = `\uFEFF${JSON.stringify(one)}\n${other}\n`;
    expect(traceCount((await importedFrom(sourceFile('a.json', text))).traces)).toBe(2);
  });

  it('takes as parent the first reference to a span that is there', async () => {
    const result = await imported(
      trace(
        span('1', 'root', childOf('1', 'another trace')),
        span(
          '2',
          'follows',
          { refType: 'LINK', spanID: '1' },
          { refType: 'FOLLOWS_FROM', spanID: '1' },
        ),
        span('3', 'second', childOf('gone'), childOf('2')),
        span('4', 'orphan', childOf('gone'), {}),
        span('5', 'below', childOf('4')),
      ),
    );
    expect(treesOf(result)).toEqual([
      '-1 web/root, 0 web/follows, 1 web/second',
      '-1 web/orphan, 0 web/below',
    ]);
    expect(ledgerOf(result)).toEqual([['orphan-root', 2, 'spans[3]']]);
  });

  it('files spans without a process under a name of their own, as a repair', async () => {
    const result = await imported({
      data: [
        {
          traceID: 't',
          spans: [
            { ...span('1', 'a'), processID: 'constructor' },
            { ...span('2', 'b', childOf('1')), processID: null, process: { serviceName: 'own' } },
          ],
          processes: null,
        },
      ],
    });
    expect(treesOf(result)).toEqual(['-1 unknown-service/a, 0 own/b']);
    expect(ledgerOf(result)).toEqual([['unknown-service', 1, 'data[0].spans[0]']]);
    expect(result.spansKept).toBe(2);
  });

  it('counts what it cannot use, with the path to it', async () => {
    const text = JSON.stringify({
      data: [
        one,
        null,
        7,
        { spans: 'none' },
        trace(
          null,
          { ...span('1', 'a'), spanID: 5 },
          { ...span('1', 'a'), operationName: ' ' },
          { ...span('1', 'a'), duration: 'five' },
          { ...span('1', 'a'), duration: -1 },
          { ...span('1', 'x'.repeat(70_000)) },
        ),
        { spans: [{ ...span('1', 'a'), traceID: undefined }] },
      ],
    }).replace('null,7', 'null,{"spans":[{"operationName":1,"operationName":,}]},7');
    const result = await importedFrom(sourceFile('a.json', text));
    expect(ledgerOf(result)).toEqual([
      ['malformed-row', 5, 'data[1]'],
      ['missing-trace-id', 1, 'data[6].spans[0]'],
      ['missing-span-id', 1, 'data[5].spans[1]'],
      ['missing-operation', 2, 'data[5].spans[2]'],
      ['bad-duration', 2, 'data[5].spans[3]'],
    ]);
    expect(result.spansKept + lostSpans(result.ledger)).toBe(result.spansRead);
  });

  it('keeps what is whole in a file that is cut, and counts the rest', async () => {
    const other = JSON.parse(JSON.stringify(one).replaceAll('"t"', '"u"'));
    const text = JSON.stringify({ data: [one, other] });
    const cut = text.slice(0, text.lastIndexOf('"startTime"'));
    const result = await importedFrom(sourceFile('a.json', cut));
    expect(traceCount(result.traces)).toBe(1);
    expect(ledgerOf(result)).toEqual([
      ['single-node', 1, 'data[1].spans[0]'],
      ['truncated-file', 1, 'data[1].spans[1]'],
      ['unknown-service', 1, 'data[1].spans[0]'],
    ]);
    expect(result.ledger[1]!.examples[0]!.byte).toBe(encodeUtf8(cut).length);
    expect(result.spansRead).toBe(4);
  });

  it('is the same wherever the file is cut into chunks', async () => {
    const text = JSON.stringify({
      é: '\\"{[',
      data: [one, trace(span('9', '"}]\\', childOf('é')))],
    });
    const whole = await importedFrom(sourceFile('a.json', text));
    expect(whole.spansRead).toBe(3);
    for (const chunkBytes of [1, 2, 3, 7, 64]) {
      const result = await importedFrom(sourceFile('a.json', text, chunkBytes));
      expect({ ...result, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
    }
  });
});

describe('spans of Jaeger in Elasticsearch', () => {
  const source = (spanID: string, operationName: string, ...references: readonly Reference[]) => ({
    ...span(spanID, operationName, ...references),
    process: { serviceName: operationName === 'a' ? 'web' : 'db', tags: [] },
  });
  const sources = [source('2', 'b', childOf('1')), source('1', 'a')];
  const hits = sources.map((_source, i) => ({ _index: 'jaeger-span-x', _id: String(i), _source }));
  const lines = (values: readonly unknown[]): string =>
    values.map((value) => JSON.stringify(value)).join('\n');
  const read = (text: string): Promise<ImportedTraces> => importedFrom(sourceFile('a.json', text));

  it.each([
    ['a dump, a hit a line', lines(hits)],
    ['a list of hits', JSON.stringify(hits, null, 1)],
    ['the answer of a search', JSON.stringify({ took: 1, hits: { total: 2, hits } }, null, 1)],
    ['bare spans, one a line', lines(sources)],
    ['a list of bare spans', JSON.stringify(sources)],
    ['a bulk file', lines(sources.flatMap((each) => [{ index: { _index: 'x' } }, each]))],
  ])('come in as %s', async (_, text) => {
    const result = await read(text);
    expect(treesOf(result)).toEqual(['-1 web/a, 0 db/b']);
    expect(result.ledger).toEqual([]);
    expect(result.spansRead).toBe(2);
    expect(result.files[0]!.format).toBe('jaeger-elasticsearch');
  });

  it('are counted where they are cut or broken', async () => {
    for (const values of [hits, sources]) {
      const text = lines([...values, ...values.map((each) => each)]);
      for (const cut of [text.slice(0, -40), text.replace('"duration":390', '"duration":"x')]) {
        const result = await read(cut);
        expect(result.spansKept + lostSpans(result.ledger)).toBe(result.spansRead);
        expect(lostSpans(result.ledger)).toBeGreaterThan(0);
      }
    }
  });
});
