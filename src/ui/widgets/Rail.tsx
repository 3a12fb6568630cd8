/** The list of cells with their states, below the choice of dataset and run. */
import type { ReactNode } from 'react';
import type { CellState } from '../../stores/page/cell-states.ts';
import { StatusDot } from './StatusDot.tsx';
import './rail.css';

export interface RailItem {
  /** The cell's id; the link goes to `#id`. */
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly state: CellState;
  readonly stateText?: string;
  /** What it is for, on hover. */
  readonly says: string;
  /** What is ready in it: "13 odd". */
  readonly note?: string | undefined;
  /** The cell is not on the page yet: no link, and why. */
  readonly off?: string | undefined;
}

export interface RailProps {
  readonly items: readonly RailItem[];
  /** The cell in view. */
  readonly activeId?: string | null;
  readonly header?: ReactNode;
  readonly footer?: ReactNode;
  /** Beyond following the link, for menus that then close. */
  readonly onSelect?: (id: string) => void;
}

export function Rail({ items, activeId = null, header, footer, onSelect }: RailProps) {
  return (
    <div className="rail">
      {header !== undefined && <div className="rail__header">{header}</div>}
      <nav aria-label="Cells">
        <ol className="rail__items">
          {items.map((item) => (
            <li key={item.id}>
              {item.off === undefined ? (
                <a
                  className="rail__item"
                  href={`#${item.id}`}
                  title={
                    item.stateText === undefined ? item.says : `${item.says} ${item.stateText}`
                  }
                  aria-current={item.id === activeId ? 'location' : undefined}
                  onClick={() => onSelect?.(item.id)}
                >
                  <RailWords {...item} />
                </a>
              ) : (
                <span className="rail__item rail__item--off" title={item.off}>
                  <RailWords {...item} />
                </span>
              )}
            </li>
          ))}
        </ol>
      </nav>
      {footer !== undefined && <div className="rail__footer">{footer}</div>}
    </div>
  );
}

function RailWords({ number, title, state, stateText, note }: RailItem) {
  return (
    <>
      <span className="rail__number">{number}</span>
      <span className="rail__title">
        {title}
        {note !== undefined && <span className="rail__note">{note}</span>}
      </span>
      <StatusDot state={state} hideText {...(stateText === undefined ? {} : { text: stateText })} />
    </>
  );
}
