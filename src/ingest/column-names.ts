/**
 * Names of columns, as tools change them on the way, and rows that have none.
 */

/** In small letters and digits only, for names that nobody has agreed upon. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The cell of a column: by its exact name, or by one that differs only in its case; or -1. */
export function cellNamed(header: readonly string[], name: string): number {
  const exact = header.indexOf(name);
  if (exact >= 0) return exact;
  const small = name.toLowerCase();
  return header.findIndex((column) => column.toLowerCase() === small);
}

/** Hexadecimal ids of 64 or 128 bits, UUIDs, numbers of ten digits and more, dates: no column's name. */
const VALUE =
  /^([0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|-?\d{10,}([.,]\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*)$/i;

/** Whether the first row of a table is one of spans already. */
export const isHeaderless = (firstRow: readonly string[]): boolean =>
  firstRow.some((cell) => VALUE.test(cell) && /\d/.test(cell));

/** The names of a table that has none. */
export const namesOf = (firstRow: readonly string[]): string[] => firstRow.map(() => '');

/** Columns that say what was called where a row has no operation, best first: OpenRCA's databases. */
const STAND_INS = [
  'dsname',
  'dbname',
  'dbstatement',
  'resourcename',
  'resource',
  'endpoint',
  'url',
  'httproute',
  'httptarget',
  'interface',
  'methodname',
  'method',
  'rpctype',
  'calltype',
];

/** Cells of such columns, best first. */
export function operationStandIns(header: readonly string[]): number[] {
  const names = header.map(plainName);
  return STAND_INS.map((name) => names.indexOf(name)).filter((cell) => cell >= 0);
}
