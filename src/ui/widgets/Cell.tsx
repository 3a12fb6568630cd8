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
  /** What the paper says, in a sentence; undefined where nothing is said. */
  readonly prose: ReactNode | undefined;
  /** "§2", "§5.3": where the paper says it. */
  readonly section: string;
  readonly proseOpen: boolean;
  readonly onProseToggle: (open: boolean) => void;
  /** Of a cell that can be put away but for its title: whether it is open. */
  readonly open?: boolean | undefined;
  readonly onOpen?: ((open: boolean) => void) | undefined;
  /** The cell's button, or a few. */
  readonly action?: ReactNode;
  /** Seed, dataset, duration. */
  readonly foot?: ReactNode;
  readonly children?: ReactNode;
}

export function Cell(props: CellProps) {
  const { id, number, title, state, stateText, prose, section, proseOpen, onProseToggle } = props;
  const { open = true, onOpen } = props;
  const ids = useId();
  return (
    <section
      id={id}
      className={open ? 'cell' : 'cell cell--closed'}
      aria-labelledby={`${ids}-title`}
      tabIndex={-1}
    >
      <header className="cell__head">
        <h2 id={`${ids}-title`} className="cell__title">
          <span className="cell__number">{number}</span>
          {onOpen === undefined ? (
            title
          ) : (
            <button
              type="button"
              className="cell__open"
              aria-expanded={open}
              onClick={() => onOpen(!open)}
            >
              {title}
              <Icon name={open ? 'chevron-down' : 'chevron-right'} size={14} />
            </button>
          )}
        </h2>
        <StatusDot state={state} {...(stateText === undefined ? {} : { text: stateText })} />
        {open && prose !== undefined && (
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
        )}
        {open && props.action !== undefined && <div className="cell__action">{props.action}</div>}
      </header>
      <div id={`${ids}-prose`} className="cell__prose" hidden={!(open && proseOpen)}>
        {prose}
      </div>
      {open && props.children !== undefined && <div className="cell__body">{props.children}</div>}
      {open && props.foot !== undefined && <footer className="cell__foot">{props.foot}</footer>}
    </section>
  );
}
