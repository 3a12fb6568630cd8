/** The settings of several runs side by side, first of all those that differ. */
import { useMemo, useState } from 'react';
import type { RunEntry } from '../../../stores/run/kept-runs-store.ts';
import { settingRows } from '../../../stores/run/run-comparison.ts';
import { formatCount } from '../../widgets/format.ts';
import { Checkbox } from '../../widgets/NumberField.tsx';
import { SaveTable } from '../../widgets/SaveTable.tsx';

export function RunSettingsTable({ entries }: { readonly entries: readonly RunEntry[] }) {
  const [differencesOnly, setDifferencesOnly] = useState(true);
  const rows = useMemo(() => settingRows(entries), [entries]);
  const differing = rows.filter(({ differs }) => differs).length;
  const shown = differencesOnly ? rows.filter(({ differs }) => differs) : rows;
  return (
    <>
      <div className="table-controls">
        <p className="quiet">
          {formatCount(differing)} of {formatCount(rows.length, 'setting')}{' '}
          {differing === 1 ? 'differs' : 'differ'} between these runs.
        </p>
        <Checkbox
          label="Differences only"
          checked={differencesOnly}
          onChange={setDifferencesOnly}
        />
      </div>
      {shown.length > 0 && (
        <SaveTable name="Settings of the compared runs">
          <div className="scroll-x">
            <table className="plain-table" aria-label="Settings of the compared runs">
              <thead>
                <tr>
                  <th scope="col">setting</th>
                  {entries.map(({ id, name }) => (
                    <th key={id} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map(({ name, values }) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    {values.map((value, i) => (
                      <td key={entries[i]!.id}>{value}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </SaveTable>
      )}
    </>
  );
}
