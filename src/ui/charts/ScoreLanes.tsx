/**
 * Scores as marks in lanes, one a trace: the threshold as a dashed line, the inverted region
 * hatched. Marks glide when the scores change; a drag over the axis chooses a range.
 */
import { scaleSymlog } from 'd3';
import { useId, useMemo, useState } from 'react';
import { AxisBottom, ChartFigure, type Margin } from './chart-parts.tsx';
import type { HistogramProps } from './Histogram.tsx';
import { HistogramCursor } from './HistogramCursor.tsx';
import { HatchDefs } from './hatch.tsx';
import type { HistogramGroup } from './histogram-layout.ts';
import type { LaneMarks } from './lane-layout.ts';
import { MarkCanvas, type MarkKind } from './MarkCanvas.tsx';
import { textWidth } from './text-width.ts';
import { spacedTicks, symlogTicks } from './ticks.ts';
import { toneInk } from './tones.ts';
import { useWidth } from './use-size.ts';
import './score-lanes.css';

export interface ScoreLanesProps
  extends Pick<
    HistogramProps,
    'label' | 'xLabel' | 'threshold' | 'inverted' | 'selection' | 'onSelection' | 'onBin'
  > {
  readonly title: string;
  /** What a reader who cannot see the chart should know. */
  readonly summary: string;
  /** Lowest and highest score of the axis; nearly linear below `linearBelow`. */
  readonly domain: readonly [number, number];
  readonly linearBelow: number;
  /** `kind`: [marks] index into kinds */
  readonly marks: LaneMarks & { readonly kind: Uint8Array };
  /** [T] place of each trace on the axis, 0 to 1 */
  readonly places: Float32Array;
  readonly kinds: readonly MarkKind[];
  readonly inks: readonly string[];
  /** One a lane: name, tone and counts by bin, for the cursor. */
  readonly groups: readonly HistogramGroup[];
  /** [bins + 1] */
  readonly edges: ArrayLike<number>;
  readonly formatX: (value: number) => string;
}

/** Thinned by the gap between them. */
const MOST_TICKS = 12;

const LANE_HEIGHT = 62;
/** Above the lanes: the threshold's label, and below it that of the inverted region. */
const MARGIN: Margin = { top: 36, right: 10, bottom: 36, left: 10 };

export function ScoreLanes(props: ScoreLanesProps) {
  const { title, summary, domain, linearBelow, marks, places, groups } = props;
  const { threshold = null, inverted = null, selection = null } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const [bin, setBin] = useState<number | null>(null);
  const id = useId();
  const plot = { width: width - MARGIN.left - MARGIN.right, height: groups.length * LANE_HEIGHT };
  const height = MARGIN.top + plot.height + MARGIN.bottom;
  const x = scaleSymlog(domain, [MARGIN.left, width - MARGIN.right]).constant(linearBelow);
  const ticks = spacedTicks(
    symlogTicks(...domain, linearBelow, MOST_TICKS).filter((tick) => tick >= domain[0]),
    x,
    40,
  );
  const markPlaces = useMemo(
    () => ({ x: Float32Array.from(marks.row, (row) => places[row]!), y: marks.y }),
    [marks, places],
  );
  const across = ([from, to]: readonly [number, number]) => {
    const clamp = (value: number) =>
      Math.min(width - MARGIN.right, Math.max(MARGIN.left, x(value)));
    return { x: clamp(from), width: Math.max(0, clamp(to) - clamp(from)) };
  };
  const tall = { y: MARGIN.top, height: plot.height };
  return (
    <ChartFigure title={title} summary={summary} className="score-lanes" ref={box}>
      {width < 120 ? (
        <div className="chart__empty" style={{ height }} />
      ) : (
        <>
          <svg width={width} height={height} role="img" aria-label={summary}>
            <HatchDefs id={id} tones={[]} />
            {selection && (
              <rect className="histogram__selection" {...across(selection)} {...tall} />
            )}
            {inverted && (
              <rect
                {...across(inverted.range)}
                {...tall}
                style={{ fill: `url(#${id}-inverted)` }}
              />
            )}
            {groups.map((group, lane) => {
              const y = MARGIN.top + lane * LANE_HEIGHT;
              return (
                <line
                  key={group.id}
                  className="chart__grid"
                  x1={MARGIN.left}
                  x2={width - MARGIN.right}
                  y1={y}
                  y2={y}
                />
              );
            })}
            <AxisBottom
              scale={x}
              ticks={ticks}
              label={props.xLabel}
              labelAt="middle"
              y={MARGIN.top + plot.height}
            />
          </svg>
          <MarkCanvas
            {...plot}
            left={MARGIN.left}
            top={MARGIN.top}
            places={markPlaces}
            kind={marks.kind}
            kinds={props.kinds}
            inks={props.inks}
          />
          <svg className="score-lanes__over" width={width} height={height} aria-hidden="true">
            {groups.map((group, lane) => (
              <text
                key={group.id}
                className="score-lanes__name chart__over-marks"
                x={MARGIN.left + 4}
                y={MARGIN.top + lane * LANE_HEIGHT + 13}
                style={{ fill: toneInk(group.tone) }}
              >
                {group.label}
              </text>
            ))}
            {threshold !== null && (
              <ThresholdLine
                {...threshold}
                at={x(threshold.value)}
                height={plot.height}
                width={width}
              />
            )}
            {inverted !== null && (
              <text
                className="histogram__inverted chart__over-marks"
                x={MARGIN.left}
                y={MARGIN.top - 6}
              >
                {inverted.label}
              </text>
            )}
          </svg>
          <HistogramCursor
            {...props}
            layout={{ margin: MARGIN, x }}
            shown={groups}
            bin={bin}
            setBin={setBin}
            width={width}
            height={height}
          />
        </>
      )}
    </ChartFigure>
  );
}

function ThresholdLine(props: { label: string; at: number; height: number; width: number }) {
  const { label, at, height, width } = props;
  if (at < MARGIN.left || at > width - MARGIN.right) return null;
  const atEnd = at + textWidth(label, 12) + 8 > width;
  return (
    <g className="histogram__threshold">
      <line x1={at} x2={at} y1={MARGIN.top - 32} y2={MARGIN.top + height} />
      <text x={atEnd ? at - 5 : at + 5} y={MARGIN.top - 22} textAnchor={atEnd ? 'end' : 'start'}>
        {label}
      </text>
    </g>
  );
}
