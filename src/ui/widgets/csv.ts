/** A table as CSV, whatever a trace's names try: RFC 4180, and no cell that a spreadsheet would run. */

/** A spreadsheet takes text that begins so for a formula; an apostrophe before it makes it text. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function cell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines end with a line feed, as in scores.csv. */
export const toCsv = (rows: Iterable<readonly string[]>): string =>
  `${Array.from(rows, (row) => row.map(cell).join(',')).join('\n')}\n`;
