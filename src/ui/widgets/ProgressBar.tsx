/** How far something is, in a bar and in words; without a share the bar only says "busy". */
import type { ReactNode } from 'react';
import './progress-bar.css';

export interface ProgressBarProps {
  /** What is under way, for screen readers: "Training". */
  readonly label: string;
  /** 0 to 1; null while the end is not known. */
  readonly share: number | null;
  /** Left below the bar: "epoch 12 of 100". */
  readonly text?: ReactNode;
  /** Right below the bar: "1,230 traces/s, 4 min left". */
  readonly detail?: ReactNode;
  /** Stopped for now: an indeterminate bar stands still. */
  readonly paused?: boolean;
}

export function ProgressBar({ label, share, text, detail, paused = false }: ProgressBarProps) {
  const percent = share === null ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className={paused ? 'progress progress--paused' : 'progress'}>
      <div
        className="progress__track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        {share === null ? (
          <div className="progress__fill progress__fill--busy" />
        ) : (
          <div
            className="progress__fill"
            style={{ transform: `scaleX(${Math.min(1, Math.max(0, share))})` }}
          />
        )}
      </div>
      {(text !== undefined || detail !== undefined) && (
        <div className="progress__words">
          <span>{text}</span>
          <span className="progress__detail">{detail}</span>
        </div>
      )}
    </div>
  );
}
