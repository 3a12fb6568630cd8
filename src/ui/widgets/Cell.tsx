/**
 * The frame of a notebook cell: number, title, one sentence of the paper with its section, state,
 * its action at the right, the body, and a foot line that says what the results came from.
 */
import { type ReactNode, useId } from 'react';
import type { CellState } from '../../stores/page/cell-states.ts';
import { Icon } from './Icon.tsx';
import { StatusDot } from './StatusDot.tsx';
import './cell.css';

export interface CellProps {
  /** Target of the rail's link. */
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly state: CellState;
  readonly stateText?: string;
  /** What the paper says, in a sentence. */
  readonly prose: ReactNode;
  /** "§2", "§5.3": where the paper says it. */
  readonly section: string;
  readonly proseOpen: boolean;
  readonly onProseToggle: (open: boolean) => void;
  /** The cell's button, or a few. */
  readonly action?: ReactNode;
  /** Seed, dataset, duration. */
  readonly foot?: ReactNode;
  readonly children?: ReactNode;
}

export function Cell(props: CellProps) {
  const { id, number, title, state, stateText, prose, section, proseOpen, onProseToggle } = props;
  const ids = useId();
  return (
    <section id={id} className="cell" aria-labelledby={`${ids}-title`} tabIndex={-1}>
      <header className="cell__head">
        <h2 id={`${ids}-title`} className="cell__title">
          <span className="cell__number">{number}</span>
          {title}
        </h2>
        <StatusDot state={state} {...(stateText === undefined ? {} : { text: stateText })} />
        <button
          type="button"
          className="cell__fold"
          aria-expanded={proseOpen}
          aria-controls={`${ids}-prose`}
          aria-label={`What the paper says in ${section}`}
          onClick={() => onProseToggle(!proseOpen)}
        >
          {section}
          <Icon name={proseOpen ? 'chevron-up' : 'chevron-down'} size={12} />
        </button>
        {props.action !== undefined && <div className="cell__action">{props.action}</div>}
      </header>
      <div id={`${ids}-prose`} className="cell__prose" hidden={!proseOpen}>
        {prose}
      </div>
      {props.children !== undefined && <div className="cell__body">{props.children}</div>}
      {props.foot !== undefined && <footer className="cell__foot">{props.foot}</footer>}
    </section>
  );
}
