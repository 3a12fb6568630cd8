/** Which parts make up a score: rows with bars that start where the one above ended. */
import { scaleLinear } from 'd3';
import { useId } from 'react';
import { formatNumber } from '../widgets/format.ts';
import { ChartFigure } from './chart-parts.tsx';
import { HatchDefs, hatch } from './hatch.tsx';
import { toneInk } from './tones.ts';
import { useWidth } from './use-size.ts';
import {
  type Ceiling,
  layoutWaterfall,
  type WaterfallBar,
  type WaterfallPart,
} from './waterfall-layout.ts';
import './waterfall.css';

export type { WaterfallPart } from './waterfall-layout.ts';

export interface WaterfallProps {
  readonly title?: string;
  readonly parts: readonly WaterfallPart[];
  readonly total: number;
  readonly totalLabel?: string;
  readonly remainderLabel?: string;
  readonly ceiling?: Ceiling;
  /** "nats" unless told. */
  readonly unit?: string;
  /** Bars of their own; 8 unless told. */
  readonly top?: number;
  readonly hoveredNode?: number | null;
  readonly onHoverNode?: (node: number | null) => void;
}

const ROW = 28;
const VALUE_WIDTH = 64;

/** A third of the width for words, within reason. */
const labelWidth = (width: number): number => Math.max(96, Math.min(220, Math.round(width * 0.36)));

export function Waterfall(props: WaterfallProps) {
  const { title, parts, total, totalLabel = 'score', unit = 'nats', top = 8 } = props;
  const { remainderLabel = 'remainder', ceiling, hoveredNode = null, onHoverNode } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const id = useId();
  const { bars, domain } = layoutWaterfall(parts, {
    total,
    top,
    totalLabel,
    remainderLabel,
    ...(ceiling && { ceiling }),
  });
  const left = labelWidth(width);
  const plot = Math.max(40, width - left - VALUE_WIDTH);
  const x = scaleLinear(domain, [2, plot - 2]);
  const first = bars[0]!;
  const summary = `${totalLabel} ${formatNumber(total)} ${unit}; largest part ${first.part.label} with ${formatNumber(first.part.value)} ${unit}.`;
  return (
    <ChartFigure
      title={title}
      name="What adds up to the score"
      aside={unit}
      summary={summary}
      className="waterfall"
      ref={box}
    >
      <ol
        className="waterfall__rows"
        style={{ gridTemplateColumns: `${left}px ${plot}px ${VALUE_WIDTH}px` }}
      >
        {bars.map((bar, i) => {
          const { part, kind } = bar;
          const node = part.node ?? null;
          const lit = node !== null && node === hoveredNode ? ' waterfall__row--lit' : '';
          return (
            <li
              key={part.id}
              className={`waterfall__row waterfall__row--${kind}${lit}`}
              onPointerEnter={() => onHoverNode?.(node)}
              onPointerLeave={() => onHoverNode?.(null)}
            >
              <span
                className="waterfall__label"
                title={`${part.label} ${part.detail ?? ''}: ${formatNumber(part.value)} ${unit}`}
              >
                {part.label}
                {part.detail !== undefined && (
                  <span className="waterfall__detail">{part.detail}</span>
                )}
              </span>
              <svg width={plot} height={ROW} aria-hidden="true">
                <HatchDefs id={`${id}-${i}`} tones={[part.tone ?? 'plain']} />
                <Bar bar={bar} x={x} last={i === bars.length - 1} fill={`${id}-${i}`} />
              </svg>
              <span className="waterfall__value">
                {kind !== 'total' && part.value > 0 ? '+' : ''}
                {formatNumber(part.value)}
              </span>
            </li>
          );
        })}
      </ol>
    </ChartFigure>
  );
}

interface BarProps {
  readonly bar: WaterfallBar;
  readonly x: (value: number) => number;
  readonly last: boolean;
  readonly fill: string;
}

function Bar({ bar, x, last, fill }: BarProps) {
  const { kind, from, to, part } = bar;
  const [low, high] = [Math.min(x(from), x(to)), Math.max(x(from), x(to))];
  const tone = part.tone ?? 'plain';
  const start = kind === 'total' ? to : from;
  const style =
    kind === 'total'
      ? { fill: 'var(--ink)' }
      : { fill: part.value < 0 ? 'var(--surface)' : hatch(fill, tone), stroke: toneInk(tone) };
  return (
    <>
      <line className="waterfall__zero" x1={x(0)} x2={x(0)} y2={ROW} />
      <rect x={low} y={7} width={Math.max(1.5, high - low)} height={14} style={style} />
      {part.value < 0 && kind !== 'total' && high - low > 12 && (
        <path
          className="waterfall__back"
          d={`M${(low + high) / 2 + 3},10l-4,4l4,4`}
          style={{ stroke: toneInk(tone) }}
        />
      )}
      {!last && kind !== 'total' && (
        <line className="waterfall__link" x1={x(to)} x2={x(to)} y1={21} y2={ROW} />
      )}
      {(kind === 'total' || from !== 0) && (
        <line className="waterfall__link" x1={x(start)} x2={x(start)} y2={7} />
      )}
    </>
  );
}
