/** What preparing took out of the dataset and put in, by step, where the dataset is described. */
import { useState } from 'react';
import type { PrepareReport } from '../../../stores/prepare/prepare-store.ts';
import { preparedChanges } from '../../../stores/prepare/prepared-changes.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount } from '../../widgets/format.ts';
import { SaveTable } from '../../widgets/SaveTable.tsx';
import { changeWords, preparedSummary } from './prepared-words.ts';

export function PreparedChanges({ report }: { readonly report: PrepareReport }) {
  const [open, setOpen] = useState(true);
  const changes = preparedChanges(report);
  const { steps, anomalies } = report;
  return (
    <Disclosure open={open} onToggle={setOpen} summary={preparedSummary(report)}>
      <SaveTable name="What preparing changed">
        <table className="plain-table" aria-label="What preparing changed">
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col" className="plain-table__number">
                Traces
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">as imported</th>
              <td className="plain-table__number">{formatCount(steps[0]!.after.traces)}</td>
            </tr>
            {changes.map(({ reason, traces }) => (
              <tr key={reason}>
                <th scope="row">{changeWords(reason, report)}</th>
                <td className="plain-table__number">
                  {traces > 0 && '+'}
                  {formatCount(traces)}
                </td>
              </tr>
            ))}
            <tr>
              <th scope="row">
                prepared
                {anomalies.labelled > 0 &&
                  `, with ${formatCount(anomalies.labelled)} labelled as anomalies in the files, which all test`}
              </th>
              <td className="plain-table__number">{formatCount(steps.at(-1)!.after.traces)}</td>
            </tr>
          </tbody>
        </table>
      </SaveTable>
    </Disclosure>
  );
}
