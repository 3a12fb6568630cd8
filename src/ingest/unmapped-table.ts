/**
 * How the columns of any table are to be read, CSV, Parquet or JSON: as a layout that is known, by a
 * mapping that a person has given, or by asking for one, with the first rows.
 */
import type { Failure } from '../base/result.ts';
import {
  type ColumnMapping,
  headerKey,
  mappingFault,
  type UnmappedTable,
} from '../trace/column-mapping.ts';
import { contradicts, withUnits } from '../trace/column-units.ts';
import { guessFacts } from './guess-facts.ts';
import { FEWEST_COLUMNS, guessMapping } from './guess-mapping.ts';
import { KNOWN_LAYOUTS } from './known-layouts.ts';
import { type KnownTable, knownMapping } from './known-table.ts';
import { COMMON_ROOTS, type MappedOptions } from './mapped-spans.ts';
import type { ContentContext } from './span-reader.ts';

export interface TableMapping {
  readonly mapping: ColumnMapping;
  readonly options: MappedOptions;
  /** Not to be doubted: see {@link ColumnMapping.answered}. */
  readonly answered: boolean;
}

/**
 * Null where nobody has said what the columns are.
 *
 * @param known layouts of such tables, before those that tables of any kind have
 */
export function tableMapping(
  header: readonly string[],
  { mappings }: Pick<ContentContext, 'mappings'>,
  known: readonly KnownTable[] = [],
): TableMapping | null {
  const kept = mappings.get(headerKey(header));
  const mapping = kept && mappingFault(kept) === null ? kept : null;
  const options = { roots: COMMON_ROOTS };
  if (mapping?.answered) return { mapping, options, answered: true };
  for (const table of [...known, ...KNOWN_LAYOUTS]) {
    const found = knownMapping(table, header);
    if (!('missing' in found)) return { mapping: found, options: table.options, answered: false };
  }
  return mapping && { mapping, options, answered: false };
}

/** A failure that a mapping of the table's columns would mend. */
export type UnmappedFailure = Failure & { readonly table: UnmappedTable };

export const isUnmapped = (failure: Failure): failure is UnmappedFailure => 'table' in failure;

type AskedFrom = Pick<ContentContext, 'fileName' | 'table'>;

/** The mapping with a guess of what spans carry, where nobody has said. */
const withFacts = (
  mapping: ColumnMapping,
  rows: readonly (readonly string[])[],
  { facts }: ContentContext['table'],
): ColumnMapping => ({
  ...mapping,
  facts: mapping.facts ?? guessFacts(mapping, rows, facts.names),
});

/** What is asked about a table, or why it is not even worth asking. */
export function tableFailure(
  { fileName, table }: AskedFrom,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  where: string,
): Failure | UnmappedFailure {
  if (header.length < FEWEST_COLUMNS) {
    return {
      what: `a table of ${header.length} columns, too few for traces`,
      where,
      advice: 'Spans need a trace id, a span id, a parent, an operation and a duration.',
    };
  }
  return {
    what: header.every((name) => name === '')
      ? 'a table without a header, so nobody knows its columns'
      : 'a table whose columns are not known',
    where,
    advice: 'Say which column is what, in the dialog that asks for it.',
    table: {
      fileName,
      header,
      rows,
      guess: withFacts(guessMapping(header, rows), rows, table),
      doubted: null,
    },
  };
}

/** What is asked where a table's first rows contradict the units that were known of it; else null. */
export function doubtFailure(
  { fileName, table }: AskedFrom,
  mapping: ColumnMapping,
  rows: readonly (readonly string[])[],
  where: string,
): UnmappedFailure | null {
  if (!contradicts(mapping, rows)) return null;
  const { header } = mapping;
  return {
    what: 'a table whose times seem to count in other units than is known of such tables',
    where,
    advice: 'Say which unit is right, in the dialog that asks for it.',
    table: {
      fileName,
      header,
      rows,
      guess: withFacts(withUnits(mapping, rows), rows, table),
      doubted: mapping,
    },
  };
}
