/** A table of the page with a way to keep it: CSV of what it shows, numbers in full where known. */
import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import { toCsv } from './csv.ts';
import { downloadText } from './download.ts';
import { fileStem } from './file-name.ts';
import { shownWords } from './shown-words.ts';
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
        rows={(button) => tableRows(button.closest('[data-table]')?.querySelector('table') ?? null)}
      />
    </div>
  );
}

interface SaveCsvProps {
  readonly name: string;
  /** Header first; made when it is asked for. */
  readonly rows: (
    button: HTMLElement,
  ) => Iterable<readonly string[]> | Promise<Iterable<readonly string[]>>;
}

export function SaveCsv({ name, rows }: SaveCsvProps) {
  return (
    <Button
      size="small"
      icon="download"
      aria-label={`Save ${name} as CSV`}
      onClick={async (event) => {
        const made = await rows(event.currentTarget);
        downloadText(`${fileStem(name)}.csv`, toCsv(made), 'text/csv');
      }}
    >
      CSV
    </Button>
  );
}

/** Headers that stand over each other are one, and what spans columns is said in each. */
function tableRows(table: HTMLTableElement | null): string[][] {
  if (table === null) return [];
  const heads = headWords(Array.from(table.tHead?.rows ?? []));
  const rows = Array.from(table.tBodies, (body) => Array.from(body.rows)).flat();
  const cells = rows.map((row) =>
    Array.from(row.cells, (cell) => cell.dataset.value ?? shownWords(cell)),
  );
  // Columns of nothing but controls are left out.
  const kept = heads.map((_, i) => cells.some((row) => (row[i] ?? '') !== ''));
  return [heads, ...cells].map((row) => row.filter((_, i) => kept[i] ?? true));
}

/** One a column, from the top down, wherever cells span rows and columns. */
function headWords(rows: readonly HTMLTableRowElement[]): string[] {
  const heads: string[] = [];
  /** By row and column: there is a cell that began above. */
  const taken: boolean[][] = rows.map(() => []);
  for (const [r, row] of rows.entries()) {
    let column = 0;
    for (const cell of row.cells) {
      while (taken[r]![column]) column += 1;
      for (let n = 0; n < cell.colSpan; n++, column++) {
        heads[column] = [heads[column], shownWords(cell)].filter(Boolean).join(' ');
        for (let below = r; below < r + cell.rowSpan; below++) {
          if (taken[below] !== undefined) taken[below]![column] = true;
        }
      }
    }
  }
  return heads;
}
