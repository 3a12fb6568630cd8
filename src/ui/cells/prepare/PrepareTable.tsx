/** Table 4 after every step: what each one leaves, and what it changed. */
import type { ReactNode } from 'react';
import type { PrepareStep, TraceDescription } from '../../../stores/prepare/prepare-store.ts';
import type { StepReport } from '../../../stores/prepare/prepare-view.ts';
import { formatCount, formatMs, formatNumber } from '../../widgets/format.ts';
import { SaveTable } from '../../widgets/SaveTable.tsx';
import { G } from '../page/glossary.tsx';

export const STEP_WORDS: Readonly<Record<PrepareStep, string>> = {
  source: 'as imported',
  fit: 'normal, within N_max',
  slowest: 'slowest dropped',
  groups: 'rare groups dropped',
  parts: 'parts drawn',
  anomalies: 'anomalies injected',
};

interface Statistic {
  readonly key: string;
  readonly term: ReactNode;
  readonly read: (description: TraceDescription) => string;
}

const STATISTICS: readonly Statistic[] = [
  { key: 'traces', term: 'traces', read: (d) => formatCount(d.traces) },
  { key: 'groups', term: <G id="group">groups</G>, read: (d) => formatCount(d.groups) },
  {
    key: 'structures',
    term: <G id="structure">structures</G>,
    read: (d) => formatCount(d.structures),
  },
  { key: 'services', term: 'services', read: (d) => formatCount(d.services) },
  { key: 'operations', term: 'operations', read: (d) => formatCount(d.operations) },
  { key: 'roots', term: 'root operations', read: (d) => formatCount(d.rootOperations) },
  { key: 'mean', term: 'nodes, mean', read: (d) => formatNumber(d.meanNodes) },
  { key: 'max', term: 'nodes, largest', read: (d) => formatCount(d.maxNodes) },
  { key: 'depth', term: 'depth, largest', read: (d) => formatCount(d.maxDepth) },
  { key: 'p90', term: 'root latency, p90', read: (d) => formatMs(d.latencyMs?.p90) },
  { key: 'p95', term: 'root latency, p95', read: (d) => formatMs(d.latencyMs?.p95) },
  { key: 'p99', term: 'root latency, p99', read: (d) => formatMs(d.latencyMs?.p99) },
];

export function PrepareTable({ steps }: { readonly steps: readonly StepReport[] }) {
  return (
    <SaveTable name="Statistics after each step">
      <div className="scroll-x">
        <table
          className={`plain-table prepare-table ${steps.length === 1 ? 'prepare-table--one' : ''}`}
          aria-label="Statistics after each step"
        >
          <thead>
            <tr>
              <th scope="col">After</th>
              {steps.map(({ step }) => (
                <th key={step} scope="col" className="plain-table__number">
                  {STEP_WORDS[step]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {STATISTICS.map(({ key, term, read }) => (
              <tr key={key}>
                <th scope="row">{term}</th>
                {steps.map(({ step, after }, i) => {
                  const value = read(after);
                  const before = i === 0 ? value : read(steps[i - 1]!.after);
                  return (
                    <td
                      key={step}
                      className={`plain-table__number ${value === before ? 'prepare-table__same' : ''}`}
                    >
                      {value}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </SaveTable>
  );
}
