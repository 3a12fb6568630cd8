/** Mappings of columns that a person has made, remembered by the browser: one a header. */
import {
  COLUMN_ROLES,
  type ColumnMapping,
  headerKey,
  mappingFault,
  TIME_UNITS,
  type TimeUnit,
} from '../../trace/column-mapping.ts';
import type { PreferenceStorage } from '../shared/preferences-store.ts';

export {
  COLUMN_ROLES,
  type ColumnMapping,
  type ColumnRole,
  type MappedFacts,
  mappingFault,
  ROLE_WORDS,
  TIME_UNITS,
  type TimeUnit,
  type UnmappedTable,
} from '../../trace/column-mapping.ts';
export { type ToldUnit, type ToldUnits, tellUnits } from '../../trace/column-units.ts';

export interface MappingMemory {
  /** Newest first. */
  all(): readonly ColumnMapping[];
  /** Replaces what was known of the same header; of a table without one nothing is kept. */
  keep(mapping: ColumnMapping): void;
  /** All of them: the next import asks again. */
  forget(): void;
}

const KEY = 'tracevae-notebook.column-mappings';
/** Older ones are forgotten: localStorage is small. */
const MOST_MAPPINGS = 50;

export function createMappingMemory(storage: PreferenceStorage): MappingMemory {
  let mappings = read(storage);
  const write = (next: readonly ColumnMapping[]): void => {
    mappings = next;
    try {
      storage.setItem(KEY, JSON.stringify(mappings));
    } catch {
      // A full or forbidden localStorage only costs the memory: the question comes again.
    }
  };
  return {
    all: () => mappings,
    keep: (mapping) => {
      if (mapping.header.every((name) => name === '')) return;
      const key = headerKey(mapping.header);
      const { answered: _, ...kept } = mapping;
      const others = mappings.filter(({ header }) => headerKey(header) !== key);
      write([kept, ...others].slice(0, MOST_MAPPINGS));
    },
    forget: () => write([]),
  };
}

function read(storage: PreferenceStorage): readonly ColumnMapping[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(value)
      ? value.map(parseMapping).filter((mapping) => mapping !== null)
      : [];
  } catch {
    return []; // storage forbidden or garbled
  }
}

/** A mapping from what was stored, null if it is none that could be used. */
function parseMapping(value: unknown): ColumnMapping | null {
  const { header, columns, clockUnit, durationUnit } = fieldsOf(value);
  if (!Array.isArray(header) || !header.every((name) => typeof name === 'string')) return null;
  if (!isUnit(clockUnit) || !isUnit(durationUnit)) return null;
  const cells = fieldsOf(columns);
  if (!COLUMN_ROLES.every((role) => Number.isInteger(cells[role]))) return null;
  // Every role has just been found to hold an integer.
  const mapping = {
    header,
    columns: cells as ColumnMapping['columns'],
    clockUnit,
    durationUnit,
    ...parseFacts(fieldsOf(value).facts, header.length),
  };
  return mappingFault(mapping) === null ? mapping : null;
}

/** Nothing where it was stored before there were any, or is garbled: then names tell. */
function parseFacts(value: unknown, columnCount: number): Pick<ColumnMapping, 'facts'> {
  const { status, kind, attributes } = fieldsOf(value);
  const isCell = (cell: unknown): cell is number =>
    typeof cell === 'number' && Number.isInteger(cell) && cell >= -1 && cell < columnCount;
  const cells = Object.entries(fieldsOf(attributes)).filter((entry): entry is [string, number] =>
    isCell(entry[1]),
  );
  if (!isCell(status) || !isCell(kind)) return {};
  return { facts: { status, kind, attributes: Object.fromEntries(cells) } };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const isUnit = (value: unknown): value is TimeUnit => TIME_UNITS.some((unit) => unit === value);
