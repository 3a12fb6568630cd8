/** Another dataset as a period: both are one set for the comparison, joined by the names of calls. */
import type { StringColumn, StructureTable, TraceSet } from '../trace/trace-set.ts';
import { traceCount } from '../trace/trace-set.ts';
import { type ChangeReport, comparePeriods } from './compare-periods.ts';
import { type Period, tracesOf } from './selection.ts';

export interface ChosenPeriods {
  readonly before: Period;
  readonly after: Period;
  /** Where one of the periods is of the kind `dataset`: the traces of that; else null. */
  readonly other: TraceSet | null;
}

export interface ComparedDatasets extends ChangeReport {
  /** What the ids of the report are indices into, where another dataset has names, too; else null: the own ones. */
  readonly names: Pick<TraceSet, 'services' | 'operations'> | null;
}

export function* compareDatasets(
  own: TraceSet,
  { before, after, other }: ChosenPeriods,
): Generator<void, ComparedDatasets> {
  const traces = other === null ? own : joinSets(own, other);
  yield;
  const report = yield* comparePeriods(traces, tracesOf(traces, before, after, traceCount(own)));
  const { services, operations } = traces;
  return { ...report, names: other === null ? null : { services, operations } };
}

/**
 * The traces of one set, then those of the other. Ids of the first stay; what the second alone has
 * comes behind, so operations are sorted within each set, not over both. No file holds traces of the
 * second.
 */
export function joinSets(own: TraceSet, other: TraceSet): TraceSet {
  const { services, operations, operationOf } = joinNames(own, other);
  const { errorCount } = own;
  return {
    services,
    operations,
    structures: joinStructures(own.structures, other.structures, operationOf),
    structureOf: joinOffsets(
      own.structureOf,
      other.structureOf,
      own.structures.nodeOffset.length - 1,
    ),
    nodeOffset: joinOffsets(own.nodeOffset, other.nodeOffset.subarray(1), own.nodeOffset.at(-1)!),
    latencyUs: join(Float32Array, own.latencyUs, other.latencyUs),
    spanCount: join(Uint32Array, own.spanCount, other.spanCount),
    // of one side alone, the other would seem to be without a fault
    ...(errorCount === undefined || other.errorCount === undefined
      ? {}
      : { errorCount: join(Uint16Array, errorCount, other.errorCount) }),
    startUs: join(Float64Array, own.startUs, other.startUs),
    label: join(Uint8Array, own.label, other.label),
    file: join(Uint16Array, own.file, new Uint16Array(other.file.length).fill(NO_FILE)),
    traceIds: joinStrings(own.traceIds, other.traceIds),
  };
}

const NO_FILE = 2 ** 16 - 1;

/** @returns names of both, and [other's operations] the id of each among them */
function joinNames(own: TraceSet, other: TraceSet) {
  const services = [...own.services];
  const serviceIds = new Map(services.map((name, id) => [name, id]));
  const serviceOf = other.services.map((name) => {
    const known = serviceIds.get(name);
    if (known !== undefined) return known;
    return services.push(name) - 1;
  });
  const operations = [...own.operations];
  const key = (service: number, name: string): string => `${service} ${name}`;
  const ids = new Map(operations.map(({ service, name }, id) => [key(service, name), id]));
  const operationOf = Uint32Array.from(other.operations, ({ service, name }, id) => {
    if (id === 0) return 0;
    const at = serviceOf[service]!;
    return ids.get(key(at, name)) ?? operations.push({ service: at, name }) - 1;
  });
  return { services, operations, operationOf };
}

const joinStructures = (
  own: StructureTable,
  other: StructureTable,
  operationOf: Uint32Array,
): StructureTable => ({
  nodeOffset: joinOffsets(own.nodeOffset, other.nodeOffset.subarray(1), own.nodeOffset.at(-1)!),
  parent: join(Int32Array, own.parent, other.parent),
  operation: join(
    Uint32Array,
    own.operation,
    other.operation.map((id) => operationOf[id]!),
  ),
});

const joinStrings = (own: StringColumn, other: StringColumn): StringColumn => ({
  bytes: join(Uint8Array, own.bytes, other.bytes),
  offset: joinOffsets(own.offset, other.offset.subarray(1), own.offset.at(-1)!),
});

const joinOffsets = (own: Uint32Array, other: Uint32Array, by: number): Uint32Array =>
  join(
    Uint32Array,
    own,
    other.map((offset) => offset + by),
  );

interface Column {
  readonly length: number;
  set(values: ArrayLike<number>, offset?: number): void;
}

function join<C extends Column>(
  kind: new (length: number) => C,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): C {
  const joined = new kind(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
