/** The open trace beside the normal one that is most like it: structure and latencies. */
import { useEffect, useMemo, useState } from 'react';
import type { NearestTrace } from '../../../inspect/nearest-trace.ts';
import { comparedTraces } from '../../../stores/trace/comparison-view.ts';
import { useComparison, useInspect } from '../../app/notebook-context.ts';
import { DIFF_MARKS } from '../../charts/TreeComparison.tsx';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount, formatMs, formatNumber } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import type { Scored } from '../scores/scored.tsx';

interface NearestProps {
  readonly scored: Scored;
  readonly trace: number;
}

export function NearestNormal({ scored, trace }: NearestProps) {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure summary="Nearest normal trace" open={open} onToggle={setOpen}>
      <Nearest key={trace} scored={scored} trace={trace} />
    </Disclosure>
  );
}

function Nearest({ scored, trace }: NearestProps) {
  const nearest = useComparison((c) => c.nearest);
  const findNearest = useComparison((c) => c.findNearest);
  // Again where the scores changed, and with them what is normal.
  const stale = nearest.phase === 'none';
  useEffect(() => {
    void findNearest(trace);
  }, [trace, findNearest]);
  useEffect(() => {
    if (stale) void findNearest(trace);
  }, [stale, trace, findNearest]);
  switch (nearest.phase) {
    case 'none':
    case 'running':
      return <ProgressBar label="Comparing" share={null} text="Looking for a normal trace" />;
    case 'failed':
      return <FailureNotice kind="error" failure={nearest.failure} />;
    case 'done':
      return nearest.value === null ? (
        <p className="quiet">No other trace is normal: all are flagged or labelled as anomalies.</p>
      ) : (
        <Pair scored={scored} trace={trace} nearest={nearest.value} />
      );
  }
}

interface PairProps extends NearestProps {
  readonly nearest: NearestTrace;
}

function Pair({ scored, trace, nearest }: PairProps) {
  const { traces } = scored.dataset.imported;
  const { node: lit, setNode: highlight } = useInspect((i) => i);
  const rows = useMemo(
    () => comparedTraces(traces, trace, nearest.trace),
    [traces, trace, nearest.trace],
  );
  return (
    <div className="nearest">
      <p className="quiet">
        {nearest.sameStructure
          ? `Nearest in latency of ${formatCount(nearest.among, 'normal trace')} of the same structure.`
          : 'No normal trace has this structure; this one’s differs in the fewest nodes.'}{' '}
        Latencies differ by a factor of {formatNumber(Math.exp(nearest.distance))} a node, root mean
        square.
      </p>
      <div className="scroll-x">
        <table className="plain-table" aria-label="Nearest normal trace, node by node">
          <thead>
            <tr>
              <th scope="col">node</th>
              <th scope="col" className="plain-table__number">
                this trace
              </th>
              <th scope="col" className="plain-table__number">
                normal
              </th>
              <th scope="col" className="plain-table__number">
                ratio
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, status, depth, name, normalName, node, ownMs, normalMs }) => (
              <tr
                key={key}
                className={node !== null && node === lit ? 'node-lit' : undefined}
                onPointerEnter={() => highlight(node)}
                onPointerLeave={() => highlight(null)}
              >
                <th
                  scope="row"
                  style={{ paddingInlineStart: Math.min(depth, DEEPEST) * INDENT_PX }}
                >
                  {status !== 'same' && (
                    <>
                      {DIFF_MARKS[status].glyph}{' '}
                      <span className="quiet">
                        {status === 'missing'
                          ? 'only in the normal one: '
                          : status === 'unexpected'
                            ? 'only in this one: '
                            : `${normalName} there: `}
                      </span>
                    </>
                  )}
                  {name}
                </th>
                <td className="plain-table__number">{ownMs === null ? '–' : formatMs(ownMs)}</td>
                <td className="plain-table__number">
                  {normalMs === null ? '–' : formatMs(normalMs)}
                </td>
                <td className="plain-table__number">
                  {ownMs === null || normalMs === null || normalMs === 0
                    ? '–'
                    : `× ${formatNumber(ownMs / normalMs)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <OpenNormal scored={scored} trace={nearest.trace} />
    </div>
  );
}

const INDENT_PX = 10;
const DEEPEST = 10;

/** Only scored traces can be explained. */
function OpenNormal({ scored, trace }: NearestProps) {
  const inspect = useInspect((i) => i.inspect);
  if (!scored.scores.test.trace.includes(trace)) return null;
  return (
    <Button size="small" onClick={() => void inspect(trace)}>
      Open the normal trace
    </Button>
  );
}
