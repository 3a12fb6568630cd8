/** Latencies of a trace's nodes, observed and expected, as numbers to read and to copy. */
import { useState } from 'react';
import type { TraceExplanation } from '../../../detectors/explanation.ts';
import { nodeTotals } from '../../../stores/trace/explanation-view.ts';
import { BreakingName } from '../../widgets/BreakingName.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatMs, formatNumber, formatZ } from '../../widgets/format.ts';

export interface LatencyTableProps {
  readonly explanation: TraceExplanation;
  readonly names: readonly { readonly service: string; readonly operation: string }[];
  readonly hovered: number | null;
  readonly onHover: (node: number | null) => void;
}

export function LatencyTable({ explanation, names, hovered, onHover }: LatencyTableProps) {
  const { nodes } = explanation;
  const adds = nodeTotals(explanation.contributions.corrected);
  const [open, setOpen] = useState(false);
  return (
    <Disclosure open={open} onToggle={setOpen} summary="All nodes in numbers">
      <div className="scroll-x">
        <table className="plain-table score-nodes" aria-label="Latency by node">
          <thead>
            <tr>
              <th scope="col">node</th>
              <th scope="col" className="plain-table__number">
                observed
              </th>
              <th scope="col" className="plain-table__number">
                expected
              </th>
              <th scope="col" className="plain-table__number">
                z
              </th>
              <th scope="col" className="plain-table__number">
                log p, nats
              </th>
              <th scope="col" className="plain-table__number">
                adds, nats
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map(({ service, operation }, i) => (
              <tr
                // biome-ignore lint/suspicious/noArrayIndexKey: nodes of a tree are known by their index
                key={i}
                className={i === hovered ? 'node-lit' : undefined}
                onPointerEnter={() => onHover(i)}
                onPointerLeave={() => onHover(null)}
              >
                <th scope="row">
                  <BreakingName name={`${service}/${operation}`} />
                </th>
                <td className="plain-table__number">{formatMs(nodes.observedMs[i]!)}</td>
                <td className="plain-table__number">
                  {formatMs(nodes.expectedMs[i]!)} ± {formatMs(nodes.stdMs[i]!)}
                </td>
                <td className="plain-table__number">{formatZ(nodes.zScore[i]!)}</td>
                <td className="plain-table__number">{formatNumber(nodes.logLikelihood[i]!)}</td>
                <td className="plain-table__number">{formatNumber(adds[i]!)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Disclosure>
  );
}
