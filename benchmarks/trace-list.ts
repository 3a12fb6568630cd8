/** The list of scored traces as the worker holds it: what each thing that a person does takes. */
import { runThrough, type Sliced } from '../src/base/slices.ts';
import { median } from '../src/base/statistics.ts';
import { setApart } from '../src/changes/set-apart.ts';
import type { KindTeller } from '../src/inspect/kind-book.ts';
import {
  BY_SCORE,
  NO_FILTER,
  type TraceColumn,
  type TraceFilter,
} from '../src/inspect/trace-query.ts';
import { createTraceTables } from '../src/inspect/trace-tables.ts';
import { VARIANTS, type Variant } from '../src/scoring/corrections/list.ts';
import { structureList } from '../src/stores/shared/tree-view.ts';
import { takeCensus } from '../src/trace/structure-statistics.ts';
import { processorMs } from './processor-time.ts';
import { makeScoredDataset } from './scored-table.ts';

const REPEATS = 5;

const KEYS: readonly TraceColumn[] = [
  'score',
  ...VARIANTS.map((variant) => `rank-${variant}` as const),
  ...(['flagged', 'label', 'nodes', 'structure', 'root', 'duration'] as const),
  ...(['reason', 'mismatch', 'trace'] as const),
];

/** Milliseconds of processor time: the first time, and the median of the next ones. */
interface Times {
  readonly first: number;
  readonly again: number;
}

export function timeTraceList(count: number) {
  const { traces, of, choice } = makeScoredDataset(count);
  const tables = createTraceTables();
  const nothingOdd: KindTeller = { against: '', oddities: async () => [] };
  /** Without kinds all of it is done when the call returns. */
  const arrange = (filter: Partial<TraceFilter>, sort = BY_SCORE) => {
    const query = { filter: { ...NO_FILTER, ...filter }, sort, grouped: false };
    return tables.arrange(traces, query, nothingOdd);
  };
  const sorted = (direction: 'ascending' | 'descending') =>
    Object.fromEntries(KEYS.map((key) => [key, timed(() => arrange({}, { key, direction }))]));
  /** Between two times the list is of something else, as it is when a person comes back to it. */
  const narrowed = (filter: Partial<TraceFilter>) =>
    timed(
      () => arrange(filter),
      () => arrange({ label: 'structure' }),
    );
  const typed = (text: string) => {
    arrange({});
    return Array.from(text, (_, i) =>
      processorMs(() => arrange({ search: text.slice(0, i + 1) })),
    ).map(rounded);
  };
  return {
    traces: count,
    /** Each time as if the corrections had changed. */
    tabulateMs: timed(() => tables.tabulate(traces, choice, of)),
    /** Between the list and its last column, one variant after another. */
    ranksMs: once((variant) => tables.ranks(variant)),
    usualPartsMs: slices(tables.usualParts()),
    prepareSortMs: {
      reason: slices(tables.prepareSort('reason')),
      trace: slices(tables.prepareSort('trace')),
    },
    sortMs: { descending: sorted('descending'), ascending: sorted('ascending') },
    filterMs: {
      flagged: narrowed({ flagged: true }),
      label: narrowed({ label: 'time' }),
      nodes: narrowed({ nodes: [4, 20] }),
      flaggedAndNodes: narrowed({ flagged: true, nodes: [4, 20] }),
      score: narrowed({ score: [10, 60] }),
      structure: narrowed({ structure: 7 }),
      operation: narrowed({ operation: 17 }),
      lacks: narrowed({ lacks: 17 }),
      duration: narrowed({ duration: [1, 100] }),
      start: narrowed({ start: [0, null] }),
      errors: narrowed({ errors: true }),
      nothingLeft: narrowed({ operation: 17, lacks: 17, nodes: [1, null], score: [0, null] }),
    },
    searchMs: {
      ofIds: narrowed({ search: 'c0ffee' }),
      ofOperations: narrowed({ search: 'operation-17' }),
      ofBoth: narrowed({ search: 'e' }),
      /** Letter by letter. */
      typed: typed('deadbeef'),
    },
    nearestMs: timed(() => tables.nearest(traces, 4)),
    setApartMs: timed(() => runThrough(setApart(traces, tables.flags(traces)!))),
    structuresMs: timed(() => {
      const structures = structureList(traces, takeCensus(traces), 32);
      return Array.from({ length: 40 }, (_, i) => structures.view(i));
    }),
  };
}

function timed(work: () => unknown, between: () => unknown = () => {}): Times {
  const times = Array.from({ length: REPEATS }, () => {
    between();
    return processorMs(work);
  });
  return { first: rounded(times[0]!), again: rounded(median(times.slice(1))) };
}

/** All of it, and the longest of its slices, which is how long other work waits. */
function slices(work: Sliced<unknown>) {
  const times: number[] = [];
  for (let done = false; !done; ) times.push(processorMs(() => (done = work.next().done === true)));
  return { whole: rounded(times.reduce((a, b) => a + b)), longest: rounded(Math.max(...times)) };
}

const once = (work: (variant: Variant) => unknown): Record<string, number> =>
  Object.fromEntries(VARIANTS.map((v) => [v, rounded(processorMs(() => work(v)))]));

const rounded = (ms: number): number => Math.round(10 * ms) / 10;
