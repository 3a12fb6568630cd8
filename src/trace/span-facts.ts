/**
 * What a span carries besides its names and times: its status, its kind, and a few attributes. One
 * column each, only where some span has it.
 */
import { decodeString } from './string-column.ts';
import type { StringColumn } from './trace-set.ts';

/** How a span ended. `unset` where its file does not say. */
export const SPAN_STATUSES = ['unset', 'ok', 'error'] as const;
export type SpanStatus = (typeof SPAN_STATUSES)[number];
export const statusCode = (status: SpanStatus): number => SPAN_STATUSES.indexOf(status);

/** In the order of OTLP's numbers. `unspecified` where its file does not say. */
export const SPAN_KINDS = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];
export const kindCode = (kind: SpanKind): number => SPAN_KINDS.indexOf(kind);

/** Both in one byte. */
export const markOf = (status: number, kind: number): number => status | (kind << 2);
export const statusOfMark = (mark: number): number => mark & 3;
export const kindOfMark = (mark: number): number => mark >>> 2;

/** In {@link AttributeColumn.value}: one of more values than a column holds. */
export const OTHER_VALUE = 0xffff;
/** Distinct values of one attribute; 0 is none, and the last number {@link OTHER_VALUE}. */
export const MAX_VALUES = OTHER_VALUE - 1;
/** What such a value is shown as. */
export const OTHER_TEXT = '(other)';

/** One attribute of all spans. */
export interface AttributeColumn {
  readonly name: string;
  /** [rows] 1 + index into {@link values}, 0 for none, or {@link OTHER_VALUE} */
  readonly value: Uint16Array;
  readonly values: StringColumn;
}

export interface SpanFacts {
  /** [rows] see {@link markOf}; absent where no span says */
  readonly mark?: Uint8Array;
  /** Those that some span has. */
  readonly attributes: readonly AttributeColumn[];
}

/** Spans that carry something, and calls of which both sides are known. */
export interface FactCounts {
  /** Spans whose file says how they ended, and those that failed. */
  readonly status: number;
  readonly errors: number;
  readonly kind: number;
  /** Spans by the name of an attribute that is kept. */
  readonly attributes: Readonly<Record<string, number>>;
  /** Client and server of one call, see {@link file://./call-pairs.ts}; in the kept traces. */
  readonly pairs: number;
}

/** Text of a value in an attribute's column; empty for none. */
export const valueText = (values: StringColumn, value: number): string =>
  value === 0 ? '' : value === OTHER_VALUE ? OTHER_TEXT : decodeString(values, value - 1);

export function countFacts(facts: SpanFacts | undefined, pairs: number): FactCounts {
  let [status, errors, kind] = [0, 0, 0];
  for (const mark of facts?.mark ?? []) {
    if (statusOfMark(mark) > 0) status += 1;
    if (statusOfMark(mark) === ERROR) errors += 1;
    if (kindOfMark(mark) > 0) kind += 1;
  }
  const attributes = (facts?.attributes ?? []).map(({ name, value }): [string, number] => {
    let spans = 0;
    for (const each of value) if (each !== 0) spans += 1;
    return [name, spans];
  });
  // A name is anyone's: fromEntries defines a key named __proto__ like any other.
  return { status, errors, kind, attributes: Object.fromEntries(attributes), pairs };
}

const ERROR = statusCode('error');
