/** The state of a cell: a shape, a colour and a word, so that no one of them is needed. */
import type { CellState } from '../../stores/page/cell-states.ts';
import './status-dot.css';

const WORDS: Readonly<Record<CellState, string>> = {
  'not-run': 'not run',
  stale: 'stale',
  running: 'running',
  done: 'done',
  failed: 'failed',
  unavailable: 'not available',
};

export interface StatusDotProps {
  readonly state: CellState;
  /** Instead of the usual word: "paused", "epoch 12". */
  readonly text?: string;
  /** The word is said, not shown. */
  readonly hideText?: boolean;
}

export function StatusDot({ state, text, hideText = false }: StatusDotProps) {
  return (
    <span className={`status-dot status-dot--${state}`}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <Shape state={state} />
      </svg>
      <span className={hideText ? 'said-only' : 'status-dot__text'}>{text ?? WORDS[state]}</span>
    </span>
  );
}

function Shape({ state }: { readonly state: CellState }) {
  switch (state) {
    case 'not-run':
      return <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />;
    case 'stale':
      return (
        <circle
          cx="6"
          cy="6"
          r="4"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeDasharray="2.1 2.1"
        />
      );
    case 'running':
      return (
        <g className="status-dot__turning">
          <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M6 2a4 4 0 0 1 0 8z" fill="currentColor" />
        </g>
      );
    case 'done':
      return <circle cx="6" cy="6" r="4.75" fill="currentColor" />;
    case 'unavailable':
      return <path d="M2 6h8" stroke="currentColor" strokeWidth="2" />;
    case 'failed':
      return <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2" fill="none" />;
  }
}
