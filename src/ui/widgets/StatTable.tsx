/** A handful of facts: terms left, values right, units in the values. */
import type { ReactNode } from 'react';
import './stat-table.css';

export interface Stat {
  /** Distinguishes rows; the term may be an element. */
  readonly key: string;
  readonly term: ReactNode;
  readonly value: ReactNode;
  /** Said more quietly after the value. */
  readonly note?: ReactNode;
}

export interface StatTableProps {
  readonly stats: readonly Stat[];
  /** Columns of pairs where there is room; 1 unless told. */
  readonly columns?: 1 | 2 | 3;
  readonly label?: string;
}

export function StatTable({ stats, columns = 1, label }: StatTableProps) {
  return (
    <dl className={`stat-table stat-table--${columns}`} aria-label={label}>
      {stats.map(({ key, term, value, note }) => (
        <div key={key} className="stat-table__row">
          <dt>{term}</dt>
          <dd>
            {value}
            {note !== undefined && <span className="stat-table__note">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
