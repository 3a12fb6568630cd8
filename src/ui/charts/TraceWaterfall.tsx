/**
 * A trace over time next to what is usual: a row for each node of the merged tree, with its spans,
 * their self time in full colour, the critical path as a line below, and the usual range as a band
 * on the same scale. Missing calls have rows without a bar. A tree to the keyboard: one stop, arrows
 * move, right and left show and hide the spans of a node.
 */
import { scaleLinear } from 'd3';
import { type KeyboardEvent, memo, useMemo, useRef, useState } from 'react';
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
});

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

const Name = memo(function Name({ line, isOpen, canOpen, width }: NameProps) {
  const { row, bars, depth, span } = line;
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
});

interface BarsProps {
  readonly line: Line;
  readonly x: (value: number) => number;
  readonly lengthMs: number;
  readonly width: number;
  readonly ticks: readonly number[];
}

/** Few elements per row, however many spans are merged into it: stepping draws all rows. */
const Bars = memo(function Bars({ line, x, lengthMs, width, ticks }: BarsProps) {
  const { row, bars, span } = line;
  const fill = { fill: serviceColourCss(row.service) };
  const from = row.startMs ?? 0;
  const box = (begin: number, end: number, least: number): string => {
    const left = x(begin);
    return `M${left.toFixed(1)},4h${Math.max(least, x(end) - left).toFixed(1)}v10H${left.toFixed(1)}z`;
  };
  const boxes = (of: readonly WaterfallBar[]): string =>
    of
      .map(({ startMs, durationMs }) => box(startMs ?? 0, (startMs ?? 0) + durationMs, 1.5))
      .join('');
  const marked = {
    error: bars.filter(({ isError }) => isError),
    skewed: bars.filter(({ isError, earlyMs, lateMs }) => !isError && (earlyMs > 0 || lateMs > 0)),
  };
  const self = bars.flatMap((bar) => bar.self.map(([begin, end]) => box(begin, end, 0.5)));
  const critical = bars.flatMap((bar) =>
    bar.critical.map(
      ([begin, end]) => `M${x(begin).toFixed(1)},15H${Math.max(x(begin) + 0.5, x(end)).toFixed(1)}`,
    ),
  );
  return (
    <svg width={width} height={ROW} aria-hidden="true">
      <path
        className="waterfall-of__grid"
        d={ticks.map((tick) => `M${x(tick).toFixed(1)},0V${ROW}`).join('')}
      />
      {bars.length > 0 && <path className="waterfall-of__bar" d={boxes(bars)} style={fill} />}
      {self.length > 0 && <path d={self.join('')} style={fill} />}
      {critical.length > 0 && <path className="waterfall-of__critical" d={critical.join('')} />}
      {marked.skewed.length > 0 && (
        <path className="waterfall-of__skewed" d={boxes(marked.skewed)} />
      )}
      {marked.error.length > 0 && <path className="waterfall-of__failed" d={boxes(marked.error)} />}
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
});

interface UsualBandProps {
  /** Pixels: where the call begins, and where half and where all but one of 100 others end. */
  readonly from: number;
  readonly low: number;
  readonly high: number;
  /** The end lies behind the plot's. */
  readonly isCut: boolean;
}

function UsualBand({ from, low, high, isCut }: UsualBandProps) {
  const [at, begin, end] = [from, low, Math.max(low + 1.5, high)].map((px) => px.toFixed(1));
  return (
    <>
      <path className="waterfall-of__usual-lead" d={`M${at},19.5H${begin}`} />
      <path
        className="waterfall-of__usual"
        d={`M${begin},18H${end}v3H${begin}z${isCut ? '' : `M${end},16.5v6`}`}
      />
    </>
  );
}

function Legend({ waterfall: { hasStarts, skewed, largestSkewMs } }: { waterfall: Waterfall }) {
  return (
    <p className="waterfall-of__note">
      <svg width={28} height={24} aria-hidden="true" className="waterfall-of__key">
        <UsualBand from={0} low={8} high={26} isCut={false} />
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
