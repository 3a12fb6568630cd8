/** The critical path of a trace: the calls that its request had to wait for. */
import { useMemo, useState } from 'react';
import { criticalPathRows } from '../../../stores/trace/critical-path-view.ts';
import { useDataset } from '../../app/notebook-context.ts';
import { BreakingName } from '../../widgets/BreakingName.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount, formatMs, formatPercent } from '../../widgets/format.ts';
import { G } from '../page/glossary.tsx';

export function CriticalPathView({ trace }: { readonly trace: number }) {
  const [open, setOpen] = useState(false);
  const traces = useDataset((d) => d.dataset?.imported.traces ?? null);
  const rows = useMemo(
    () => (traces === null ? [] : criticalPathRows(traces, trace)),
    [traces, trace],
  );
  const on = rows.filter(({ critical }) => critical);
  return (
    <Disclosure
      open={open}
      onToggle={setOpen}
      summary={`Critical path: ${on.length} of ${formatCount(rows.length, 'node')}`}
    >
      <p className="quiet">
        The calls that the request <G id="criticalPath">had to wait for</G>, each with what it took
        itself.
      </p>
      <ol className="critical-path" aria-label="Critical path">
        {on.map(({ node, depth, service, operation, latencyMs, ownMs, share }) => (
          <li key={node} style={{ paddingInlineStart: `${depth * 14}px` }}>
            <span className="critical-path__name">
              <BreakingName name={`${service}/${operation}`} />
            </span>
            <span className="critical-path__time">
              {formatMs(latencyMs)}, itself {formatMs(ownMs)} ({formatPercent(share)})
            </span>
          </li>
        ))}
      </ol>
    </Disclosure>
  );
}
