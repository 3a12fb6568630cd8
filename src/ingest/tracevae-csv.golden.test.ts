/**
 * The same graphs as the authors' loader makes of the same rows: structure exactly, latency within
 * float32. The file's `preprocessing` was made by the authors' published code; nothing is random.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { createLedgerBuilder, mergeLedgers } from '../trace/ledger.ts';
import { decodeString } from '../trace/string-column.ts';
import { type Label, labelCode, readTree, traceCount } from '../trace/trace-set.ts';
import { SpanTable } from './span-table.ts';
import { readTraceVaeCsv } from './tracevae-csv.ts';

interface Graph {
  readonly trace_id_low: number;
  readonly root_parent_id: number;
  readonly parent: readonly number[];
  readonly node_type: readonly number[];
  readonly span_count: readonly number[];
  /** Milliseconds. */
  readonly avg_latency: readonly number[];
}

interface Preprocessing {
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly operation_id: Readonly<Record<string, number>>;
  readonly graphs: Readonly<Record<'no_label_filter' | '0' | '1' | '2', readonly Graph[]>>;
}

const { preprocessing } = JSON.parse(
  readFileSync(new URL('../testing/golden/tracevae-golden.json', import.meta.url), 'utf8'),
) as { preprocessing: Preprocessing };
const { rows, operation_id: idOf, graphs } = preprocessing;

const fileName = 'rows.csv';
const text = [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))]
  .map((cells) => cells.join(','))
  .join('\n');
const table = new SpanTable();
const losses = createLedgerBuilder();
const reader = readTraceVaeCsv({ fileName, table, ledger: losses });
table.startFile();
reader.read(encodeUtf8(text));
reader.finish();
const { traces, ledger } = assembleTraces(table.columns(), [fileName], {
  knownOperations: Object.keys(idOf).filter((name) => name !== ''),
});

const graphOf = (trace: number): Omit<Graph, 'root_parent_id'> => {
  const nodes = readTree(traces, trace);
  return {
    trace_id_low: Number(decodeString(traces.traceIds, trace).split(':')[1]),
    parent: nodes.map(({ parent }) => parent),
    node_type: nodes.map(({ operation }) => operation),
    span_count: nodes.map(({ spanCount }) => spanCount),
    avg_latency: nodes.map(({ latencyUs }) => latencyUs / 1000),
  };
};
const pick = ({ trace_id_low, parent, node_type, span_count, avg_latency }: Graph): object => ({
  trace_id_low,
  parent,
  node_type,
  span_count,
  avg_latency,
});

it('makes the graphs of the authors’ loader', () => {
  const ours = Array.from({ length: traceCount(traces) }, (_, trace) => graphOf(trace));
  expect(ours).toEqual(graphs.no_label_filter.map(pick));
});

it('labels them as the authors’ loader filters them', () => {
  const labels = { '0': 'normal', '1': 'structure', '2': 'time' } as const satisfies Record<
    string,
    Label
  >;
  for (const filter of ['0', '1', '2'] as const) {
    const ours = [...traces.label.keys()].filter(
      (trace) => traces.label[trace] === labelCode(labels[filter]),
    );
    expect(ours.map(graphOf)).toEqual(graphs[filter].map(pick));
  }
});

it('counts what that loader skips', () => {
  expect(mergeLedgers(losses.finish(), ledger).map(({ reason, count }) => [reason, count])).toEqual(
    [
      ['database-span', 1],
      ['single-node', 1],
      ['unknown-operation', 1],
      ['orphan-root', 1],
    ],
  );
});
