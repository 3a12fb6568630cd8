/** Simulated traces as {@link SpanColumns}: from here on they are treated as spans of files. */
import { grown } from '../base/bytes.ts';
import { createRandom } from '../base/random.ts';
import { NO_PARENT, type SpanColumns } from '../trace/span-columns.ts';
import { createStringColumnBuilder, stringColumn } from '../trace/string-column.ts';
import { type Label, labelCode } from '../trace/trace-set.ts';
import { type SpanTree, spanCount } from './span-tree.ts';
import type { CompiledSystem } from './system.ts';

export interface LabelledTree {
  readonly tree: SpanTree;
  readonly label: Label;
}

/** Keeps trace ids apart from every other draw of a seed. */
const TRACE_ID_STREAM = 0x1d5;

/**
 * @param files traces of each file, in the order of their rows
 * @param seed  names the trace ids (128 bits in hex, as OpenTelemetry writes them)
 */
export function spanTable(
  system: CompiledSystem,
  files: readonly (readonly LabelledTree[])[],
  seed: number,
): SpanColumns {
  const table = createSpanTable(system, seed);
  files.forEach((ofFile, file) => {
    for (const labelled of ofFile) table.add(labelled, file);
  });
  return table.finish();
}

export interface SpanTableBuilder {
  /** Appends a trace; files come one after the other. */
  add(labelled: LabelledTree, file: number): void;
  finish(): SpanColumns;
}

/** Grows trace by trace, so that no tree need be kept. */
export function createSpanTable(system: CompiledSystem, seed: number): SpanTableBuilder {
  const random = createRandom(seed, TRACE_ID_STREAM);
  const traceIds = createStringColumnBuilder();
  const columns = {
    trace: new Uint32Array(0),
    span: new Uint32Array(0),
    parent: new Uint32Array(0),
    service: new Uint32Array(0),
    operation: new Uint32Array(0),
    startUs: new Float64Array(0),
    durationUs: new Float64Array(0),
    label: new Uint8Array(0),
    file: new Uint16Array(0),
    line: new Uint32Array(0),
  };
  let row = 0;
  let trace = 0;
  let line = 0;
  let lastFile = 0;
  let spanIdCount = 0;

  const reserve = (rows: number): void => {
    columns.trace = grown(columns.trace, rows);
    columns.span = grown(columns.span, rows);
    columns.parent = grown(columns.parent, rows);
    columns.service = grown(columns.service, rows);
    columns.operation = grown(columns.operation, rows);
    columns.startUs = grown(columns.startUs, rows);
    columns.durationUs = grown(columns.durationUs, rows);
    columns.label = grown(columns.label, rows);
    columns.file = grown(columns.file, rows);
    columns.line = grown(columns.line, rows);
  };

  return {
    add({ tree, label }, file) {
      if (file !== lastFile) line = 0;
      lastFile = file;
      reserve(row + spanCount(tree));
      spanIdCount = Math.max(spanIdCount, spanCount(tree));
      for (let i = 0; i < spanCount(tree); i++, row++) {
        const operation = tree.operation[i]!;
        line += 1;
        columns.trace[row] = trace;
        columns.span[row] = i;
        columns.parent[row] = tree.parent[i]! < 0 ? NO_PARENT : tree.parent[i]!;
        columns.service[row] = system.operations[operation]!.service;
        columns.operation[row] = operation;
        columns.startUs[row] = tree.startUs[i]!;
        columns.durationUs[row] = tree.durationUs[i]!;
        columns.label[row] = labelCode(label);
        columns.file[row] = file;
        columns.line[row] = line;
      }
      traceIds.append(traceId(random));
      trace++;
    },
    finish: () => ({
      length: row,
      trace: columns.trace.subarray(0, row),
      span: columns.span.subarray(0, row),
      parent: columns.parent.subarray(0, row),
      service: columns.service.subarray(0, row),
      operation: columns.operation.subarray(0, row),
      startUs: columns.startUs.subarray(0, row),
      durationUs: columns.durationUs.subarray(0, row),
      label: columns.label.subarray(0, row),
      file: columns.file.subarray(0, row),
      line: columns.line.subarray(0, row),
      spanIdCount,
      // distinct within a trace, which is all that linking asks for
      spanIds: stringColumn(Array.from({ length: spanIdCount }, (_, i) => word(i + 1))),
      services: system.services,
      operations: system.operations.map(({ name }) => name),
      traceIds: traceIds.finish(),
    }),
  };
}

const word = (value: number): string => value.toString(16).padStart(8, '0');

function traceId(random: { integer(bound: number): number }): string {
  return Array.from({ length: 4 }, () => word(random.integer(2 ** 32))).join('');
}
