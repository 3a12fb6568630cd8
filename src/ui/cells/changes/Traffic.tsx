/** Traffic over time as a strip: traces, those with errors, those flagged. A drag chooses the second period. */
import type { Timeline } from '../../../changes/timeline.ts';
import { useChanges } from '../../app/notebook-context.ts';
import { Histogram, type HistogramGroup } from '../../charts/Histogram.tsx';
import { formatCount } from '../../widgets/format.ts';

export function Traffic({ timeline }: { readonly timeline: Timeline }) {
  const after = useChanges((c) => c.after);
  const choose = useChanges((c) => c.choose);
  const { fromUs, binUs, traces, failed, flagged, untimed } = timeline;
  const edges = Float64Array.from({ length: traces.length + 1 }, (_, i) => fromUs + i * binUs);
  const groups: HistogramGroup[] = [
    { id: 'traces', label: 'traces', tone: 'normal', counts: traces },
    { id: 'failed', label: 'with errors', tone: 'structure', counts: failed },
    { id: 'flagged', label: 'flagged', tone: 'time', counts: flagged },
  ];
  return (
    <>
      <Histogram
        title="Traffic over time"
        label="Traffic over time"
        edges={edges}
        groups={groups}
        countScale="log"
        xTime
        xLabel="start of the trace"
        formatX={momentWords}
        height={132}
        selection={after?.kind === 'time' ? [after.fromUs, after.toUs] : null}
        onSelection={(range) => {
          void choose({
            after:
              range === null
                ? null
                : { kind: 'time', fromUs: range[0], toUs: endOf(range[1], edges) },
          });
        }}
      />
      {untimed > 0 && (
        <p className="quiet">{formatCount(untimed, 'trace')} without a start time not shown.</p>
      )}
    </>
  );
}

/** A period ends before its end; the last trace of all begins at the last edge. */
const endOf = (toUs: number, edges: Float64Array): number =>
  toUs === edges.at(-1) ? toUs + 1 : toUs;

const MOMENT = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** @param us microseconds since the epoch */
export const momentWords = (us: number): string => MOMENT.format(us / 1e3);
