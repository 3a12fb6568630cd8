/** The cell: two periods side by side, of the dataset or of another one; a range of the traffic is one of them. */
import { useEffect } from 'react';
import { changesCellState } from '../../../stores/page/cell-states.ts';
import { useChanges, useDataset } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { ChangesTable } from './ChangesTable.tsx';
import { PeriodFields } from './PeriodFields.tsx';
import { Traffic } from './Traffic.tsx';
import './changes.css';

export function ChangesCell() {
  const state = useChanges((c) => changesCellState(c.report.phase));
  return (
    <NotebookCell
      id="changes"
      state={state}
      section="about"
      prose={
        <>
          Compares two periods: calls that are new or lost, calls that became slower by themselves,
          and where errors begin. Every change is counted as a share of requests, so that a fifth of
          them four times slower is seen even where the median stays.
        </>
      }
    >
      <Periods />
    </NotebookCell>
  );
}

function Periods() {
  const show = useChanges((c) => c.show);
  const timeline = useChanges((c) => c.timeline);
  const dataset = useDataset((d) => d.dataset?.id);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another dataset has another timeline
  useEffect(() => void show(), [show, dataset, timeline.phase]);
  return (
    <>
      {timeline.phase === 'done' && timeline.value !== null && (
        <Traffic timeline={timeline.value} />
      )}
      {timeline.phase === 'failed' && <FailureNotice kind="error" failure={timeline.failure} />}
      <PeriodFields timed={timeline.phase === 'done' && timeline.value !== null} />
      <Report />
    </>
  );
}

function Report() {
  const report = useChanges((c) => c.report);
  const cancel = useChanges((c) => c.cancel);
  switch (report.phase) {
    case 'none':
      return null;
    case 'running':
      return (
        <div className="changes-running">
          <ProgressBar label="Comparing" share={null} text="Comparing every call" />
          <Button onClick={cancel}>Cancel</Button>
        </div>
      );
    case 'failed':
      return <FailureNotice kind="error" failure={report.failure} />;
    case 'done':
      return <ChangesTable report={report.value} />;
  }
}
