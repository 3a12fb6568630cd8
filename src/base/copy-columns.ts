/** Copies of a {@link TraceSet} for the other side of the worker door, where they go by transfer. */
import type { TraceSet } from './trace-set.ts';

/** A pause after each column, for a page that must answer meanwhile. */
export function* copyInSteps(traces: TraceSet): Generator<void, TraceSet> {
  const copied = new Map<ArrayBufferView, ArrayBufferView>();
  for (const column of columnsOf(traces)) {
    copied.set(column, column.slice());
    yield;
  }
  const copy = <A extends ArrayBufferView>(column: A): A => copied.get(column) as A;
  const { structures, traceIds } = traces;
  return {
    services: traces.services,
    operations: traces.operations,
    structures: {
      nodeOffset: copy(structures.nodeOffset),
      parent: copy(structures.parent),
      operation: copy(structures.operation),
    },
    structureOf: copy(traces.structureOf),
    nodeOffset: copy(traces.nodeOffset),
    latencyUs: copy(traces.latencyUs),
    spanCount: copy(traces.spanCount),
    startUs: copy(traces.startUs),
    label: copy(traces.label),
    file: copy(traces.file),
    traceIds: { bytes: copy(traceIds.bytes), offset: copy(traceIds.offset) },
  };
}

/** The copy at once. */
export function copyTraces(traces: TraceSet): TraceSet {
  const steps = copyInSteps(traces);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** What to transfer, of a copy that is not used any more on this side. */
export const buffersOf = (traces: TraceSet): ArrayBuffer[] =>
  columnsOf(traces).map(({ buffer }) => buffer as ArrayBuffer);

const columnsOf = (traces: TraceSet) => {
  const { structures, traceIds } = traces;
  return [
    structures.nodeOffset,
    structures.parent,
    structures.operation,
    traces.structureOf,
    traces.nodeOffset,
    traces.latencyUs,
    traces.spanCount,
    traces.startUs,
    traces.label,
    traces.file,
    traceIds.bytes,
    traceIds.offset,
  ];
};
