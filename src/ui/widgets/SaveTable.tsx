/** A table of the page with a way to keep it: CSV of what it shows, numbers in full where known. */
import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import { toCsv } from './csv.ts';
import { downloadText } from './download.ts';
import { fileStem } from './file-name.ts';
import './save-table.css';

interface SaveTableProps {
  /** Of the table and the file. */
  readonly name: string;
  /** Holds the one `<table>`; a cell's `data-value` goes before its text. */
  readonly children: ReactNode;
}

export function SaveTable({ name, children }: SaveTableProps) {
  return (
    <div className="save-table" data-table="">
      {children}
      <SaveCsv
        name={name}
        rows={(button) =>
          tableRows(button.closest('[data-table]')?.querySelector('table') ?? null, 'full')
        }
      />
    </div>
  );
}

interface SaveCsvProps {
  readonly name: string;
  /** Header first; made when it is asked for. */
  readonly rows: (button: HTMLElement) => Iterable<readonly string[]>;
}

export function SaveCsv({ name, rows }: SaveCsvProps) {
  return (
    <Button
      size="small"
      icon="download"
      aria-label={`Save ${name} as CSV`}
      onClick={(event) =>
        downloadText(`${fileStem(name)}.csv`, toCsv(rows(event.currentTarget)), 'text/csv')
      }
    >
      CSV
    </Button>
  );
}

/**
 * Headers that stand over each other are one, and what spans columns is said in each.
 *
 * @param numbers as the cells show them, or in full where a cell knows more
 */
export function tableRows(table: HTMLTableElement | null, numbers: 'shown' | 'full'): string[][] {
  if (table === null) return [];
  const heads: string[] = [];
  let open = 0; // columns whose header spans both rows, at the left
  for (const [i, row] of Array.from(table.tHead?.rows ?? []).entries()) {
    let column = i === 0 ? 0 : open;
    for (const cell of row.cells) {
      if (i === 0 && cell.rowSpan > 1 && column === open) open += cell.colSpan;
      for (let n = 0; n < cell.colSpan; n++, column++) {
        heads[column] = [heads[column], wordsOf(cell)].filter(Boolean).join(' ');
      }
    }
  }
  const rows = Array.from(table.tBodies, (body) => Array.from(body.rows)).flat();
  const cells = rows.map((row) =>
    Array.from(row.cells, (cell) =>
      numbers === 'full' ? (cell.dataset.value ?? wordsOf(cell)) : wordsOf(cell),
    ),
  );
  // Columns of nothing but controls are left out.
  const kept = heads.map((_, i) => cells.some((row) => (row[i] ?? '') !== ''));
  return [heads, ...cells].map((row) => row.filter((_, i) => kept[i] ?? true));
}

function wordsOf(cell: Element): string {
  const copy = cell.cloneNode(true) as Element;
  for (const control of copy.querySelectorAll(
    '[popover], input, select, svg, .icon-button, .button',
  )) {
    control.remove();
  }
  return copy.textContent.replace(/\s+/g, ' ').trim();
}
