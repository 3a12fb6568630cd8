/** The import ledger: what was set aside or mended, by reason, with examples to look up. */
import { useMemo, useState } from 'react';
import type { Dataset } from '../../../stores/dataset/dataset-store.ts';
import { describeLedger, type LedgerRow } from '../../../stores/dataset/ledger-view.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount } from '../../widgets/format.ts';
import { SaveTable } from '../../widgets/SaveTable.tsx';

interface LedgerTableProps {
  readonly dataset: Dataset;
  readonly maxNodes: number;
}

export function LedgerTable({ dataset, maxNodes }: LedgerTableProps) {
  const [open, setOpen] = useState(false);
  const { imported } = dataset;
  const rows = useMemo(() => describeLedger(imported, maxNodes), [imported, maxNodes]);
  if (rows.length === 0) {
    return (
      <p className="quiet">Every span that was read is in a tree; the import set nothing aside.</p>
    );
  }
  const countOf = (kind: LedgerRow['kind']): number =>
    rows.reduce((sum, row) => sum + (row.kind === kind ? row.count : 0), 0);
  const lost = countOf('loss');
  const mended = countOf('repair');
  return (
    <Disclosure
      open={open}
      onToggle={setOpen}
      summary={
        <>
          Import ledger: {formatCount(imported.spansRead, 'span')} read, {formatCount(lost)} set
          aside{mended > 0 && `, ${formatCount(mended)} mended and kept`}
        </>
      }
    >
      <SaveTable name="Import ledger">
        <table className="plain-table" aria-label="Import ledger">
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col" className="plain-table__number">
                Spans
              </th>
              <th scope="col">Examples</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.reason}>
                <th scope="row">
                  {row.text}
                  {row.kind === 'repair' && ' (kept)'}
                </th>
                <td className="plain-table__number">{formatCount(row.count)}</td>
                <td>
                  <ul className="ledger__examples">
                    {row.examples.map((example) => (
                      <li key={example}>{example}</li>
                    ))}
                  </ul>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </SaveTable>
    </Disclosure>
  );
}
