/** Folds what few need. Whether it is open is remembered by the caller. */
import { type ReactNode, useId } from 'react';
import { Icon } from './Icon.tsx';
import './disclosure.css';

export interface DisclosureProps {
  readonly summary: ReactNode;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  readonly children: ReactNode;
}

export function Disclosure({ summary, open, onToggle, children }: DisclosureProps) {
  const id = useId();
  return (
    <div className="disclosure">
      <button
        type="button"
        className="disclosure__summary"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => onToggle(!open)}
      >
        <Icon name={open ? 'chevron-down' : 'chevron-right'} size={12} />
        <span>{summary}</span>
      </button>
      <div id={id} className="disclosure__body" hidden={!open}>
        {open && children}
      </div>
    </div>
  );
}
