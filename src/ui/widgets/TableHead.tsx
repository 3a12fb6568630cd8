/** The head of a table: titles, and buttons where a column sorts. */
import type { TableColumn } from './VirtualTable.tsx';

export interface TableSort {
  readonly key: string;
  readonly direction: 'ascending' | 'descending';
}

export interface TableHeadProps {
  readonly columns: readonly TableColumn[];
  readonly template: string;
  readonly sort: TableSort | null;
  readonly onSort: ((sort: TableSort) => void) | undefined;
}

const ARROWS = { ascending: '▲', descending: '▼' } as const;

/** The same column again turns the order round; numbers are first read from the largest. */
function nextSort(column: TableColumn, sort: TableSort | null): TableSort {
  if (sort?.key === column.key) {
    const direction = sort.direction === 'ascending' ? 'descending' : 'ascending';
    return { key: column.key, direction };
  }
  return { key: column.key, direction: column.align === 'end' ? 'descending' : 'ascending' };
}

export function TableHead({ columns, template, sort, onSort }: TableHeadProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: head of a windowed grid
    // biome-ignore lint/a11y/useFocusableInteractive: its buttons take the focus
    <div
      className="vtable__head"
      role="row"
      aria-rowindex={1}
      style={{ gridTemplateColumns: template }}
    >
      {columns.map((column) => {
        const direction = sort?.key === column.key ? sort.direction : undefined;
        const end = column.align === 'end' ? ' vtable__cell--end' : '';
        return (
          // biome-ignore lint/a11y/useSemanticElements: head of a windowed grid
          // biome-ignore lint/a11y/useFocusableInteractive: its button takes the focus
          <div
            key={column.key}
            className={`vtable__title${end}`}
            role="columnheader"
            aria-sort={column.sortable ? (direction ?? 'none') : undefined}
          >
            {column.sortable && onSort ? (
              <button
                type="button"
                className="vtable__sort"
                onClick={() => onSort(nextSort(column, sort))}
              >
                {column.title}
                <span className="vtable__arrow" aria-hidden="true">
                  {direction === undefined ? '' : ARROWS[direction]}
                </span>
              </button>
            ) : (
              column.title
            )}
          </div>
        );
      })}
    </div>
  );
}
