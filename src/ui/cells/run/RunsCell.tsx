/** The kept runs of this dataset: which is shown, and how they differ. */

import { useState } from 'react';
import { detectorLabel } from '../../../detectors/catalog.ts';
import { VARIANTS, type Variant, variantWords } from '../../../scoring/corrections/list.ts';
import type { CellState } from '../../../stores/page/cell-states.ts';
import {
  canShowAnother,
  MOST_COMPARED,
  type RunEntry,
  shownRun,
} from '../../../stores/run/kept-runs-store.ts';
import {
  entryDetector,
  epochWords,
  hasVariants,
  type MetricCell,
  metricRows,
  type RunMetric,
} from '../../../stores/run/run-comparison.ts';
import { useInspect, useKeptRuns, useRuns } from '../../app/notebook-context.ts';
import { formatDate, formatPercent, formatPoints, formatScore } from '../../widgets/format.ts';
import { KeptActions, KeptName } from '../../widgets/KeptRow.tsx';
import { SaveTable } from '../../widgets/SaveTable.tsx';
import { Select } from '../../widgets/Select.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { RunCurves } from './RunCurves.tsx';
import { RunSettingsTable } from './RunSettingsTable.tsx';
import './runs.css';

export const runsCellState = (kept: number): CellState => (kept === 0 ? 'not-run' : 'done');

export function RunsCell() {
  const { entries, compared, failure, dismissFailure } = useKeptRuns((k) => k);
  const chosen = entries.filter(({ id }) => compared.includes(id));
  return (
    <NotebookCell
      id="runs"
      state={runsCellState(entries.length)}
      section="§6.6, Table 1"
      prose={
        <>
          Every run of this dataset is kept with its settings, curves and scores. Choose one to show
          it in the cells around; tick some to lay their curves over each other; take one as the
          baseline to see what another setting changes.
        </>
      }
    >
      {failure !== null && (
        <FailureNotice kind="error" failure={failure} onDismiss={dismissFailure} />
      )}
      {entries.length === 0 ? (
        <p className="quiet">No run yet. Start training in cell 4; each run is kept here.</p>
      ) : (
        <>
          <RunTable entries={entries} compared={compared} />
          {chosen.length > 1 && (
            <>
              <RunCurves entries={chosen} />
              <RunSettingsTable entries={chosen} />
            </>
          )}
        </>
      )}
    </NotebookCell>
  );
}

/** The glossary explains each; a number is better where it is higher, but for the last. */
const COLUMNS: readonly { readonly id: RunMetric; readonly title: React.ReactNode }[] = [
  { id: 'bestF', title: <G id="bestF">best F</G> },
  { id: 'structureF', title: 'structure' },
  { id: 'timeF', title: 'time' },
  { id: 'auroc', title: <G id="auroc">ROC-AUC</G> },
  { id: 'ap', title: <G id="ap">avg precision</G> },
  { id: 'atF', title: <G id="threshold">F at threshold</G> },
  { id: 'below', title: <G id="inversion">inverted</G> },
];

interface RunTableProps {
  readonly entries: readonly RunEntry[];
  readonly compared: readonly string[];
}

function RunTable({ entries, compared }: RunTableProps) {
  const [variant, setVariant] = useState<Variant>('full');
  const baseline = useKeptRuns((k) => k.baseline);
  const setBaseline = useKeptRuns((k) => k.setBaseline);
  const detector = useInspect((i) => i.detector);
  const rows = metricRows(entries, { detector, variant, baseline });
  const measured = [
    ...new Set(entries.flatMap((entry) => entryDetector(entry, detector)?.detector ?? [])),
  ];
  const varied = entries.some((entry) => hasVariants(entry, detector));
  return (
    <>
      {measured.length > 0 && (
        <p className="quiet">
          Metrics of {measured.map(detectorLabel).join(' and ')}; choose another detector in Scores.
        </p>
      )}
      <div className="table-controls">
        {varied && (
          <Select
            label="Score variant"
            value={variant}
            options={VARIANTS.map((value) => ({ value, label: variantWords(value) }))}
            onChange={setVariant}
          />
        )}
        <Select
          label="Baseline"
          value={baseline ?? ''}
          options={[
            { value: '', label: 'none' },
            ...entries.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(id) => setBaseline(id === '' ? null : id)}
        />
      </div>
      <SaveTable name="Runs">
        <div className="scroll-x">
          <table className="plain-table runs-table" aria-label="Runs">
            <thead>
              <tr>
                <th scope="col">
                  <span className="said-only">Compare</span>
                </th>
                <th scope="col">run</th>
                {COLUMNS.map(({ id, title }) => (
                  <th key={id} scope="col" className="plain-table__number">
                    {title}
                  </th>
                ))}
                <th scope="col">
                  <span className="said-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ entry, cells }) => (
                <RunRow
                  key={entry.id}
                  entry={entry}
                  cells={cells}
                  compared={compared.includes(entry.id)}
                  full={compared.length >= MOST_COMPARED}
                  isBaseline={entry.id === baseline}
                />
              ))}
            </tbody>
          </table>
        </div>
      </SaveTable>
    </>
  );
}

interface RunRowProps {
  readonly entry: RunEntry;
  readonly cells: Readonly<Record<RunMetric, MetricCell>>;
  readonly compared: boolean;
  /** As many are compared as can be. */
  readonly full: boolean;
  readonly isBaseline: boolean;
}

function RunRow({ entry, cells, compared, full, isBaseline }: RunRowProps) {
  const { id, name, preset, settings, savedAt } = entry;
  const epochs = useInspect((i) => epochWords(entry, i.detector));
  const [renaming, setRenaming] = useState(false);
  const { show, rename, remove, compare } = useKeptRuns((k) => k);
  const shown = useRuns((r) => shownRun(r.training)) === id;
  const canShow = useRuns((r) => canShowAnother(r.training));
  return (
    <tr className={shown ? 'kept-row--at-hand' : undefined} aria-current={shown || undefined}>
      <td>
        <input
          type="checkbox"
          aria-label={`Compare ${name}`}
          checked={compared}
          disabled={!compared && full}
          onChange={(event) => compare(id, event.currentTarget.checked)}
        />
      </td>
      <th scope="row">
        <KeptName
          name={name}
          renaming={renaming}
          atHand={shown ? `${name}, shown` : null}
          hint="Show this run in the cells around"
          disabled={!canShow}
          onOpen={() => void show(id)}
          onName={(next) => void rename(id, next)}
          onDone={() => setRenaming(false)}
        />
        <span className="runs-table__made">
          {preset}, seed {settings.seed}, {epochs} ·{' '}
          <time dateTime={new Date(savedAt).toISOString()}>{formatDate(savedAt)}</time>
          {isBaseline && ' · baseline'}
        </span>
      </th>
      {COLUMNS.map((column) => (
        <td
          key={column.id}
          className="plain-table__number"
          data-value={cells[column.id].value ?? undefined}
        >
          <Metric id={column.id} {...cells[column.id]} />
        </td>
      ))}
      <KeptActions
        name={name}
        renaming={renaming}
        onRename={() => setRenaming(true)}
        onDelete={() => void remove(id)}
      />
    </tr>
  );
}

function Metric({ id, value, delta }: MetricCell & { readonly id: RunMetric }) {
  const isShare = id === 'below';
  const change = delta === null ? null : isShare ? points(delta) : signed(delta);
  return (
    <>
      {isShare ? formatPercent(value) : formatScore(value)}
      {change !== null && <span className="runs-table__delta">{change}</span>}
    </>
  );
}

const points = (delta: number): string => (delta === 0 ? '±0' : formatPoints(delta));

/** The sign says the direction; no colour, as lower is better in some columns. */
const signed = (delta: number): string => {
  const text = formatScore(Math.abs(delta));
  return Number(text) === 0 ? '±0' : `${delta > 0 ? '+' : '−'}${text}`;
};
