/** Cell 6: the test traces by score; choosing one opens the inspector. */
import { detectorLabel, scoreUnit } from '../../detectors/catalog.ts';
import { cellStates } from '../../stores/cell-states.ts';
import type { LabelFilter } from '../../stores/inspect-store.ts';
import { useDataset, useInspect, useRuns } from '../app/notebook-context.ts';
import { formatCount, formatMs, formatNumber } from '../widgets/format.ts';
import { SegmentedControl } from '../widgets/Select.tsx';
import { type TableColumn, VirtualTable } from '../widgets/VirtualTable.tsx';
import { G } from './glossary.tsx';
import { LabelMark } from './labels.tsx';
import { NotebookCell } from './NotebookCell.tsx';
import { correctionsWords, NotScoredYet, useRanked, useScored } from './scored.tsx';

const FILTERS: readonly { readonly value: LabelFilter; readonly label: string }[] = [
  { value: 'flagged', label: 'flagged' },
  { value: 'all', label: 'all' },
  { value: 'normal', label: 'normal' },
  { value: 'structure', label: 'structure anomalies' },
  { value: 'time', label: 'time anomalies' },
];

const MISMATCH_WORDS = { true: '≠ differs', false: '= same', null: '–' } as const;

export function FlaggedCell() {
  const datasetState = useDataset((d) => d);
  const runs = useRuns((r) => r);
  const state = cellStates(datasetState, runs).flagged;
  return (
    <NotebookCell
      id="flagged"
      state={state}
      section="§2, §A.2"
      prose={
        <>
          A trace is flagged when its score is above the{' '}
          <G id="threshold">99th percentile of the validation scores</G>. A structure anomaly lacks
          calls that should be there; a time anomaly has calls, and their callers, that took much
          longer than their neighbours suggest. Choose a trace to see why.
        </>
      }
    >
      <RankedTable />
    </NotebookCell>
  );
}

function RankedTable() {
  const scored = useScored();
  const { trace: selected, filter, setFilter, inspect } = useInspect((i) => i);
  const ranked = useRanked(scored);
  if (scored === null || ranked === null) return <NotScoredYet what="ranked traces" />;
  const { row } = ranked;
  const columns: TableColumn[] = [
    { key: 'rank', title: 'rank', width: '64px', align: 'end', render: (i) => row(i).rank },
    {
      key: 'score',
      title: scoreUnit(scored.trained.detector) === 'nats' ? 'score, nats' : 'score',
      width: '96px',
      align: 'end',
      render: (i) => formatNumber(row(i).score),
    },
    {
      key: 'flagged',
      title: 'flagged',
      width: '80px',
      render: (i) => (row(i).flagged ? '⚑ yes' : 'no'),
    },
    {
      key: 'label',
      title: 'label',
      width: '150px',
      render: (i) => <LabelMark label={row(i).label} />,
    },
    {
      key: 'root',
      title: 'root operation',
      width: 'minmax(180px, 2fr)',
      render: (i) => `${row(i).service} / ${row(i).operation}`,
    },
    { key: 'nodes', title: 'nodes', width: '64px', align: 'end', render: (i) => row(i).nodes },
    {
      key: 'latency',
      title: 'latency',
      width: '88px',
      align: 'end',
      render: (i) => formatMs(row(i).latencyMs),
    },
    {
      key: 'mismatch',
      title: 'reconstruction',
      width: '112px',
      render: (i) => MISMATCH_WORDS[String(row(i).mismatch) as 'true' | 'false' | 'null'],
    },
    {
      key: 'trace',
      title: 'trace',
      width: 'minmax(120px, 1fr)',
      mono: true,
      render: (i) => row(i).traceId,
    },
  ];
  const at = selected === null ? -1 : ranked.indexOf(selected);
  return (
    <>
      <div className="table-controls">
        <SegmentedControl label="Show" value={filter} options={FILTERS} onChange={setFilter} />
        <p className="quiet">
          {formatCount(ranked.length)} of {formatCount(scored.chosen.rows.length)} test traces, by{' '}
          {detectorLabel(scored.trained.detector)}, {correctionsWords(scored)}
        </p>
      </div>
      <VirtualTable
        label="Test traces by score"
        rowCount={ranked.length}
        columns={columns}
        minWidth={960}
        selected={at === -1 ? null : at}
        onSelect={(i) => void inspect(row(i).trace)}
        rowKey={(i) => row(i).trace}
        empty="No trace is in this group. Choose “all” to see every test trace."
      />
    </>
  );
}
