/**
 * Which column of a table is what: the description by which rows of any layout become spans. The
 * page makes one where a header is not known, and remembers it.
 */

/** What a column of numbers counts in. */
export const TIME_UNITS = ['s', 'ms', 'us', 'ns'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** What a span needs from its row, and what it can take. */
export const COLUMN_ROLES = [
  'trace',
  'span',
  'parent',
  'service',
  'operation',
  'start',
  'end',
  'duration',
  'label',
] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

/** Columns of what spans carry besides: the cell of each, -1 where the table has none. */
export interface MappedFacts {
  readonly status: number;
  readonly kind: number;
  /** By the names of the attributes that are kept. */
  readonly attributes: Readonly<Record<string, number>>;
}

export interface ColumnMapping {
  /** The header that it belongs to. */
  readonly header: readonly string[];
  /** Cell of each role; -1 where the table has none. */
  readonly columns: Readonly<Record<ColumnRole, number>>;
  /** Of `start` and `end`, where they are numbers. */
  readonly clockUnit: TimeUnit;
  readonly durationUnit: TimeUnit;
  /** Without it, what spans carry is found by the names of the columns. */
  readonly facts?: MappedFacts;
  /** A person has just answered so, about this very table: it stands against all evidence. */
  readonly answered?: true;
}

/** A table whose columns nobody has named yet, as a person is asked about it. */
export interface UnmappedTable {
  readonly fileName: string;
  readonly header: readonly string[];
  /** The first, as text: more than are shown, because units are told from them. */
  readonly rows: readonly (readonly string[])[];
  readonly guess: ColumnMapping;
  /** What was known of such tables, where the rows contradict its units. */
  readonly doubted: ColumnMapping | null;
}

/** Equal for tables with the same columns in the same order. */
export const headerKey = (header: readonly string[]): string => JSON.stringify(header);

/** What is still missing before rows can become spans, in words; null if nothing is. */
export function mappingFault({ columns, header }: ColumnMapping): string | null {
  for (const role of ['trace', 'span', 'parent', 'operation'] as const) {
    if (columns[role] < 0) return `no column is the ${ROLE_WORDS[role]}`;
  }
  if (columns.duration < 0 && (columns.start < 0 || columns.end < 0)) {
    return 'neither a duration nor a start and an end';
  }
  const beyond = COLUMN_ROLES.find((role) => columns[role] >= header.length);
  return beyond === undefined ? null : `the ${ROLE_WORDS[beyond]} is outside of the table`;
}

export const ROLE_WORDS: Readonly<Record<ColumnRole, string>> = {
  trace: 'trace id',
  span: 'span id',
  parent: 'parent span id',
  service: 'service',
  operation: 'operation',
  start: 'start time',
  end: 'end time',
  duration: 'duration',
  label: 'label',
};
