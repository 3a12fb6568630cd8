/** One line at the foot of the page: what the machine is, and that nothing left it. */
import type { ReactNode } from 'react';
import './status-bar.css';

export interface StatusItem {
  readonly key: string;
  readonly text: ReactNode;
  /** The longer story, on hover. */
  readonly title?: string;
  readonly tone?: 'plain' | 'warn' | 'danger';
}

export interface StatusBarProps {
  readonly items: readonly StatusItem[];
  /** At the right end. */
  readonly end?: ReactNode;
}

export function StatusBar({ items, end }: StatusBarProps) {
  return (
    <div className="status-bar">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow page it scrolls, also by keys */}
      <ul tabIndex={0} aria-label="Status" className="status-bar__items">
        {items.map(({ key, text, title, tone = 'plain' }) => (
          <li key={key} className={`status-bar__item status-bar__item--${tone}`} title={title}>
            {text}
          </li>
        ))}
      </ul>
      {end !== undefined && <div className="status-bar__end">{end}</div>}
    </div>
  );
}
