/** A short ranking: label, bar, value. Rows are buttons where they lead somewhere. */
import type { ReactNode } from 'react';
import './bar-list.css';

export interface BarItem {
  readonly key: string | number;
  readonly label: ReactNode;
  readonly value: number;
  /** With its unit. */
  readonly valueText: string;
  /** Before the label: a MiniTree, a swatch. */
  readonly lead?: ReactNode;
  readonly title?: string;
}

export interface BarListProps {
  readonly label: string;
  readonly items: readonly BarItem[];
  /** Value of a full bar; the largest unless told. */
  readonly max?: number;
  readonly selected?: string | number | null;
  readonly onSelect?: (key: string | number) => void;
  readonly empty?: string;
}

export function BarList({ label, items, max, selected = null, onSelect, empty }: BarListProps) {
  const full = max ?? items.reduce((most, { value }) => Math.max(most, value), 0);
  if (items.length === 0) return <p className="bar-list__empty">{empty ?? 'Nothing to rank.'}</p>;
  return (
    <ol className="bar-list" aria-label={label}>
      {items.map((item) => {
        const content = (
          <>
            {item.lead !== undefined && <span className="bar-list__lead">{item.lead}</span>}
            <span className="bar-list__label">{item.label}</span>
            <span className="bar-list__track" aria-hidden="true">
              <span
                className="bar-list__bar"
                style={{ width: `${full > 0 ? (100 * Math.max(0, item.value)) / full : 0}%` }}
              />
            </span>
            <span className="bar-list__value">{item.valueText}</span>
          </>
        );
        const chosen = item.key === selected;
        return (
          <li key={item.key} title={item.title}>
            {onSelect ? (
              <button
                type="button"
                className={chosen ? 'bar-list__row bar-list__row--selected' : 'bar-list__row'}
                aria-pressed={chosen}
                onClick={() => onSelect(item.key)}
              >
                {content}
              </button>
            ) : (
              <div className="bar-list__row">{content}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
