/** The head of a table: titles, and buttons where a column sorts. */
import { Term } from './Term.tsx';
import type { TableColumn, TableSort } from './table-column.ts';
import { useExplanation } from './use-explanation.tsx';
import { type Roving, useRoving } from './use-roving.ts';

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
  const sortable = columns.filter((column) => column.sortable && onSort !== undefined);
  const roving = useRoving(sortable.length);
  return (
    // biome-ignore lint/a11y/useSemanticElements: head of a windowed grid
    // biome-ignore lint/a11y/useFocusableInteractive: its buttons take the focus
    <div
      className="vtable__head"
      role="row"
      onKeyDown={roving.onKeyDown}
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
            <Title
              column={column}
              direction={direction}
              sort={sort}
              onSort={onSort}
              stop={roving.item(sortable.indexOf(column))}
            />
          </div>
        );
      })}
    </div>
  );
}

interface TitleProps extends Pick<TableHeadProps, 'sort' | 'onSort'> {
  readonly column: TableColumn;
  readonly direction: TableSort['direction'] | undefined;
  readonly stop: ReturnType<Roving['item']>;
}

function Title({ column, direction, sort, onSort, stop }: TitleProps) {
  const { title, explain, sortable = false } = column;
  const { anchor, popover } = useExplanation(explain);
  if (!sortable || !onSort) {
    return explain === undefined ? title : <Term text={explain}>{title}</Term>;
  }
  return (
    <>
      <button
        type="button"
        className="vtable__sort"
        {...(explain === undefined ? {} : anchor)}
        {...stop}
        onFocus={(event) => {
          stop.onFocus();
          if (explain !== undefined) anchor.onFocus(event);
        }}
        onClick={() => onSort(nextSort(column, sort))}
      >
        <span className={explain === undefined ? undefined : 'vtable__explained'}>{title}</span>
        <span className="vtable__arrow" aria-hidden="true">
          {direction === undefined ? '' : ARROWS[direction]}
        </span>
      </button>
      {explain !== undefined && popover}
    </>
  );
}
