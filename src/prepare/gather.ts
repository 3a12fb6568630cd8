/** Chosen traces and injected ones as a TraceSet of their own, parts as files. */
import { createStringColumnBuilder, decodeString } from '../trace/string-column.ts';
import { createStructureInterner } from '../trace/structure-interner.ts';
import { labelCode, type TraceSet } from '../trace/trace-set.ts';
import { buildVocabulary } from '../trace/vocabulary.ts';
import type { InjectedTrace, Injection } from './inject.ts';
import type { PartTraces } from './parts.ts';
import { PARTS } from './settings.ts';

/** Files of the result: train, val, test. */
const TEST_FILE = PARTS.indexOf('test');

/**
 * @param relabel the traces that have no label count as normal, as in a test set with injected ones
 * @returns traces of train, val and test, then the injected ones, which test; `file` is the index
 *          of the part. Structures and operations that no trace has any more are gone.
 */
export function gatherParts(
  source: TraceSet,
  parts: PartTraces,
  { injected, structures }: Injection,
  relabel: boolean,
): TraceSet {
  const interner = createStructureInterner();
  const newStructure = new Int32Array(structures.nodeOffset.length - 1).fill(-1);
  const structureFor = (old: number): number => {
    if (newStructure[old]! < 0) {
      const [first, end] = [structures.nodeOffset[old]!, structures.nodeOffset[old + 1]!];
      newStructure[old] = interner.intern(
        structures.parent.subarray(first, end),
        structures.operation.subarray(first, end),
        end - first,
      );
    }
    return newStructure[old]!;
  };

  const count = PARTS.reduce((sum, part) => sum + parts[part].length, injected.length);
  let nodes = injected.reduce((sum, { latencyUs }) => sum + latencyUs.length, 0);
  for (const part of PARTS) {
    for (const trace of parts[part])
      nodes += source.nodeOffset[trace + 1]! - source.nodeOffset[trace]!;
  }
  const result = {
    structureOf: new Uint32Array(count),
    nodeOffset: new Uint32Array(count + 1),
    latencyUs: new Float32Array(nodes),
    spanCount: new Uint32Array(nodes),
    ...(source.errorCount && { errorCount: new Uint16Array(nodes) }),
    startUs: new Float64Array(count),
    label: new Uint8Array(count),
    file: new Uint16Array(count),
  };
  const { rootCause } = source;
  /** Injected traces have none: what was done to them is in their label. */
  const rootCauseOf = new Uint16Array(rootCause === undefined ? 0 : count);
  const traceIds = createStringColumnBuilder();
  let row = 0;
  const append = (
    origin: number,
    file: number,
    label: number,
    structure: number,
    latencyUs: Float32Array,
    spanCount: Uint32Array,
    errorCount: Uint16Array | undefined,
  ): void => {
    const first = result.nodeOffset[row]!;
    result.latencyUs.set(latencyUs, first);
    result.spanCount.set(spanCount, first);
    if (errorCount !== undefined) result.errorCount?.set(errorCount, first);
    result.structureOf[row] = structureFor(structure);
    result.startUs[row] = source.startUs[origin]!;
    result.label[row] = label;
    result.file[row] = file;
    row += 1;
    result.nodeOffset[row] = first + latencyUs.length;
  };

  const [unlabelled, normal] = [labelCode('unlabelled'), labelCode('normal')];
  for (const [file, part] of PARTS.entries()) {
    for (const trace of parts[part]) {
      const [first, end] = [source.nodeOffset[trace]!, source.nodeOffset[trace + 1]!];
      if (rootCause !== undefined) rootCauseOf[row] = rootCause.of[trace]!;
      const label = source.label[trace]!;
      append(
        trace,
        file,
        relabel && label === unlabelled ? normal : label,
        source.structureOf[trace]!,
        source.latencyUs.subarray(first, end),
        source.spanCount.subarray(first, end),
        source.errorCount?.subarray(first, end),
      );
      const { bytes, offset } = source.traceIds;
      traceIds.appendBytes(bytes, offset[trace]!, offset[trace + 1]!);
    }
  }
  injected.forEach((copy, i) => {
    const { origin, label, structure, latencyUs, spanCount, errorCount } = copy;
    append(origin, TEST_FILE, labelCode(label), structure, latencyUs, spanCount, errorCount);
    traceIds.append(injectedId(source, copy, i));
  });
  return {
    ...compactVocabulary(source, interner.finish()),
    ...result,
    ...(rootCause && { rootCause: { of: rootCauseOf, names: rootCause.names } }),
    traceIds: traceIds.finish(),
  };
}

/** The id of the trace that was copied, and what was done to it. */
const injectedId = (source: TraceSet, { origin, label }: InjectedTrace, i: number): string =>
  `${decodeString(source.traceIds, origin)}~${label}-${i + 1}`;

/** Closing the gaps keeps the order of operations, so structures stay sorted and distinct. */
function compactVocabulary(
  { services, operations }: TraceSet,
  structures: TraceSet['structures'],
): Pick<TraceSet, 'services' | 'operations' | 'structures'> {
  const used = new Uint8Array(operations.length);
  used[0] = 1;
  for (const id of structures.operation) used[id] = 1;
  const newId = new Uint32Array(operations.length);
  for (let id = 1; id < used.length; id++) newId[id] = newId[id - 1]! + used[id]!;
  const names = operations.filter((_, id) => used[id] === 1);
  return {
    ...buildVocabulary(names.map(({ service, name }) => ({ service: services[service]!, name }))),
    structures: { ...structures, operation: structures.operation.map((id) => newId[id]!) },
  };
}
