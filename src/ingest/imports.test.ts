/**
 * Files that people really have, one folder a kind, and what each should become: every file is read,
 * and its trees, units, counts and messages are compared with expected.json.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sourceFile } from '../testing/files.ts';
import type { ColumnMapping } from '../trace/column-mapping.ts';
import { REASONS } from '../trace/ledger.ts';
import { readTree, type TraceSet, traceCount } from '../trace/trace-set.ts';
import type { ImportedTraces, ImportFailure } from './import.ts';
import { importFiles } from './import-files.ts';

/** A node of a merged tree: service, operation, mean latency, spans merged, children. */
interface ExpectedNode {
  readonly s: string;
  readonly o: string;
  readonly ms: number;
  readonly n: number;
  readonly ch: readonly ExpectedNode[];
}
type Forest = readonly ExpectedNode[];

/** A refusal, or an entry of the ledger, that names one of the words. */
interface Told {
  readonly message: readonly string[];
}
type Expectation = Forest | Told | (Told & { readonly forest_or_message: Forest | null });

const folder = fileURLToPath(new URL('../testing/imports/', import.meta.url));
const EXPECTED: Readonly<Record<string, { readonly expect: Expectation }>> = JSON.parse(
  readFileSync(`${folder}expected.json`, 'utf8'),
);

/** What does not come out right yet, and why. Whatever comes out right has to leave the list. */
const KNOWN_WRONG: Readonly<Record<string, string>> = {
  '17-mapping/a-openrca-telecom.csv':
    'calls of databases name the database, and nowhere their operation',
};

/** What could be read as well as told, and is told only, and why. As the list above. */
const ONLY_TOLD: Readonly<Record<string, string>> = {};

/** What may be refused, and is read; and what the file's note asks for besides its trees. */
const CANONICAL = EXPECTED['01-jaeger-v3/a-result.json']!.expect;
const CUT_LINE = '11-fileexporter-rotation/g-cut-short-line-in-middle.json';
/** Two of its four spans are whole. */
const REST_OF_CUT_LINE: ExpectedNode = {
  s: 'gateway',
  o: 'GET /orders',
  ms: 120,
  n: 1,
  ch: [{ s: 'orders', o: 'list', ms: 80.5, n: 1, ch: [] }],
};
/** What both files of X-Ray have: a call of a service by another. */
const XRAY: Forest = [
  {
    s: 'gateway',
    o: 'gateway',
    ms: 120,
    n: 1,
    ch: [
      {
        s: 'gateway',
        o: 'orders',
        ms: 80.5,
        n: 1,
        ch: [{ s: 'orders', o: 'orders', ms: 76, n: 1, ch: [] }],
      },
    ],
  },
];
const SKYWALKING: ExpectedNode = {
  s: 'gateway',
  o: '/orders',
  ms: 120,
  n: 1,
  ch: [{ s: 'gateway', o: 'orders/list', ms: 80, n: 1, ch: [] }],
};
const BETTER: Readonly<Record<string, Expectation>> = {
  '02-tempo/e-snake.json': CANONICAL,
  '14-xray/a-batch-get-traces.json': XRAY,
  '14-xray/b-segments.jsonl': XRAY,
  '15-not-traces/c-skywalking-graphql.json': [SKYWALKING],
  '15-not-traces/g-signoz.json': CANONICAL,
  '19-archives/c-traces.tar': CANONICAL,
  '19-archives/e-traces.jsonl.xz': CANONICAL,
  [CUT_LINE]: [...(EXPECTED[CUT_LINE]!.expect as Forest), REST_OF_CUT_LINE],
};

/** What came of a file: its trees, and all that people are told. */
interface Outcome {
  readonly forest: readonly string[];
  readonly words: string;
}

async function outcomeOf(name: string): Promise<Outcome> {
  const file = sourceFile(name.split('/').at(-1)!, readFileSync(folder + name));
  const read = (mappings: readonly ColumnMapping[]) =>
    importFiles([file], {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      mappings,
    });
  const first = await read([]);
  if (first.ok) return imported(first.value);
  if (first.error.kind !== 'unmapped') return refused(first.error);
  const second = await read([first.error.table.guess]);
  return second.ok ? imported(second.value) : refused(second.error);
}

const refused = (failure: ImportFailure): Outcome => ({
  forest: [],
  words: `${failure.what}. ${failure.advice}`,
});

const imported = ({ traces, ledger }: ImportedTraces): Outcome => ({
  forest: Array.from({ length: traceCount(traces) }, (_, i) => treeText(traces, i)).toSorted(),
  words: ledger.map(({ reason }) => `${reason}: ${REASONS[reason]}`).join('\n'),
});

function treeText(traces: TraceSet, trace: number): string {
  const nodes = readTree(traces, trace);
  const textOf = (node: number): string => {
    const { operation, latencyUs, spanCount } = nodes[node]!;
    const { service, name } = traces.operations[operation]!;
    const children = nodes.flatMap(({ parent }, i) => (parent === node ? [textOf(i)] : []));
    return nodeText(traces.services[service]!, name, latencyUs / 1000, spanCount, children);
  };
  return textOf(0);
}

const expectedText = ({ s, o, ms, n, ch }: ExpectedNode): string =>
  nodeText(s, o, ms, n, ch.map(expectedText));

/** Microseconds are the last digit that a file states. */
const nodeText = (
  service: string,
  operation: string,
  ms: number,
  spans: number,
  children: readonly string[],
): string =>
  `${service}/${operation} ${ms.toFixed(3)} ms x${spans} (${children.toSorted().join(', ')})`;

interface Verdict {
  readonly isForest: boolean;
  readonly isTold: boolean;
}

function verdictOn({ forest, words }: Outcome, expectation: Expectation): Verdict {
  const isForest = (expected: Forest): boolean =>
    JSON.stringify(forest) === JSON.stringify(expected.map(expectedText).toSorted());
  if (!('message' in expectation)) return { isForest: isForest(expectation), isTold: false };
  const told = words.toLowerCase();
  const isTold = expectation.message.some((word) => told.includes(word.toLowerCase()));
  if (!('forest_or_message' in expectation)) return { isForest: false, isTold };
  const { forest_or_message: either } = expectation;
  return {
    isForest: either === null ? forest.length > 0 : isForest(either),
    // Trees that are not what they should be are wrong, whatever is said of them.
    isTold: isTold && forest.length === 0,
  };
}

describe('files that people really have', () => {
  it.each(Object.keys(EXPECTED))('%s becomes what it should', async (name) => {
    const what = BETTER[name] ?? EXPECTED[name]!.expect;
    const outcome = await outcomeOf(name);
    const { isForest, isTold } = verdictOn(outcome, what);
    const couldBeRead = !('message' in what) || 'forest_or_message' in what;
    const verdict = isForest ? 'read' : isTold ? 'told' : 'wrong';
    const right =
      name in KNOWN_WRONG ? 'wrong' : name in ONLY_TOLD || !couldBeRead ? 'told' : 'read';
    expect(verdict, [outcome.words, ...outcome.forest.slice(0, 4)].join('\n')).toBe(right);
  });

  it('are all of the files that are stored', () => {
    const stored = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.includes('/') && statSync(folder + path).isFile());
    expect(Object.keys(EXPECTED).toSorted()).toEqual(stored.toSorted());
    const listed = [...Object.keys(KNOWN_WRONG), ...Object.keys(ONLY_TOLD)];
    expect(listed.filter((name) => !(name in EXPECTED))).toEqual([]);
  });
});
