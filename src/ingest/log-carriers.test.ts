/** JSON that stands in logs: what carries it, and what of it comes in. */
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import { otlpSpan, resourceSpans, SAMPLE_TRACE_ID } from '../testing/otlp.ts';
import type { ImportedTraces } from './import.ts';

const documentOf = (id: string): object =>
  JSON.parse(
    JSON.stringify({
      resourceSpans: [
        resourceSpans('web', otlpSpan('1', '', 'GET {/}'), otlpSpan('2', '1', 'a"b')),
      ],
    }).replaceAll(SAMPLE_TRACE_ID, id.repeat(32)),
  );
const lineOf = (id: string): string => JSON.stringify(documentOf(id));
const TREE = '-1 web/GET {/}, 0 web/a"b';
const notesOf = ({ ledger }: ImportedTraces): unknown[] =>
  ledger.map(({ reason, count }) => [reason, count]);

const docker = (log: string): string => JSON.stringify({ log, stream: 'stdout', time: 'x' });
const half = (text: string): string => text.slice(text.length / 2);
const pretty = JSON.stringify(documentOf('2'), null, 2);

const LOGS: Readonly<Record<string, readonly [text: string, trees: number, lines: number]>> = {
  'a container runtime before each line': [
    `2024-05-06T07:08:09.1Z stdout F ${lineOf('1')}\n2024-05-06T07:08:09.2Z stderr F started\n` +
      `2024-05-06T07:08:09.3Z stdout P ${lineOf('2').slice(0, 300)}\n` +
      `2024-05-06T07:08:09.3Z stdout F ${lineOf('2').slice(300)}\n`,
    2,
    1,
  ],
  'Docker around each line, and around the parts of a long one': [
    [
      docker('started\n'),
      docker(`${lineOf('1')}\n`),
      docker(lineOf('2').slice(0, 300)),
      docker(`${lineOf('2').slice(300)}\n`),
    ].join('\n'),
    2,
    1,
  ],
  'a collector of logs': [
    ['1', '2'].map((id) => JSON.stringify({ ts: 1, line: lineOf(id) })).join('\n'),
    2,
    0,
  ],
  'the journal of systemd': [
    ['1', '2'].map((id) => JSON.stringify({ _PID: '1', MESSAGE: lineOf(id) })).join('\n'),
    2,
    0,
  ],
  'the log of a cloud': [
    JSON.stringify(['1', '2'].map((id) => ({ insertId: id, textPayload: lineOf(id) }))),
    2,
    0,
  ],
  'commas behind each document, of a list without its brackets': [
    ['1', '2'].map(lineOf).join(',\n'),
    2,
    0,
  ],
  'time, thread and level before each document': [
    ['1', '2']
      .map((id) => `[otel 2024-05-06 07:08:09:123 +0000] [pool-1] INFO x.Y - ${lineOf(id)}`)
      .join('\nWARN [x] slow {3 of 4}\n'),
    2,
    1,
  ],
  'what a program prints before, between and behind': [
    `Hello, world\n${pretty}\nfunction f() {\n${lineOf('1')}\nBye, {world\n`,
    2,
    3,
  ],
  'a first line that is cut in half': [
    `${half(lineOf('3'))}\n${lineOf('1')}\n${lineOf('2')}\n`,
    2,
    1,
  ],
  'a hole of NUL bytes, and half a line behind it': [
    `${'\0'.repeat(5000)}${half(lineOf('3'))}\n${lineOf('1')}\n${lineOf('2')}\n`,
    2,
    1,
  ],
  'more log than a look at the head': [
    `${'INFO nothing to see\n'.repeat(5000)}${lineOf('1')}\n`,
    1,
    5000,
  ],
};

describe('JSON in a log', () => {
  it.each(Object.entries(LOGS))('comes in with %s', async (_, [text, trees, lines]) => {
    for (const chunkBytes of [1, 3, 1000, 65_536]) {
      if (text.length > 50_000 && chunkBytes < 1000) continue;
      const result = await importedFrom(sourceFile('x.log', text, chunkBytes));
      expect(treesOf(result)).toEqual(Array(trees).fill(TREE));
      expect(notesOf(result)).toEqual(lines === 0 ? [] : [['left-out-line', lines]]);
    }
  });

  it('costs a line that is cut only itself, behind a hole too', async () => {
    const text = `${lineOf('1')}\n${lineOf('2').slice(0, 350)}${'\0'.repeat(3000)}${lineOf('3')}\n`;
    for (const chunkBytes of [1, 7, 65_536]) {
      const result = await importedFrom(sourceFile('x.json', text, chunkBytes));
      expect(treesOf(result)).toEqual([TREE, TREE]);
      expect(notesOf(result)).toEqual([['malformed-row', 1]]);
    }
  });

  it('leaves tables and prose what they are', async () => {
    const table = 'a,b,c,d,e\n1,2,3,4,"{""traceID"":1}"\n';
    expect((await failureOf(sourceFile('x', table))).kind).toBe('unmapped');
    const prose = 'the answer was {"a": 1} again\n';
    expect((await failureOf(sourceFile('x', prose))).what).toContain('plain text');
  });
});
