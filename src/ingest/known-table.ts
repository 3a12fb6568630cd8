/**
 * CSV layouts that one mapping of their columns describes, found by the names of the columns.
 */
import type { Failure } from '../base/result.ts';
import type { ColumnMapping, ColumnRole, TimeUnit } from '../trace/column-mapping.ts';
import { cellNamed } from './column-names.ts';
import { createCsvReader } from './csv-spans.ts';
import { type MappedOptions, mappedLayout } from './mapped-spans.ts';
import type { ReaderContext, SpanReader } from './span-reader.ts';

export interface KnownTable {
  readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
  readonly clockUnit: TimeUnit;
  readonly durationUnit: TimeUnit;
  readonly options: MappedOptions;
}

export const readKnownTable = (known: KnownTable, context: ReaderContext): SpanReader =>
  createCsvReader(context, (header, line) => {
    const mapping = knownMapping(known, header);
    return 'missing' in mapping
      ? missingColumns(mapping.missing, `${context.fileName}, line ${line}`)
      : mappedLayout(mapping, context, known.options);
  });

/** The mapping of a known layout, or the columns that its header lacks. */
export function knownMapping(
  { columns, clockUnit, durationUnit }: KnownTable,
  header: readonly string[],
): ColumnMapping | { readonly missing: readonly string[] } {
  const missing = Object.values(columns).filter((name) => cellNamed(header, name) < 0);
  if (missing.length > 0) return { missing };
  const cellOf = (role: ColumnRole): number => {
    const name = columns[role];
    return name === undefined ? -1 : cellNamed(header, name);
  };
  return {
    header,
    columns: {
      trace: cellOf('trace'),
      span: cellOf('span'),
      parent: cellOf('parent'),
      service: cellOf('service'),
      operation: cellOf('operation'),
      start: cellOf('start'),
      end: cellOf('end'),
      duration: cellOf('duration'),
      label: cellOf('label'),
    },
    clockUnit,
    durationUnit,
  };
}

const missingColumns = (missing: readonly string[], where: string): Failure => ({
  what: `a CSV file without the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`,
  where,
  advice: 'Export the traces again with all their columns, or give a file in another format.',
});
