/** What the mapping dialog calls columns, and what they are to spans. */
import {
  COLUMN_ROLES,
  type ColumnMapping,
  type MappedFacts,
  ROLE_WORDS,
} from '../../../stores/dataset/mapping-memory.ts';

export const FACT_WORDS = { status: 'status', kind: 'kind' } as const;

export const columnName = (name: string, cell: number): string => name || `column ${cell + 1}`;

/** @param without what a table without such a column is told by */
export const columnOptions = (
  header: readonly string[],
  without: string,
): { readonly value: string; readonly label: string }[] => [
  { value: '-1', label: without },
  ...header.map((name, cell) => ({ value: String(cell), label: columnName(name, cell) })),
];

/** Every thing that a span may carry, in words, and its cell. */
export const cellsOf = ({
  status,
  kind,
  attributes,
}: MappedFacts): { readonly words: string; readonly cell: number }[] => [
  { words: FACT_WORDS.status, cell: status },
  { words: FACT_WORDS.kind, cell: kind },
  ...Object.entries(attributes).map(([words, cell]) => ({ words, cell })),
];

/** All that a column is to spans; nothing where it is not used. */
export const wordsOf = ({ columns, facts }: ColumnMapping, cell: number): string[] => [
  ...COLUMN_ROLES.filter((role) => columns[role] === cell).map((role) => ROLE_WORDS[role]),
  ...(facts ? cellsOf(facts) : []).filter((fact) => fact.cell === cell).map(({ words }) => words),
];
