/**
 * Some spans as columns of their own, numbered anew: what is assembled by itself, elsewhere. Columns
 * of whole traces give the same trees there as among all others.
 */
import type { SpanColumns } from './span-columns.ts';
import { NO_PARENT } from './span-columns.ts';
import { createStringColumnBuilder, stringColumn } from './string-column.ts';

/**
 * @returns for rows, the spans of a trace one after another: their columns, in arrays of their own.
 *          Span ids are numbers there, without their texts.
 */
export function createColumnsCutter(columns: SpanColumns): (rows: Uint32Array) => SpanColumns {
  const traces = createRenumbering(columns.traceIds.offset.length - 1);
  const spans = createRenumbering(columns.spanIdCount);
  const services = createRenumbering(columns.services.length);
  const operations = createRenumbering(columns.operations.length);
  const { facts } = columns;
  return (rows) => {
    for (const numbers of [traces, spans, services, operations]) numbers.restart();
    const of = <A extends Float64Array | Uint8Array | Uint16Array | Uint32Array>(column: A): A => {
      const cut = new (column.constructor as new (length: number) => A)(rows.length);
      for (let i = 0; i < rows.length; i++) cut[i] = column[rows[i]!]!;
      return cut;
    };
    const numbered = ({ number }: Renumbering, column: Uint32Array): Uint32Array => {
      const cut = new Uint32Array(rows.length);
      for (let i = 0; i < rows.length; i++) cut[i] = number(column[rows[i]!]!);
      return cut;
    };
    const cut = {
      length: rows.length,
      trace: numbered(traces, columns.trace),
      span: numbered(spans, columns.span),
      parent: numbered(
        { ...spans, number: (id) => (id === NO_PARENT ? NO_PARENT : spans.number(id)) },
        columns.parent,
      ),
      service: numbered(services, columns.service),
      operation: numbered(operations, columns.operation),
      startUs: of(columns.startUs),
      durationUs: of(columns.durationUs),
      label: of(columns.label),
      file: of(columns.file),
      line: of(columns.line),
    };
    const traceIds = createStringColumnBuilder();
    const { bytes, offset } = columns.traceIds;
    for (const id of traces.numbered()) traceIds.appendBytes(bytes, offset[id]!, offset[id + 1]!);
    return {
      ...cut,
      spanIdCount: spans.numbered().length,
      spanIds: stringColumn([]),
      services: services.numbered().map((service) => columns.services[service]!),
      operations: operations.numbered().map((operation) => columns.operations[operation]!),
      traceIds: traceIds.finish(),
      ...(facts && {
        facts: {
          ...(facts.mark && { mark: of(facts.mark) }),
          attributes: facts.attributes.map((one) => ({ ...one, value: of(one.value) })),
        },
      }),
    };
  };
}

/** Numbers from 0 on, in the order in which they are asked for. */
interface Renumbering {
  restart(): void;
  number(old: number): number;
  /** Those that have a number, by it. */
  numbered(): readonly number[];
}

/** Old numbers are looked up by stamp, so nothing is cleared between two cuts. */
function createRenumbering(size: number): Renumbering {
  const numbers = new Uint32Array(size);
  const stamps = new Uint32Array(size);
  let stamp = 0;
  let olds: number[] = [];
  return {
    restart: () => {
      stamp += 1;
      olds = [];
    },
    number: (old) => {
      if (stamps[old] !== stamp) {
        stamps[old] = stamp;
        numbers[old] = olds.push(old) - 1;
      }
      return numbers[old]!;
    },
    numbered: () => olds,
  };
}
