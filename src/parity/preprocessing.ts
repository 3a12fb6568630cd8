/**
 * The preprocessing case: the file's CSV rows through this notebook's importer, against the graphs
 * that the authors' loader makes of them. Structure exactly; latency within float32.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { LatencyScale } from '../features/latency-scale.ts';
import { makeBatch } from '../features/trace-batch.ts';
import { readTraceVaeCsv } from '../ingest/formats/tracevae-csv.ts';
import { SpanTable } from '../ingest/span-table.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { createLedgerBuilder, type Ledger, mergeLedgers } from '../trace/ledger.ts';
import { decodeString } from '../trace/string-column.ts';
import { type Label, labelCode, readTree, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { compare, type Nested, type Report, TOLERANCE } from './measure.ts';

export interface PreprocessingGraph {
  readonly trace_id_low: number;
  readonly parent: readonly number[];
  readonly node_type: readonly number[];
  readonly span_count: readonly number[];
  /** Milliseconds. */
  readonly avg_latency: readonly number[];
  /** [nodes][average, smallest, largest] */
  readonly latency_normalised_avg_min_max: readonly (readonly number[])[];
}

export interface Preprocessing {
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly operation_id: Readonly<Record<string, number>>;
  /** By operation id, milliseconds. */
  readonly latency_range: Readonly<Record<string, { readonly mean: number; readonly std: number }>>;
  readonly graphs: Readonly<
    Record<'no_label_filter' | '0' | '1' | '2', readonly PreprocessingGraph[]>
  >;
}

const LABELS = { '0': 'normal', '1': 'structure', '2': 'time' } as const satisfies Record<
  string,
  Label
>;

/** The rows as a CSV file, imported. */
export function importRows({ rows, operation_id }: Preprocessing): {
  readonly traces: TraceSet;
  readonly ledger: Ledger;
} {
  const fileName = 'rows.csv';
  const text = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]
    .map((cells) => cells.join(','))
    .join('\n');
  const table = new SpanTable();
  const losses = createLedgerBuilder();
  const reader = readTraceVaeCsv({ fileName, table, ledger: losses, authorsRules: true });
  table.startFile();
  reader.read(encodeUtf8(text));
  reader.finish();
  const { traces, ledger } = assembleTraces(table.columns(), [fileName], {
    knownOperations: Object.keys(operation_id).filter((name) => name !== ''),
  });
  return { traces, ledger: mergeLedgers(losses.finish(), ledger) };
}

export function comparePreprocessing(preprocessing: Preprocessing, report: Report): void {
  const { traces } = importRows(preprocessing);
  const ids = Array.from({ length: traceCount(traces) }, (_, trace) =>
    Number(decodeString(traces.traceIds, trace).split(':')[1]),
  );
  const all = preprocessing.graphs.no_label_filter;
  compare(report, 'import: traces', TOLERANCE.exact, [
    { at: 'traces', actual: ids, expected: all.map((graph) => graph.trace_id_low) },
  ]);
  for (const [filter, label] of Object.entries(LABELS) as [keyof typeof LABELS, Label][]) {
    const expected = preprocessing.graphs[filter].map((graph) => graph.trace_id_low);
    const actual = ids.filter((_, trace) => traces.label[trace] === labelCode(label));
    compare(report, `import: traces labelled ${label}`, TOLERANCE.exact, [
      { at: label, actual, expected },
    ]);
  }

  const perGraph = (
    name: string,
    tolerance: number,
    actualOf: (trace: number) => readonly number[],
    expectedOf: (graph: PreprocessingGraph) => Nested,
  ): void => {
    // in the file's order; one trace may be several graphs
    const parts = all.map((graph, trace) => ({
      at: `trace ${graph.trace_id_low}`,
      actual: trace < ids.length ? actualOf(trace) : [],
      expected: expectedOf(graph),
    }));
    compare(report, `import: ${name}`, tolerance, parts);
  };
  const nodes = (trace: number) => readTree(traces, trace);
  perGraph(
    'parents',
    TOLERANCE.exact,
    (trace) => nodes(trace).map(({ parent }) => parent),
    (graph) => graph.parent,
  );
  perGraph(
    'operations',
    TOLERANCE.exact,
    (trace) => nodes(trace).map(({ operation }) => operation),
    (graph) => graph.node_type,
  );
  perGraph(
    'spans merged into a node',
    TOLERANCE.exact,
    (trace) => nodes(trace).map(({ spanCount }) => spanCount),
    (graph) => graph.span_count,
  );
  perGraph(
    'latency, ms',
    TOLERANCE.float32,
    (trace) => nodes(trace).map(({ latencyUs }) => latencyUs / 1000),
    (graph) => graph.avg_latency,
  );
  const scale = authorsScale(preprocessing, traces.operations.length);
  perGraph(
    'standardised latency',
    TOLERANCE.float32,
    (trace) => {
      const size = nodes(trace).length;
      return [...makeBatch(traces, scale, Uint32Array.of(trace), size).latency];
    },
    (graph) => graph.latency_normalised_avg_min_max.map(([average]) => average!),
  );
}

/** x = (ms - mean) / (std + 1e-5) */
function authorsScale({ latency_range }: Preprocessing, operations: number): LatencyScale {
  const range = (id: number) => latency_range[id] ?? { mean: 0, std: 1 };
  const column = (of: (id: number) => number): Float64Array =>
    Float64Array.from({ length: operations }, (_, id) => of(id));
  return {
    kind: 'authors',
    meanUs: column((id) => range(id).mean * 1e3),
    divisorUs: column((id) => (range(id).std + 1e-5) * 1e3),
    floored: [],
  };
}
