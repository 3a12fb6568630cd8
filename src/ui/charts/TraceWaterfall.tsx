/**
 * A trace over time next to what is usual: a row for each node of the merged tree, with its spans,
 * their self time in full colour, the critical path as a line below, and the usual range as a band
 * on the same scale. Missing calls have rows without a bar. A tree to the keyboard: one stop, arrows
 * move, right and left show and hide the spans of a node.
 */
import { scaleLinear } from 'd3';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { Waterfall, WaterfallBar, WaterfallRow } from '../../stores/trace/trace-waterfall.ts';
import { serviceColourCss } from '../theme/service-colour.ts';
import { Button } from '../widgets/Button.tsx';
import { ellipsisMiddle, formatCount, formatMs } from '../widgets/format.ts';
import { ChartFigure } from './chart-parts.tsx';
import { tickCount } from './ticks.ts';
import { useWidth } from './use-size.ts';
import './trace-waterfall.css';

export interface TraceWaterfallProps {
  readonly waterfall: Waterfall;
  readonly hovered?: number | null;
  readonly onHover?: (node: number | null) => void;
}

const ROW = 24;
const DURATION_WIDTH = 72;
/** Rows drawn before a person asks for the rest, and at most. */
const FIRST = 120;
const MOST = 1000;
/** Merged spans listed at most below their node. */
const LISTED = 200;
const INDENT_PX = 8;
const DEEPEST = 12;

/** A node or a missing call, or one span of an opened node. */
interface Line {
  readonly key: string;
  readonly row: WaterfallRow;
  readonly bars: readonly WaterfallBar[];
  readonly depth: number;
  readonly span: WaterfallBar | null;
}

export function TraceWaterfall({ waterfall, hovered = null, onHover }: TraceWaterfallProps) {
  const [box, width] = useWidth<HTMLDivElement>();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const [focused, setFocused] = useState<string | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const { rows, lengthMs } = waterfall;
  const lines = useMemo(
    () => rows.slice(0, all ? MOST : FIRST).flatMap((row) => linesOf(row, opened)),
    [rows, all, opened],
  );
  const left = Math.max(132, Math.min(420, Math.round(width * 0.4)));
  const plot = Math.max(60, width - left - DURATION_WIDTH);
  const x = scaleLinear([0, Math.max(lengthMs, 1e-6)], [1, plot - 1]).clamp(true);
  const ticks = x.ticks(tickCount(plot, 'x'));
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
              textAnchor={i === 0 ? 'start' : i === ticks.length - 1 ? 'end' : 'middle'}
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
              <Name line={line} isOpen={isOpen} canOpen={canOpen} width={left} />
              <Bars line={line} x={x} lengthMs={lengthMs} width={plot} ticks={ticks} />
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
      <Legend waterfall={waterfall} />
    </ChartFigure>
  );
}

function linesOf(row: WaterfallRow, opened: ReadonlySet<string>): Line[] {
  const { key, bars, depth } = row;
  const own: Line = { key, row, bars, depth, span: null };
  if (!opened.has(key)) return [own];
  const spans = bars.slice(0, LISTED).map(
    (span, i): Line => ({
      ...{ key: `${key} span ${i}`, row, bars: [span], depth: depth + 1, span },
    }),
  );
  return [own, ...spans];
}

function summaryOf({ rows, lengthMs, spans, errors }: Waterfall): string {
  const count = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  const parts = [
    `${formatCount(spans, 'span')} over ${formatMs(lengthMs)}`,
    `${formatCount(count('slow'), 'call')} slower than usual`,
    `${formatCount(count('new'))} new`,
    `${formatCount(count('missing'))} missing`,
    formatCount(errors, 'error'),
  ];
  return `${parts.join(', ')}.`;
}

function wordsOf({ row, span, bars }: Line): string {
  const name = `${row.service} ${row.operation}`;
  if (span !== null) {
    return [name, formatMs(span.durationMs), span.isError ? 'error' : '', span.spanId]
      .filter((word) => word !== '')
      .join(', ');
  }
  const kinds = [...new Set(bars.map(({ kind }) => kind))].filter((kind) => kind !== '');
  return [
    name,
    bars.length > 1 ? `${formatCount(bars.length)} spans` : '',
    kinds.join(' and '),
    row.verdict === 'slow' ? 'slow' : '',
    row.says,
    row.isCritical ? 'on the critical path' : '',
    ...skewWords(bars),
  ]
    .filter((word) => word !== '')
    .join(', ');
}

function skewWords(bars: readonly WaterfallBar[]): string[] {
  const early = Math.max(0, ...bars.map(({ earlyMs }) => earlyMs));
  const late = Math.max(0, ...bars.map(({ lateMs }) => lateMs));
  return [
    early > 0 ? `starts ${formatMs(early)} before its caller` : '',
    late > 0 ? `ends ${formatMs(late)} after its caller` : '',
    bars.some(({ isOrphan }) => isOrphan) ? 'caller not recorded' : '',
  ].filter((word) => word !== '');
}

const MARKS = { usual: '', slow: '▲ ', new: '+ ', missing: '' } as const;

function durationWords({ row, span }: Line): string {
  if (span !== null) return formatMs(span.durationMs);
  if (row.tookMs === null) return '− missing';
  return `${MARKS[row.verdict]}${formatMs(row.tookMs)}`;
}

interface NameProps {
  readonly line: Line;
  readonly isOpen: boolean;
  readonly canOpen: boolean;
  /** Pixels. */
  readonly width: number;
}

/** Pixels of a letter, about, and of what stands beside the name. */
const LETTER_PX = 6.4;
const BESIDE_PX = 16;
/** Names this wide leave room for the kind of span. */
const WIDE_PX = 260;

function Name({ line: { row, bars, depth, span }, isOpen, canOpen, width }: NameProps) {
  const { service, operation, errors, isCritical } = row;
  const kinds = [...new Set(bars.map(({ kind }) => kind))].filter((kind) => kind !== '');
  const indent = Math.min(depth, DEEPEST) * INDENT_PX;
  const merged = bars.length > 1 ? `×${formatCount(bars.length)}` : '';
  const fails = span === null ? errors > 0 : span.isError;
  // what follows the name is never cut: errors first
  const room = width - indent - BESIDE_PX - (canOpen ? 16 : 0) - (fails ? 52 : 0);
  const letters = Math.floor(room / LETTER_PX) - merged.length;
  const name = span === null ? `${service} ${operation}` : span.spanId;
  return (
    <span className="waterfall-of__name" style={{ paddingInlineStart: indent }}>
      <i style={{ background: serviceColourCss(service) }} />
      {canOpen && <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>}
      <span
        className={`waterfall-of__text${span === null ? '' : ' mono'}${isCritical && span === null ? ' waterfall-of__text--critical' : ''}`}
      >
        {ellipsisMiddle(name, Math.max(8, letters))}
      </span>
      {merged !== '' && <span className="waterfall-of__merged">{merged}</span>}
      {fails && <span className="waterfall-of__error">✕ error</span>}
      {kinds.length > 0 && width > WIDE_PX && (
        <span className="waterfall-of__kind">{kinds.join(', ')}</span>
      )}
    </span>
  );
}

interface BarsProps {
  readonly line: Line;
  readonly x: (value: number) => number;
  readonly lengthMs: number;
  readonly width: number;
  readonly ticks: readonly number[];
}

function Bars({ line: { row, bars, span }, x, lengthMs, width, ticks }: BarsProps) {
  const fill = { fill: serviceColourCss(row.service) };
  const from = row.startMs ?? 0;
  return (
    <svg width={width} height={ROW} aria-hidden="true">
      {ticks.map((tick) => (
        <line key={tick} className="waterfall-of__grid" x1={x(tick)} x2={x(tick)} y2={ROW} />
      ))}
      {bars.map(({ startMs, durationMs, self, critical, isError, earlyMs, lateMs }, i) => {
        const at = startMs ?? 0;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: order is fixed
          <g key={i}>
            <rect
              className={`waterfall-of__bar${earlyMs > 0 || lateMs > 0 ? ' waterfall-of__bar--skewed' : ''}${isError ? ' waterfall-of__bar--error' : ''}`}
              x={x(at)}
              y={4}
              width={Math.max(1.5, x(at + durationMs) - x(at))}
              height={10}
              style={fill}
            />
            {self.map(([begin, end]) => (
              <rect
                key={begin}
                x={x(begin)}
                y={4}
                width={Math.max(0.5, x(end) - x(begin))}
                height={10}
                style={fill}
              />
            ))}
            {critical.map(([begin, end]) => (
              <line
                key={begin}
                className="waterfall-of__critical"
                x1={x(begin)}
                x2={Math.max(x(begin) + 0.5, x(end))}
                y1={15}
                y2={15}
              />
            ))}
          </g>
        );
      })}
      {row.usual !== null && span === null && (
        <UsualBand
          from={x(from)}
          low={x(from + row.usual.lowMs)}
          high={x(from + row.usual.highMs)}
          isCut={from + row.usual.highMs > lengthMs}
        />
      )}
    </svg>
  );
}

interface UsualBandProps {
  /** Pixels: where the call begins, and where half and where all but one of 100 others end. */
  readonly from: number;
  readonly low: number;
  readonly high: number;
  /** The end lies behind the plot's. */
  readonly isCut: boolean;
}

function UsualBand({ from, low, high, isCut }: UsualBandProps) {
  return (
    <g className="waterfall-of__usual">
      <line x1={from} x2={low} y1={19.5} y2={19.5} strokeDasharray="1 2" />
      <rect x={low} y={18} width={Math.max(1.5, high - low)} height={3} />
      {!isCut && <line x1={high} x2={high} y1={16.5} y2={22.5} />}
    </g>
  );
}

function Legend({ waterfall: { hasStarts, skewed, largestSkewMs } }: { waterfall: Waterfall }) {
  return (
    <p className="waterfall-of__note">
      <svg width={28} height={12} aria-hidden="true" className="waterfall-of__usual">
        <line x1={0} x2={8} y1={6} y2={6} strokeDasharray="1 2" />
        <rect x={8} y={4.5} width={18} height={3} />
        <line x1={26} x2={26} y1={2} y2={10} />
      </svg>{' '}
      usual end: median to 99th percentile of other traces at the same place.{' '}
      {hasStarts
        ? 'Full colour: self time; pale: waiting for its calls. Black line: critical path.'
        : 'The file does not say when its spans started: every bar begins at 0.'}
      {skewed > 0 &&
        ` ${formatCount(skewed, 'span')} ${skewed === 1 ? 'ends or starts' : 'end or start'} outside the caller (at most ${formatMs(largestSkewMs)}): clock skew or fire-and-forget calls.`}
    </p>
  );
}
