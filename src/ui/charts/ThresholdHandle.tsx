/**
 * The threshold's line as something to take hold of: dragged by pointer, moved by keys, a slider for
 * screen readers. It says where it would be with every step, and that it was let go once.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import type { HistogramLayout } from './histogram-layout.ts';

export interface ThresholdMoves {
  /** The value and what it comes to: "threshold 14.2 nats: 31 of 3,000 flagged". */
  readonly valueText: string;
  readonly onMove: (value: number) => void;
  /** Let go after a drag, or no key for a moment. */
  readonly onSettle: () => void;
}

interface HandleProps extends ThresholdMoves {
  readonly value: number;
  readonly layout: Pick<HistogramLayout, 'margin' | 'x'>;
  readonly height: number;
}

/** Pixels to either side of the line that take hold of it. */
const REACH = 10;

/** Steps of the axis by key. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};
const STEPS_PER_AXIS = 200;

/** Milliseconds without a key after which the place is meant. */
const SETTLED_MS = 400;

export function ThresholdHandle(props: HandleProps) {
  const { value, layout, height, valueText, onMove, onSettle } = props;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const [low = 0, high = 0] = layout.x.range();
  const clamped = (x: number): number => Math.min(high, Math.max(low, x));
  const at = clamped(layout.x(value));
  const valueAt = (x: number): number => layout.x.invert(clamped(x));

  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const { currentTarget: handle, pointerId, clientX } = event;
    if (!handle.hasPointerCapture(pointerId)) return;
    const box = handle.parentElement!.getBoundingClientRect();
    onMove(valueAt(clientX - box.left));
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>): void => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onSettle();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = STEPS[event.key];
    const end = event.key === 'Home' ? low : event.key === 'End' ? high : null;
    if (step === undefined && end === null) return;
    event.preventDefault();
    onMove(valueAt(end ?? at + ((step ?? 0) * (high - low)) / STEPS_PER_AXIS));
    clearTimeout(timer.current);
    timer.current = setTimeout(onSettle, SETTLED_MS);
  };

  return (
    <div
      className="threshold-handle"
      role="slider"
      tabIndex={0}
      aria-label="Threshold"
      aria-orientation="horizontal"
      aria-valuemin={layout.x.invert(low)}
      aria-valuemax={layout.x.invert(high)}
      aria-valuenow={value}
      aria-valuetext={valueText}
      style={{ left: at - REACH, top: 0, width: 2 * REACH, height: height - layout.margin.bottom }}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onKeyDown={onKeyDown}
    />
  );
}
