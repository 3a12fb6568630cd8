/** A table as CSV, whatever a trace's names try. */
import { csvCell } from '../../base/csv-cell.ts';

/** Lines end with a line feed, as in scores.csv. */
export const toCsv = (rows: Iterable<readonly string[]>): string =>
  `${Array.from(rows, (row) => row.map(csvCell).join(',')).join('\n')}\n`;
