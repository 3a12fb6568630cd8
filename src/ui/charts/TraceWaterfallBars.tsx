/** The bars of a line of a trace's waterfall: spans, self time, critical path, the usual range. */
import { memo } from 'react';
import type { Waterfall, WaterfallBar } from '../../stores/trace/trace-waterfall.ts';
import { serviceColourCss } from '../theme/service-colour.ts';
import { formatCount, formatMs } from '../widgets/format.ts';
import type { WaterfallLine } from './trace-waterfall-lines.ts';

/** Pixels. */
const ROW = 24;

export interface WaterfallBarsProps {
  readonly line: WaterfallLine;
  readonly x: (value: number) => number;
  readonly lengthMs: number;
  readonly width: number;
  readonly ticks: readonly number[];
}

/** Few elements per row, however many spans are merged into it: stepping draws all rows. */
export const WaterfallBars = memo(function WaterfallBars(props: WaterfallBarsProps) {
  const { line, x, lengthMs, width, ticks } = props;
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

export function WaterfallLegend({
  waterfall: { hasStarts, skewed, largestSkewMs },
}: {
  waterfall: Waterfall;
}) {
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
