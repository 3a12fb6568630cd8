/**
 * Observed against expected latency, a row per node: bands of 1 and 3 standard deviations about the
 * mean, the observed latency as a dot, or a diamond where it is far out, and its z-score.
 */
import { serviceColourCss } from '../theme/service-colour.ts';
import { formatMs, formatZ } from '../widgets/format.ts';
import { ChartFigure } from './chart-parts.tsx';
import {
  band,
  isFar,
  type LatencyAxis,
  type LatencyRow,
  latencyAxis,
} from './latency-scale-axis.ts';
import { tickLabel } from './ticks.ts';
import { useWidth } from './use-size.ts';
import './latency-bands.css';

export type { LatencyRow } from './latency-scale-axis.ts';

export interface LatencyBandsProps {
  readonly title?: string;
  /** In the order of the tree's nodes; a row's index is what hover tells. */
  readonly rows: readonly LatencyRow[];
  readonly hovered?: number | null;
  readonly selected?: number | null;
  readonly onHover?: (row: number | null) => void;
  readonly onSelect?: (row: number) => void;
}

const ROW = 26;
const Z_WIDTH = 52;

export function LatencyBands(props: LatencyBandsProps) {
  const { title, rows, hovered = null, selected = null, onHover, onSelect } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const left = Math.max(120, Math.min(280, Math.round(width * 0.46)));
  const plot = Math.max(60, width - left - Z_WIDTH);
  const axis = latencyAxis(rows, plot);
  const far = rows.filter(isFar).length;
  const summary = `Observed and expected latency of ${rows.length} nodes, in ms; ${far} more than 3 standard deviations from the mean.`;
  const columns = { gridTemplateColumns: `${left}px ${plot}px ${Z_WIDTH}px` };
  return (
    <ChartFigure title={title} aside={<Key />} summary={summary} className="bands" ref={box}>
      <div className="bands__row bands__row--head" style={columns} aria-hidden="true">
        <span />
        <Ticks axis={axis} width={plot} />
        <span className="bands__z">z</span>
      </div>
      <ol className="bands__rows">
        {rows.map((row, i) => {
          const state = `${i === hovered ? ' bands__row--lit' : ''}${i === selected ? ' bands__row--selected' : ''}`;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is its node's index
            <li key={i}>
              <button
                type="button"
                className={`bands__row${state}`}
                style={columns}
                title={words(row)}
                aria-label={words(row)}
                aria-pressed={onSelect ? i === selected : undefined}
                onPointerEnter={() => onHover?.(i)}
                onPointerLeave={() => onHover?.(null)}
                onFocus={() => onHover?.(i)}
                onBlur={() => onHover?.(null)}
                onClick={() => onSelect?.(i)}
              >
                <span className="bands__name" style={{ paddingLeft: (row.depth ?? 0) * 8 }}>
                  <i style={{ background: serviceColourCss(row.service) }} />
                  <span className="bands__service">{row.service}</span>
                  <span className="bands__operation">{row.operation}</span>
                </span>
                <Band row={row} axis={axis} width={plot} />
                <span className={isFar(row) ? 'bands__z bands__z--far' : 'bands__z'}>
                  {formatZ(row.zScore)}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </ChartFigure>
  );
}

const words = ({ service, operation, observedMs, expectedMs, stdMs, zScore }: LatencyRow): string =>
  `${service} ${operation}: ${formatMs(observedMs)} observed, ${formatMs(expectedMs)} ± ${formatMs(stdMs)} expected, z ${formatZ(zScore)}`;

function Ticks({ axis, width }: { readonly axis: LatencyAxis; readonly width: number }) {
  return (
    <svg width={width} height={20} aria-hidden="true">
      {axis.ticks.map((tick, i) => (
        <text key={tick} x={axis.x(tick)} y={12} textAnchor={i === 0 ? 'start' : 'middle'}>
          {tickLabel(tick)}
          {i === axis.ticks.length - 1 ? ' ms' : ''}
        </text>
      ))}
    </svg>
  );
}

interface BandProps {
  readonly row: LatencyRow;
  readonly axis: LatencyAxis;
  readonly width: number;
}

function Band({ row, axis, width }: BandProps) {
  const { x, ticks } = axis;
  const middle = ROW / 2;
  const [low3, high3] = band(row, 3).map(x) as [number, number];
  const [low1, high1] = band(row, 1).map(x) as [number, number];
  const observed = x(row.observedMs);
  const cut = band(row, 3)[1] > (x.domain()[1] ?? 0);
  return (
    <svg width={width} height={ROW} aria-hidden="true">
      {ticks.map((tick) => (
        <line key={tick} className="bands__grid" x1={x(tick)} x2={x(tick)} y2={ROW} />
      ))}
      <rect
        className="bands__wide"
        x={low3}
        y={middle - 3}
        width={Math.max(1, high3 - low3)}
        height={6}
      />
      <rect
        className="bands__near"
        x={low1}
        y={middle - 5}
        width={Math.max(1, high1 - low1)}
        height={10}
      />
      {cut && <path className="bands__cut" d={`M${width - 5},${middle - 4}l4,4l-4,4`} />}
      <line
        className="bands__mean"
        x1={x(row.expectedMs)}
        x2={x(row.expectedMs)}
        y1={6}
        y2={ROW - 6}
      />
      {isFar(row) ? (
        <path className="bands__far" d={`M${observed},${middle - 6}l6,6l-6,6l-6,-6z`} />
      ) : (
        <circle className="bands__observed" cx={observed} cy={middle} r={3.5} />
      )}
    </svg>
  );
}

function Key() {
  return (
    <span className="bands__key">
      <svg width="12" height="12" aria-hidden="true">
        <circle className="bands__observed" cx="6" cy="6" r="3.5" />
      </svg>
      observed
      <svg width="12" height="12" aria-hidden="true">
        <path className="bands__far" d="M6,1l5,5l-5,5l-5,-5z" />
      </svg>
      beyond 3σ
      <svg width="26" height="12" aria-hidden="true">
        <rect className="bands__wide" y="3" width="26" height="6" />
        <rect className="bands__near" x="8" y="1" width="10" height="10" />
        <path className="bands__mean" d="M13,0v12" />
      </svg>
      μ ± 1σ, 3σ
    </span>
  );
}
