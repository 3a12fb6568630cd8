/** Tables of the page, and those that a report adds, as tables of a report. */
import { shownWords } from '../widgets/shown-words.ts';

export interface ReportTable {
  readonly title: string;
  /** Header first. */
  readonly rows: readonly (readonly string[])[];
  /** Columns of numbers, which end where they end. */
  readonly numbers?: readonly number[];
}

/** Wide ones scroll on a narrow screen. */
function boxed(table: HTMLTableElement, title: string, report: Document): HTMLElement {
  const caption = report.createElement('caption');
  caption.textContent = title;
  if (title !== '') table.prepend(caption);
  const box = report.createElement('div');
  box.className = 'scroll';
  box.append(table);
  return box;
}

export function writeTable({ title, rows, numbers = [] }: ReportTable, report: Document): Element {
  const table = report.createElement('table');
  const [head, body] = [table.createTHead(), table.createTBody()];
  for (const [r, row] of rows.entries()) {
    const line = (r === 0 ? head : body).insertRow();
    for (const [column, text] of row.entries()) {
      const cell = report.createElement(r === 0 ? 'th' : 'td');
      cell.textContent = text;
      if (numbers.includes(column)) cell.className = 'number';
      line.append(cell);
    }
  }
  return boxed(table, title, report);
}

/**
 * A table with the words and numbers that it shows, without columns of nothing but controls.
 *
 * @returns null where it has no rows
 */
export function copyTable(source: HTMLTableElement, report: Document): Element | null {
  const body = Array.from(source.tBodies, ({ rows }) => Array.from(rows)).flat();
  if (body.length === 0) return null;
  const head = Array.from(source.tHead?.rows ?? []);
  const table = report.createElement('table');
  const empty = emptyColumns(head, body);
  const [headCopy, bodyCopy] = [table.createTHead(), table.createTBody()];
  for (const row of [...head, ...body]) {
    const line = (head.includes(row) ? headCopy : bodyCopy).insertRow();
    for (const [column, cell] of Array.from(row.cells).entries()) {
      if (empty.has(column)) continue;
      const copy = report.createElement(cell.tagName === 'TH' ? 'th' : 'td');
      copy.textContent = shownWords(cell, '.said-only');
      if (cell.colSpan > 1) copy.colSpan = cell.colSpan;
      if (cell.rowSpan > 1) copy.rowSpan = cell.rowSpan;
      if (cell.classList.contains('plain-table__number')) copy.className = 'number';
      line.append(copy);
    }
  }
  return boxed(table, source.ariaLabel ?? '', report);
}

/** None where cells span columns: then a place in a row is no column. */
function emptyColumns(
  head: readonly HTMLTableRowElement[],
  body: readonly HTMLTableRowElement[],
): ReadonlySet<number> {
  const spans = [...head, ...body].some((row) => Array.from(row.cells).some((c) => c.colSpan > 1));
  if (spans || head.length > 1) return new Set();
  const columns = Array.from(body[0]!.cells).keys();
  return new Set(
    [...columns].filter((i) => body.every((row) => shownWords(row.cells[i] ?? null) === '')),
  );
}

/** A list of facts: term, value, and what is said after the value. */
export function copyFacts(list: Element, report: Document): Element {
  const note = '.stat-table__note';
  const rows = Array.from(list.children, (row) =>
    Array.from(row.children, (cell) => [
      shownWords(cell, note),
      ...Array.from(cell.querySelectorAll(note), (aside) => shownWords(aside)),
    ]).flat(),
  );
  return writeTable({ title: list.ariaLabel ?? '', rows: [[], ...rows] }, report);
}
