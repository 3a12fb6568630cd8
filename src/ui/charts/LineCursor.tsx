/** Curves under the pointer or the arrow keys: the values of all of them at one epoch. */
import { ChartCursor } from './ChartCursor.tsx';
import { ChartTip } from './chart-parts.tsx';
import { DASH, type LineLayout, type LineSeries, nearestPlace, valueAt } from './line-layout.ts';
import { toneInk } from './tones.ts';

export interface LineCursorProps {
  readonly layout: LineLayout;
  readonly title: string;
  readonly series: readonly LineSeries[];
  readonly cursor: number | null;
  readonly setCursor: (x: number | null) => void;
  readonly xLabel: string;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
  readonly height: number;
  readonly width: number;
}

export function LineCursor(props: LineCursorProps) {
  const { title, layout, series, cursor, setCursor, xLabel, formatX, formatY, height, width } =
    props;
  const { margin, places } = layout;
  const index = cursor === null ? -1 : places.indexOf(cursor);
  const rows = series.flatMap((one) => {
    const value = cursor === null ? null : valueAt(one, cursor);
    return value === null ? [] : [{ one, text: formatY(value) }];
  });
  const head = `${xLabel} ${cursor === null ? '' : formatX(cursor)}`;
  return (
    <>
      <ChartCursor
        label={`${title}, values by ${xLabel}`}
        index={index < 0 ? null : index}
        count={places.length}
        valueText={`${head}: ${rows.map(({ one, text }) => `${one.label} ${text}`).join(', ')}`}
        box={{
          left: margin.left,
          top: margin.top,
          width: width - margin.left - margin.right,
          height: height - margin.top - margin.bottom,
        }}
        onIndex={(at) => setCursor(at === null ? null : (places[at] ?? null))}
        indexAt={(x) => nearestPlace(layout, x + margin.left)}
      />
      {cursor !== null && rows.length > 0 && (
        <ChartTip x={layout.x(cursor)} y={margin.top} boxWidth={width}>
          <div className="chart__tip-head">{head}</div>
          <table>
            <tbody>
              {rows.map(({ one, text }) => (
                <tr key={one.id}>
                  <td>
                    <svg
                      width="16"
                      height="4"
                      style={{ color: toneInk(one.tone ?? 'plain') }}
                      aria-hidden="true"
                    >
                      <path
                        className="line-chart__line"
                        d="M0 2h16"
                        strokeDasharray={one.dashed ? DASH : undefined}
                      />
                    </svg>
                    {one.label}
                  </td>
                  <td>{text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ChartTip>
      )}
    </>
  );
}
