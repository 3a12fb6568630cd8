/** The histogram under the pointer or the arrow keys: range and counts of a bin, ranges of bins. */
import { formatCount } from '../widgets/format.ts';
import { ChartCursor } from './ChartCursor.tsx';
import { ChartTip } from './chart-parts.tsx';
import { Swatch } from './hatch.tsx';
import { binOf, type HistogramGroup, type HistogramLayout } from './histogram-layout.ts';

/** What the cursor has in common with the histogram that it is over. */
export interface CursorProps {
  /** Of the title and the quantity, for screen readers. */
  readonly label: string;
  /** [bins + 1] rising. */
  readonly edges: ArrayLike<number>;
  /** Quantity and unit of the x axis: "score (nats)". */
  readonly xLabel: string;
  readonly onSelection?: (range: readonly [number, number] | null) => void;
  /** A click or Enter on a bin. */
  readonly onBin?: (bin: number) => void;
  /** How a count is said, where counts are shares; a whole number unless told. */
  readonly formatY?: (value: number) => string;
}

interface HistogramCursorProps extends CursorProps {
  readonly layout: Pick<HistogramLayout, 'margin' | 'x'>;
  readonly bin: number | null;
  readonly setBin: (bin: number | null) => void;
  readonly width: number;
  readonly height: number;
  readonly formatX: (value: number) => string;
  readonly shown: readonly HistogramGroup[];
}

export function HistogramCursor(props: HistogramCursorProps) {
  const { layout, edges, shown, bin, setBin, label, onBin, onSelection, width, height } = props;
  const { formatY = formatCount } = props;
  const { margin } = layout;
  const range = (i: number) =>
    `${props.formatX(edges[i]!)} to ${props.formatX(edges[i + 1]!)} ${unitOf(props.xLabel)}`;
  const words = (i: number) =>
    `${range(i)}: ${shown.map((group) => `${formatY(group.counts[i]!)} ${group.label}`).join(', ')}`;
  return (
    <>
      <ChartCursor
        label={`${label}, counts by bin`}
        index={bin}
        count={edges.length - 1}
        valueText={bin === null ? '' : words(bin)}
        box={{
          left: margin.left,
          top: margin.top,
          width: width - margin.left - margin.right,
          height: height - margin.top - margin.bottom,
        }}
        onIndex={setBin}
        indexAt={(x) => binOf(edges, layout.x.invert(x + margin.left))}
        {...(onBin ? { onActivate: onBin } : {})}
        {...(onSelection
          ? {
              onRange: (from: number, to: number) =>
                onSelection([edges[Math.min(from, to)]!, edges[Math.max(from, to) + 1]!]),
              onClearRange: () => onSelection(null),
            }
          : {})}
      />
      {bin !== null && bin < edges.length - 1 && (
        <ChartTip x={layout.x(edges[bin + 1]!)} y={margin.top} boxWidth={width}>
          <div className="chart__tip-head">{range(bin)}</div>
          <table>
            <tbody>
              {shown.map((group) => (
                <tr key={group.id}>
                  <td>
                    <Swatch tone={group.tone} />
                    {group.label}
                  </td>
                  <td>{formatY(group.counts[bin]!)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ChartTip>
      )}
    </>
  );
}

/** "nats" of "score (nats)". */
const unitOf = (label: string): string => label.match(/\(([^)]+)\)/)?.[1] ?? '';
