/** Some traces of a set as a set of its own, and two sets of one vocabulary as one. */
import { createStringColumnBuilder } from './string-column.ts';
import { createStructureInterner } from './structure-interner.ts';
import type { TraceSet } from './trace-set.ts';

/** A set, or some of it. */
interface Part {
  readonly traces: TraceSet;
  /** Trace indices, in the order of the result. */
  readonly selected: Uint32Array;
  /** Added to the index of each trace's file. */
  readonly firstFile: number;
}

/** The vocabulary stays; structures that no trace has any more are gone. */
export const pickTraces = (traces: TraceSet, selected: Uint32Array): TraceSet =>
  gather(traces, [{ traces, selected, firstFile: 0 }]);

/**
 * The traces of the first, then those of the second, which go on counting files.
 *
 * @param first  its vocabulary begins with that of the second
 * @param files  of the first
 */
export const appendTraces = (first: TraceSet, files: number, second: TraceSet): TraceSet =>
  gather(first, [
    { traces: first, selected: everyTrace(first), firstFile: 0 },
    { traces: second, selected: everyTrace(second), firstFile: files },
  ]);

const everyTrace = ({ structureOf }: TraceSet): Uint32Array => Uint32Array.from(structureOf.keys());

/** Root causes are those of the first part: what is appended has been looked at elsewhere. */
function gather({ services, operations, rootCause }: TraceSet, parts: readonly Part[]): TraceSet {
  const interner = createStructureInterner();
  const traceIds = createStringColumnBuilder();
  const count = parts.reduce((sum, { selected }) => sum + selected.length, 0);
  const nodes = parts.reduce(
    (sum, { traces: { nodeOffset }, selected }) =>
      selected.reduce((of, trace) => of + nodeOffset[trace + 1]! - nodeOffset[trace]!, sum),
    0,
  );
  const saysErrors = parts.some(({ traces }) => traces.errorCount !== undefined);
  const made = {
    structureOf: new Uint32Array(count),
    nodeOffset: new Uint32Array(count + 1),
    latencyUs: new Float32Array(nodes),
    spanCount: new Uint32Array(nodes),
    startUs: new Float64Array(count),
    label: new Uint8Array(count),
    file: new Uint16Array(count),
  };
  const errorCount = new Uint16Array(saysErrors ? nodes : 0);
  const causes = new Uint16Array(rootCause === undefined ? 0 : count);
  let row = 0;
  for (const [place, { traces, selected, firstFile }] of parts.entries()) {
    const { structures, nodeOffset, traceIds: ids } = traces;
    const numbered = new Map<number, number>();
    for (const trace of selected) {
      const structure = traces.structureOf[trace]!;
      let number = numbered.get(structure);
      if (number === undefined) {
        const [from, to] = [
          structures.nodeOffset[structure]!,
          structures.nodeOffset[structure + 1]!,
        ];
        number = interner.intern(
          structures.parent.subarray(from, to),
          structures.operation.subarray(from, to),
          to - from,
        );
        numbered.set(structure, number);
      }
      const [from, to] = [nodeOffset[trace]!, nodeOffset[trace + 1]!];
      const at = made.nodeOffset[row]!;
      made.latencyUs.set(traces.latencyUs.subarray(from, to), at);
      made.spanCount.set(traces.spanCount.subarray(from, to), at);
      if (traces.errorCount) errorCount.set(traces.errorCount.subarray(from, to), at);
      made.structureOf[row] = number;
      made.startUs[row] = traces.startUs[trace]!;
      made.label[row] = traces.label[trace]!;
      made.file[row] = traces.file[trace]! + firstFile;
      if (place === 0 && rootCause !== undefined) causes[row] = rootCause.of[trace]!;
      traceIds.appendBytes(ids.bytes, ids.offset[trace]!, ids.offset[trace + 1]!);
      row += 1;
      made.nodeOffset[row] = at + to - from;
    }
  }
  return {
    services,
    operations,
    structures: interner.finish(),
    ...made,
    ...(saysErrors && { errorCount }),
    ...(rootCause && { rootCause: { of: causes, names: rootCause.names } }),
    traceIds: traceIds.finish(),
  };
}
