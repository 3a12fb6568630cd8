/** Simulated traces as {@link SpanColumns}: from here on they are treated as spans of files. */
import { createRandom } from '../base/random.ts';
import { NO_PARENT, type SpanColumns } from '../trace/span-columns.ts';
import { stringColumn } from '../trace/string-column.ts';
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
  const trees = files.flat();
  const length = trees.reduce((sum, { tree }) => sum + spanCount(tree), 0);
  const random = createRandom(seed, TRACE_ID_STREAM);
  // distinct within a trace, which is all that linking asks for
  const largest = trees.reduce((most, { tree }) => Math.max(most, spanCount(tree)), 0);
  const spanIds = Array.from({ length: largest }, (_, i) => word(i + 1));
  const columns = {
    length,
    trace: new Uint32Array(length),
    span: new Uint32Array(length),
    parent: new Uint32Array(length),
    spanIdCount: spanIds.length,
    spanIds: stringColumn(spanIds),
    service: new Uint32Array(length),
    operation: new Uint32Array(length),
    startUs: new Float64Array(length),
    durationUs: new Float64Array(length),
    label: new Uint8Array(length),
    file: new Uint16Array(length),
    line: new Uint32Array(length),
    services: system.services,
    operations: system.operations.map(({ name }) => name),
    traceIds: stringColumn(trees.map(() => traceId(random))),
  };

  let row = 0;
  let trace = 0;
  files.forEach((ofFile, file) => {
    const firstRow = row;
    for (const { tree, label } of ofFile) {
      for (let i = 0; i < spanCount(tree); i++, row++) {
        const operation = tree.operation[i]!;
        columns.trace[row] = trace;
        columns.span[row] = i;
        columns.parent[row] = tree.parent[i]! < 0 ? NO_PARENT : tree.parent[i]!;
        columns.service[row] = system.operations[operation]!.service;
        columns.operation[row] = operation;
        columns.startUs[row] = tree.startUs[i]!;
        columns.durationUs[row] = tree.durationUs[i]!;
        columns.label[row] = labelCode(label);
        columns.file[row] = file;
        columns.line[row] = row - firstRow + 1;
      }
      trace++;
    }
  });
  return columns;
}

const word = (value: number): string => value.toString(16).padStart(8, '0');

function traceId(random: { integer(bound: number): number }): string {
  return Array.from({ length: 4 }, () => word(random.integer(2 ** 32))).join('');
}
