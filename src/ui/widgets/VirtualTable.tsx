/**
 * A table of very many rows: only those in sight are drawn, inside a sticky pane, so that fast
 * scrolling never shows a blank. Two tab stops, however many rows and columns: the titles, and the
 * rows. Keyboard as in a grid: arrows, Page, Home and End move the active row, Enter selects it; right and left unfold and fold a group.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './Icon.tsx';
import { TableHead } from './TableHead.tsx';
import type { TableColumn, TableSort } from './table-column.ts';
import { rowAfterKey, rowWindow, scrollHeight, scrollTopFor } from './virtual-window.ts';
import './virtual-table.css';

export interface VirtualTableProps {
  /** What the table lists, for screen readers. */
  readonly label: string;
  readonly rowCount: number;
  readonly columns: readonly TableColumn[];
  /** Pixels, all rows alike; 28 unless told. */
  readonly rowHeight?: number;
  /** Pixels of the table at most, with its head; 420 unless told. Few rows take less. */
  readonly height?: number;
  /** Pixels below which the table scrolls sideways. */
  readonly minWidth?: number;
  readonly sort?: TableSort | null;
  readonly onSort?: (sort: TableSort) => void;
  /** Index of the selected row; scrolled into sight when it changes. */
  readonly selected?: number | null;
  readonly onSelect?: (row: number) => void;
  /** Which rows head a group, whose rows follow while it is unfolded; null of all others. */
  readonly groupOf?: (row: number) => RowGroup | null;
  /** Hears which rows are drawn: from the first to before the last. */
  readonly onInSight?: (start: number, end: number) => void;
  /** Of keys that are not the table's, with the active row; true where the key was taken. */
  readonly onKey?: (key: string, row: number) => boolean;
  /** Identity of a row, where rows move by sorting. */
  readonly rowKey?: (row: number) => string | number;
  /** Whether other rows are to come; those at hand stay, and fade where it takes a moment. */
  readonly busy?: boolean;
  /** Shown instead of rows where there are none. */
  readonly empty?: ReactNode;
}

/** A row that heads others: said across all columns. */
export interface RowGroup {
  readonly words: ReactNode;
  readonly unfolded: boolean;
  readonly onToggle: () => void;
  /** Hears other keys while the row is the active one; true where the key was taken. */
  readonly onKey?: (key: string) => boolean;
}

const HEAD_HEIGHT = 32;

export function VirtualTable(props: VirtualTableProps) {
  const { label, rowCount, columns, rowHeight = 28, height = 420, minWidth = 0 } = props;
  const { sort = null, onSort, selected = null, onSelect, rowKey = (row) => row } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [active, setActive] = useState(0);

  const viewHeight = Math.max(rowHeight, Math.min(rowCount * rowHeight, height - HEAD_HEIGHT));
  const list = { rowCount, rowHeight, viewHeight };
  const { start, end, offset } = rowWindow(list, scrollTop);
  const activeRow = Math.min(active, Math.max(0, rowCount - 1));
  const template = columns.map((column) => column.width).join(' ');

  const reveal = (row: number) => {
    const element = scroller.current;
    if (element === null) return;
    const goal = scrollTopFor(list, row, element.scrollTop);
    if (goal !== element.scrollTop) element.scrollTop = goal;
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: moves with the selection, not with size
  useEffect(() => {
    if (selected === null) return;
    setActive(selected);
    reveal(selected);
  }, [selected]);

  const { onInSight, groupOf } = props;
  useEffect(() => onInSight?.(start, end), [onInSight, start, end]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current || rowCount === 0) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const group = groupOf?.(activeRow) ?? null;
      if (group === null) onSelect?.(activeRow);
      else group.onToggle();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const group = groupOf?.(activeRow) ?? null;
    if (group !== null && event.key === (group.unfolded ? 'ArrowLeft' : 'ArrowRight')) {
      event.preventDefault();
      group.onToggle();
      return;
    }
    if (group === null ? props.onKey?.(event.key, activeRow) : group.onKey?.(event.key)) {
      event.preventDefault();
      return;
    }
    const row = rowAfterKey(event.key, activeRow, list);
    if (row === null) return;
    event.preventDefault();
    setActive(row);
    reveal(row);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a grid, or where rows have groups a treegrid
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: as above
    <div
      ref={scroller}
      className="vtable"
      role={groupOf === undefined ? 'grid' : 'treegrid'}
      aria-label={label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length}
      aria-busy={props.busy || undefined}
      aria-activedescendant={rowCount > 0 ? `${id}-${activeRow}` : undefined}
      tabIndex={0}
      style={{ maxHeight: height }}
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div className="vtable__inner" style={{ minWidth }}>
        <TableHead columns={columns} template={template} sort={sort} onSort={onSort} />
        <div style={{ height: rowCount === 0 ? undefined : scrollHeight(list) }}>
          {rowCount === 0 && (
            <div className="vtable__empty">{props.empty ?? 'Nothing to list.'}</div>
          )}
          <div
            className="vtable__pane"
            style={{ top: HEAD_HEIGHT, height: rowCount === 0 ? 0 : viewHeight }}
          >
            <div style={{ transform: `translateY(${offset}px)` }}>
              {Array.from({ length: end - start }, (_, i) => start + i).map((row) => {
                const group = groupOf?.(row) ?? null;
                const active = row === activeRow ? ' vtable__row--active' : '';
                return (
                  // biome-ignore lint/a11y/useSemanticElements: see above
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys
                  // biome-ignore lint/a11y/useFocusableInteractive: active by aria-activedescendant
                  <div
                    key={rowKey(row)}
                    id={`${id}-${row}`}
                    className={`vtable__row${group === null ? '' : ' vtable__row--group'}${active}`}
                    role="row"
                    aria-rowindex={row + 2}
                    aria-level={groupOf === undefined ? undefined : group === null ? 2 : 1}
                    aria-expanded={group?.unfolded}
                    aria-selected={row === selected}
                    style={{ gridTemplateColumns: template, height: rowHeight }}
                    onClick={() => {
                      setActive(row);
                      if (group === null) onSelect?.(row);
                      else group.onToggle();
                    }}
                  >
                    {group === null ? (
                      columns.map((column) => (
                        // biome-ignore lint/a11y/useSemanticElements: see above
                        // biome-ignore lint/a11y/useFocusableInteractive: rows are the unit of movement
                        <div key={column.key} className={cellClass(column)} role="gridcell">
                          <span className="vtable__content">{column.render(row)}</span>
                        </div>
                      ))
                    ) : (
                      // biome-ignore lint/a11y/useSemanticElements: see above
                      // biome-ignore lint/a11y/useFocusableInteractive: rows are the unit of movement
                      <div className="vtable__group" role="gridcell" aria-colspan={columns.length}>
                        <Icon name={group.unfolded ? 'chevron-down' : 'chevron-right'} size={12} />
                        {group.words}
                      </div>
                    )}
                  </div>
                );
              })}
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

function cellClass({ align, mono }: TableColumn): string {
  return `vtable__cell${align === 'end' ? ' vtable__cell--end' : ''}${mono ? ' mono' : ''}`;
}
