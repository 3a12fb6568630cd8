/**
 * The guess that a person is shown for what spans carry: which column of a table is the status, which
 * the kind, and which the attributes that are kept. By names first, then by what the first rows hold.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { ColumnMapping, MappedFacts } from '../trace/column-mapping.ts';
import { COLUMN_ROLES } from '../trace/column-mapping.ts';
import { isKindColumn, isStatusColumn, namesAttribute } from './fact-columns.ts';
import { readKind, readStatus } from './fact-words.ts';

/** Distinct values that a column of words has at most. */
const MOST_WORDS = 8;

type Rows = readonly (readonly string[])[];

/** @param kept names of the attributes that are kept */
export function guessFacts(
  { header, columns }: Pick<ColumnMapping, 'header' | 'columns'>,
  rows: Rows,
  kept: readonly string[],
): MappedFacts {
  const taken = new Set(COLUMN_ROLES.map((role) => columns[role]));
  const free = header.map((_, cell) => cell).filter((cell) => !taken.has(cell));
  const guess = (isNamed: (name: string) => boolean, isWord: (text: string) => boolean): number =>
    free.find((cell) => isNamed(header[cell]!) && wordsOf(rows, cell).every(isWord)) ??
    free.find((cell) => wordsOf(rows, cell).some(isLetters) && allAre(rows, cell, isWord)) ??
    -1;
  return {
    status: guess(isStatusColumn, isStatusWord),
    kind: guess(isKindColumn, isKindWord),
    attributes: Object.fromEntries(
      kept.map((name) => [name, free.find((cell) => namesAttribute(header[cell]!, name)) ?? -1]),
    ),
  };
}

/** What is in the column, each once, without what says nothing. */
const wordsOf = (rows: Rows, cell: number): string[] => [
  ...new Set(rows.map((row) => (row[cell] ?? '').trim()).filter((text) => text !== '')),
];

function allAre(rows: Rows, cell: number, isWord: (text: string) => boolean): boolean {
  const words = wordsOf(rows, cell);
  return words.length > 0 && words.length <= MOST_WORDS && words.every(isWord);
}

const isLetters = (text: string): boolean => /[a-z]/i.test(text);
const NO_STATUS = /^(unset|status_code_unset|statuscode\.unset|true|false|-|null|\d{1,3})$/i;
const NO_KIND = /^(unspecified|span_kind_unspecified|-|null|[0-5])$/i;

function isStatusWord(text: string): boolean {
  const bytes = encodeUtf8(text);
  return NO_STATUS.test(text) || readStatus(bytes, 0, bytes.length) > 0;
}

function isKindWord(text: string): boolean {
  const bytes = encodeUtf8(text);
  return NO_KIND.test(text) || readKind(bytes, 0, bytes.length) > 0;
}
