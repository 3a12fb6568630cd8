/**
 * A trace over time next to what is usual: a row for each node of the merged tree, with its spans,
 * their self time in full colour, the critical path as a line below, and the usual range as a band
 * on the same scale. Missing calls have rows without a bar. A tree to the keyboard: one stop, arrows
 * move, right and left show and hide the spans of a node.
 */
import { scaleLinear } from 'd3';
import { type KeyboardEvent, memo, useMemo, useRef, useState } from 'react';
import type { Waterfall } from '../../stores/trace/trace-waterfall.ts';
import { Button } from '../widgets/Button.tsx';
import { formatCount, formatMs } from '../widgets/format.ts';
import { ChartFigure } from './chart-parts.tsx';
import { WaterfallBars, WaterfallLegend } from './TraceWaterfallBars.tsx';
import { WaterfallName } from './TraceWaterfallName.tsx';
import { tickCount } from './ticks.ts';
import { durationWords, linesOf, summaryOf, wordsOf } from './trace-waterfall-lines.ts';
import { useWidth } from './use-size.ts';
import './trace-waterfall.css';

export interface TraceWaterfallProps {
  readonly waterfall: Waterfall;
  readonly hovered?: number | null;
  readonly onHover?: (node: number | null) => void;
}

const DURATION_WIDTH = 72;
/** Half of what a tick's words take. */
const LABEL_PX = 24;
/** Rows drawn before a person asks for the rest, and at most. */
const FIRST = 120;
const MOST = 1000;

export const TraceWaterfall = memo(function TraceWaterfall(props: TraceWaterfallProps) {
  const { waterfall, hovered = null, onHover } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const [focused, setFocused] = useState<string | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  // another trace takes the rows over, folded
  const [of, setOf] = useState(waterfall);
  if (of !== waterfall) {
    setOf(waterfall);
    setOpened(new Set());
    setAll(false);
    setFocused(null);
    setPointed(null);
  }
  const { rows, lengthMs } = waterfall;
  const lines = useMemo(
    () => rows.slice(0, all ? MOST : FIRST).flatMap((row) => linesOf(row, opened)),
    [rows, all, opened],
  );
  const left = Math.max(132, Math.min(420, Math.round(width * 0.4)));
  const plot = Math.max(60, width - left - DURATION_WIDTH);
  const { x, ticks } = useMemo(() => {
    const scale = scaleLinear([0, Math.max(lengthMs, 1e-6)], [1, plot - 1]).clamp(true);
    return { x: scale, ticks: scale.ticks(tickCount(plot, 'x')) };
  }, [lengthMs, plot]);
  const columns = { gridTemplateColumns: `${left}px ${plot}px ${DURATION_WIDTH}px` };
  const current = lines.find(({ key }) => key === focused) ?? lines[0]!;
  const told =
    lines.find(({ key }) => key === (pointed ?? focused)) ??
    lines.find(({ row }) => hovered !== null && row.node === hovered) ??
    lines.find(({ row }) => row.verdict !== 'usual' || row.errors > 0);

  const toggle = (key: string, open: boolean): void => {
    const next = new Set(opened);
    if (open) next.add(key);
    else next.delete(key);
    setOpened(next);
  };
  const focus = (key: string | undefined): void => {
    if (key === undefined) return;
    setFocused(key);
    list.current?.querySelector<HTMLElement>(`[data-key="${key}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = lines.indexOf(current);
    const canOpen = current.span === null && current.bars.length > 1;
    switch (event.key) {
      case 'ArrowDown':
        focus(lines[at + 1]?.key);
        break;
      case 'ArrowUp':
        focus(lines[at - 1]?.key);
        break;
      case 'Home':
        focus(lines[0]?.key);
        break;
      case 'End':
        focus(lines.at(-1)?.key);
        break;
      case 'ArrowRight':
        if (canOpen) toggle(current.row.key, true);
        break;
      case 'ArrowLeft':
        if (current.span !== null) focus(current.row.key);
        if (opened.has(current.row.key)) toggle(current.row.key, false);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <ChartFigure summary={summaryOf(waterfall)} name="Waterfall" className="waterfall-of" ref={box}>
      <p className="waterfall-of__told" aria-hidden="true">
        {told === undefined ? (
          'Every call is within its usual range.'
        ) : (
          <>
            <strong>
              {told.row.service}/{told.row.operation}
            </strong>{' '}
            {told.span === null ? told.row.says : formatMs(told.span.durationMs)}
          </>
        )}
      </p>
      <div className="waterfall-of__row waterfall-of__row--head" style={columns} aria-hidden="true">
        <span />
        <svg width={plot} height={18} aria-hidden="true">
          {ticks.map((tick, i) => (
            <text
              key={tick}
              x={x(tick)}
              y={12}
              textAnchor={i === 0 ? 'start' : x(tick) > plot - LABEL_PX ? 'end' : 'middle'}
            >
              {tick === 0 ? '0' : formatMs(tick, 2)}
            </text>
          ))}
        </svg>
        <span className="waterfall-of__duration">duration</span>
      </div>
      <div
        ref={list}
        className="waterfall-of__rows"
        role="tree"
        aria-label="Waterfall"
        onKeyDown={onKeyDown}
        onPointerLeave={() => {
          setPointed(null);
          onHover?.(null);
        }}
      >
        {lines.map((line) => {
          const { row, key, bars, span, depth } = line;
          const isOpen = opened.has(row.key);
          const canOpen = span === null && bars.length > 1;
          const lit = row.node !== null && row.node === hovered;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree answers to the arrow keys
            <div
              key={key}
              data-key={key}
              role="treeitem"
              aria-level={depth + 1}
              aria-label={wordsOf(line)}
              aria-selected={line === current}
              {...(canOpen ? { 'aria-expanded': isOpen } : {})}
              tabIndex={line === current ? 0 : -1}
              className={`waterfall-of__row waterfall-of__row--${row.verdict}${lit ? ' waterfall-of__row--lit' : ''}${span === null ? '' : ' waterfall-of__row--span'}`}
              style={columns}
              title={span === null ? row.says : span.spanId}
              onPointerEnter={() => {
                setPointed(key);
                onHover?.(row.node);
              }}
              onFocus={() => {
                setFocused(key);
                onHover?.(row.node);
              }}
              onBlur={() => onHover?.(null)}
              onClick={() => {
                setFocused(key);
                if (canOpen) toggle(row.key, !isOpen);
              }}
            >
              <WaterfallName line={line} isOpen={isOpen} canOpen={canOpen} width={left} />
              <WaterfallBars line={line} x={x} lengthMs={lengthMs} width={plot} ticks={ticks} />
              <span className="waterfall-of__duration">{durationWords(line)}</span>
            </div>
          );
        })}
      </div>
      {!all && rows.length > FIRST && (
        <Button size="small" onClick={() => setAll(true)}>
          Show all {formatCount(Math.min(MOST, rows.length), 'row')}
        </Button>
      )}
      <WaterfallLegend waterfall={waterfall} />
    </ChartFigure>
  );
});
