/** The list of cells with their states, below the choice of dataset and run. */
import type { ReactNode } from 'react';
import { type CellState, StatusDot } from './StatusDot.tsx';
import './rail.css';

export interface RailItem {
  /** The cell's id; the link goes to `#id`. */
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly state: CellState;
  readonly stateText?: string;
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
              <a
                className="rail__item"
                href={`#${item.id}`}
                aria-current={item.id === activeId ? 'location' : undefined}
                onClick={() => onSelect?.(item.id)}
              >
                <span className="rail__number">{item.number}</span>
                <span className="rail__title">{item.title}</span>
                <StatusDot
                  state={item.state}
                  hideText
                  {...(item.stateText === undefined ? {} : { text: item.stateText })}
                />
              </a>
            </li>
          ))}
        </ol>
      </nav>
      {footer !== undefined && <div className="rail__footer">{footer}</div>}
    </div>
  );
}
