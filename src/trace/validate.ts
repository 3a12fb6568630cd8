/**
 * The invariants of a {@link TraceSet}, checked where one comes from outside: a stored record, a
 * test. Everything else relies on them without looking.
 */
import { err, ok, type Result } from '../base/result.ts';
import { stringCount } from './string-column.ts';
import {
  LABELS,
  type StringColumn,
  type StructureTable,
  structureCount,
  structureSize,
  type TraceSet,
  traceCount,
} from './trace-set.ts';

/** The same set, or the first invariant that it breaks. */
export function validateTraceSet(traces: TraceSet): Result<TraceSet, string> {
  const fault =
    findVocabularyFault(traces) ??
    findStructureFault(traces.structures, traces.operations.length) ??
    findTraceFault(traces);
  return fault === null ? ok(traces) : err(fault);
}

function findVocabularyFault({ services, operations }: TraceSet): string | null {
  if (services[0] !== '') return 'service 0 is not the empty name';
  const padding = operations[0];
  if (padding?.name !== '' || padding.service !== 0) {
    return 'operation 0 is not padding';
  }
  for (let id = 1; id < operations.length; id++) {
    const { service } = operations[id]!;
    if (!(service >= 1 && service < services.length)) return `operation ${id} has no service`;
  }
  const met = new Set<string>();
  for (const [id, { service, name }] of operations.entries()) {
    const text = `${services[service]}/${name}`;
    if (met.has(text)) return `operation ${id} is there twice`;
    met.add(text);
  }
  return null;
}

/** BFS order with children sorted by operation id and no two equal siblings. */
function findStructureFault(table: StructureTable, operationCount: number): string | null {
  const { nodeOffset, parent, operation } = table;
  const nodes = findOffsetFault('structures', nodeOffset, parent.length);
  if (nodes) return nodes;
  if (operation.length !== parent.length) return 'structures: columns of unequal length';
  for (let structure = 0; structure < structureCount(table); structure++) {
    const first = nodeOffset[structure]!;
    if (parent[first] !== -1) return `structure ${structure} does not begin with its root`;
    for (let node = 0; node < structureSize(table, structure); node++) {
      const at = `structure ${structure}, node ${node}`;
      const id = operation[first + node]!;
      if (id < 1 || id >= operationCount) return `${at}: no such operation`;
      if (node === 0) continue;
      const above = parent[first + node]!;
      if (above < 0 || above >= node) return `${at}: its parent does not precede it`;
      const aboveBefore = parent[first + node - 1]!;
      if (above < aboveBefore) return `${at}: not in breadth-first order`;
      if (above === aboveBefore && id <= operation[first + node - 1]!) {
        return `${at}: siblings are not sorted or not merged`;
      }
    }
  }
  return null;
}

function findTraceFault(traces: TraceSet): string | null {
  const { structures, structureOf, nodeOffset, latencyUs, spanCount, traceIds } = traces;
  const count = traceCount(traces);
  if (nodeOffset.length !== count + 1) return 'traces: columns of unequal length';
  for (const column of [traces.startUs, traces.label, traces.file]) {
    if (column.length !== count) return 'traces: columns of unequal length';
  }
  const { errorCount } = traces;
  const perNode = errorCount === undefined ? [spanCount] : [spanCount, errorCount];
  if (perNode.some(({ length }) => length !== latencyUs.length))
    return 'nodes: columns of unequal length';
  const offsets =
    findOffsetFault('traces', nodeOffset, latencyUs.length) ??
    findStringFault(traceIds, count) ??
    findRootCauseFault(traces);
  if (offsets) return offsets;
  for (let trace = 0; trace < count; trace++) {
    const structure = structureOf[trace]!;
    if (structure >= structureCount(structures)) return `trace ${trace}: no such structure`;
    const nodes = nodeOffset[trace + 1]! - nodeOffset[trace]!;
    if (nodes !== structureSize(structures, structure)) {
      return `trace ${trace}: ${nodes} latencies for another number of nodes`;
    }
    if (traces.label[trace]! >= LABELS.length) return `trace ${trace}: no such label`;
  }
  for (let node = 0; node < latencyUs.length; node++) {
    if (!(latencyUs[node]! >= 0 && latencyUs[node]! < Infinity)) return `node ${node}: bad latency`;
    if (spanCount[node] === 0) return `node ${node}: no spans`;
  }
  return null;
}

function findRootCauseFault({ rootCause, structureOf }: TraceSet): string | null {
  if (rootCause === undefined) return null;
  const { of, names } = rootCause;
  if (of.length !== structureOf.length) return 'root causes: not one per trace';
  const known = stringCount(names);
  const unknown = of.findIndex((cause) => cause > known);
  if (unknown >= 0) return `trace ${unknown}: no such root cause`;
  return findOffsetFault('root causes', names.offset, names.bytes.length);
}

const findStringFault = ({ bytes, offset }: StringColumn, count: number): string | null =>
  offset.length === count + 1
    ? findOffsetFault('trace ids', offset, bytes.length)
    : 'trace ids: not one per trace';

function findOffsetFault(name: string, offset: Uint32Array, end: number): string | null {
  if (offset[0] !== 0) return `${name}: offsets do not begin at 0`;
  for (let i = 1; i < offset.length; i++) {
    if (offset[i]! < offset[i - 1]!) return `${name}: offsets decrease`;
  }
  return offset.at(-1) === end ? null : `${name}: offsets do not end at ${end}`;
}
