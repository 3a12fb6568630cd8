/**
 * A {@link TraceSet} as the tables that are stored: names once, unique structures once, then the
 * traces. Fixed layouts: a changed one is another DATASET_FORMAT.
 */
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import type { StringColumn, TraceSet } from '../trace/trace-set.ts';
import type { Columns, TableLayout } from './column-chunks.ts';

const NAMES = { nameOffset: { nameBytes: Uint8Array } };

export const TABLES = {
  services: { rows: {}, lists: NAMES },
  operations: { rows: { service: Uint32Array }, lists: NAMES },
  structures: { rows: {}, lists: { nodeOffset: { parent: Int32Array, operation: Uint32Array } } },
  traces: {
    rows: {
      structureOf: Uint32Array,
      startUs: Float64Array,
      label: Uint8Array,
      file: Uint16Array,
    },
    lists: {
      nodeOffset: { latencyUs: Float32Array, spanCount: Uint32Array },
      idOffset: { idBytes: Uint8Array },
    },
  },
  /** A row per node; none where no span says how it ended, and in datasets of earlier builds. */
  errors: { rows: { errorCount: Uint16Array }, lists: {} },
  /** A row per trace, and one per name; none where no labels file names a root cause. */
  rootCauseOf: { rows: { rootCause: Uint16Array }, lists: {} },
  rootCauses: { rows: {}, lists: NAMES },
} as const satisfies Record<string, TableLayout>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** Read by the trace, never joined: the spans of all traces, and where those of each begin. */
export const SPAN_INDEX: TableLayout = { rows: { firstSpan: Uint32Array }, lists: {} };
export type SpanTableName = 'spanIndex' | 'spans';

export interface Table {
  readonly rows: number;
  readonly columns: Columns;
}

export function tablesOf(traces: TraceSet): Record<TableName, Table> {
  const { services, operations, structures, traceIds } = traces;
  const { structureOf, startUs, label, file, nodeOffset, latencyUs, spanCount } = traces;
  const { errorCount, rootCause } = traces;
  return {
    services: { rows: services.length, columns: namesOf(services) },
    operations: {
      rows: operations.length,
      columns: {
        service: Uint32Array.from(operations, ({ service }) => service),
        ...namesOf(operations.map(({ name }) => name)),
      },
    },
    structures: {
      rows: structures.nodeOffset.length - 1,
      columns: {
        nodeOffset: structures.nodeOffset,
        parent: structures.parent,
        operation: structures.operation,
      },
    },
    traces: {
      rows: structureOf.length,
      columns: {
        structureOf,
        startUs,
        label,
        file,
        nodeOffset,
        latencyUs,
        spanCount,
        idOffset: traceIds.offset,
        idBytes: traceIds.bytes,
      },
    },
    errors: {
      rows: errorCount?.length ?? 0,
      columns: { errorCount: errorCount ?? new Uint16Array(0) },
    },
    rootCauseOf: {
      rows: rootCause?.of.length ?? 0,
      columns: { rootCause: rootCause?.of ?? new Uint16Array(0) },
    },
    rootCauses: {
      rows: rootCause === undefined ? 0 : rootCause.names.offset.length - 1,
      columns: {
        nameOffset: rootCause?.names.offset ?? new Uint32Array(1),
        nameBytes: rootCause?.names.bytes ?? new Uint8Array(0),
      },
    },
  };
}

/** The columns of tables that were joined after {@link TABLES}, so their types are those. */
export function traceSetOfTables(tables: Readonly<Record<TableName, Columns>>): TraceSet {
  const { services, operations, structures, traces, errors } = tables;
  const errorCount = errors.errorCount as Uint16Array;
  const rootCauseOf = tables.rootCauseOf.rootCause as Uint16Array;
  const { nameOffset, nameBytes } = tables.rootCauses;
  const serviceOf = operations.service as Uint32Array;
  const { idBytes, idOffset, ...columns } = traces;
  return {
    services: readNames(services),
    operations: readNames(operations).map((name, id) => ({ service: serviceOf[id]!, name })),
    structures: structures as unknown as TraceSet['structures'],
    ...(columns as unknown as Omit<TraceSet, 'services' | 'operations' | 'structures'>),
    traceIds: { bytes: idBytes, offset: idOffset } as StringColumn,
    ...(errorCount.length > 0 && { errorCount }),
    ...(rootCauseOf.length > 0 && {
      rootCause: {
        of: rootCauseOf,
        names: { bytes: nameBytes, offset: nameOffset } as StringColumn,
      },
    }),
  };
}

/** [traces + 1] spans are in the order of the nodes that they were merged into. */
export function firstSpans({ structureOf, nodeOffset, spanCount }: TraceSet): Uint32Array {
  const firstSpan = new Uint32Array(structureOf.length + 1);
  let spans = 0;
  for (let trace = 0; trace < structureOf.length; trace++) {
    for (let i = nodeOffset[trace]!; i < nodeOffset[trace + 1]!; i++) spans += spanCount[i]!;
    firstSpan[trace + 1] = spans;
  }
  return firstSpan;
}

function namesOf(names: readonly string[]): Columns {
  const encoded = names.map(encodeUtf8);
  const nameOffset = new Uint32Array(names.length + 1);
  encoded.forEach((bytes, i) => {
    nameOffset[i + 1] = nameOffset[i]! + bytes.length;
  });
  const nameBytes = new Uint8Array(nameOffset[names.length]!);
  encoded.forEach((bytes, i) => {
    nameBytes.set(bytes, nameOffset[i]!);
  });
  return { nameOffset, nameBytes };
}

function readNames({ nameOffset, nameBytes }: Columns): string[] {
  const bytes = nameBytes as Uint8Array;
  return Array.from({ length: nameOffset!.length - 1 }, (_, i) =>
    decodeUtf8(bytes.subarray(nameOffset![i]!, nameOffset![i + 1]!)),
  );
}
