/**
 * The part of a chart that hears the pointer and the keyboard: it lies over the plot and is a slider
 * for screen readers, whose value is spoken as the chart's exact values at that place.
 */
import type { KeyboardEvent, PointerEvent } from 'react';

export interface ChartCursorProps {
  readonly label: string;
  /** Index of the place under the cursor, null where there is none; places are 0 to count - 1. */
  readonly index: number | null;
  readonly count: number;
  readonly valueText: string;
  /** Of the plot within the chart's box, pixels. */
  readonly box: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  readonly onIndex: (index: number | null) => void;
  /** The place at x pixels from the plot's left edge. */
  readonly indexAt: (x: number) => number | null;
  readonly onActivate?: (index: number) => void;
  /** A range of places, dragged or chosen with Shift and the arrows; `done` when let go. */
  readonly onRange?: (from: number, to: number, done: boolean) => void;
  readonly onClearRange?: () => void;
}

const MOVES: Readonly<Record<string, (index: number, last: number) => number>> = {
  ArrowRight: (index) => index + 1,
  ArrowUp: (index) => index + 1,
  ArrowLeft: (index) => index - 1,
  ArrowDown: (index) => index - 1,
  PageUp: (index, last) => index + Math.ceil(last / 10),
  PageDown: (index, last) => index - Math.ceil(last / 10),
  Home: () => 0,
  End: (_, last) => last,
};

export function ChartCursor(props: ChartCursorProps) {
  const { label, index, count, valueText, box, onIndex, indexAt, onActivate, onRange } = props;
  const last = count - 1;
  const at = (event: PointerEvent<HTMLElement>) =>
    indexAt(event.clientX - event.currentTarget.getBoundingClientRect().left);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Enter' && index !== null) onActivate?.(index);
    if (event.key === 'Escape' && props.onClearRange) props.onClearRange();
    const move = MOVES[event.key];
    if (move === undefined || count === 0) return;
    event.preventDefault();
    const goal = Math.max(0, Math.min(last, index === null ? 0 : move(index, last)));
    if (event.shiftKey && onRange) {
      const start = Number(event.currentTarget.dataset.from ?? index ?? goal);
      event.currentTarget.dataset.from = String(start);
      onRange(start, goal, true);
    } else {
      delete event.currentTarget.dataset.from;
    }
    onIndex(goal);
  };

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (!onRange || event.button !== 0) return;
    const start = at(event);
    if (start === null) return;
    event.currentTarget.dataset.from = String(start);
    event.currentTarget.setPointerCapture(event.pointerId);
  };

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const goal = at(event);
    onIndex(goal);
    const { from } = event.currentTarget.dataset;
    if (!onRange || from === undefined || goal === null) return;
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onRange(Number(from), goal, false);
  };

  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    const goal = at(event);
    const { from } = event.currentTarget.dataset;
    delete event.currentTarget.dataset.from;
    if (goal === null) return;
    if (onRange && from !== undefined && Number(from) !== goal) onRange(Number(from), goal, true);
    else if (onActivate) onActivate(goal);
    else props.onClearRange?.();
  };

  return (
    <div
      className="chart__cursor"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, last)}
      aria-valuenow={index ?? 0}
      aria-valuetext={index === null ? 'use the arrow keys to read values' : valueText}
      style={box}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerLeave={() => onIndex(null)}
      onBlur={() => onIndex(null)}
    />
  );
}
