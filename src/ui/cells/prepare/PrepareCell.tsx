/** The cell: section A.4 on the dataset, step by step, before and after. */
import type { Dataset } from '../../../stores/dataset/dataset-store.ts';
import {
  PREPARE_STEPS,
  type PreparePhase,
  prepareCellState,
  prepareSource,
} from '../../../stores/prepare/prepare-store.ts';
import { useDataset, usePrepare, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatCount, formatDuration, formatMs } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { PrepareControls } from './PrepareControls.tsx';
import { PrepareHistograms } from './PrepareHistograms.tsx';
import { PrepareTable, STEP_WORDS } from './PrepareTable.tsx';
import './prepare.css';

export function PrepareCell() {
  const datasetState = useDataset((d) => d);
  const prepare = usePrepare((p) => p);
  const maxNodes = useRuns((r) => r.choices.model.maxNodes);
  const { dataset } = datasetState;
  const { status } = prepare;
  if (dataset === null) return null;
  return (
    <NotebookCell
      id="prepare"
      state={prepareCellState(prepare, datasetState, maxNodes)}
      section="§A.4"
      prose={
        <>
          Small and simple traces are most of the traffic and would bias the training. So all files
          are pooled, the slowest 1 % is dropped, traces are put into <G id="group">groups</G>, rare
          groups are dropped, and every group gives the same number to train, validation and test
          parts of 10&nbsp;:&nbsp;2&nbsp;:&nbsp;5. Anomalies are injected into copies of test
          traces. Skip this step if your data are already labelled and balanced.
        </>
      }
      action={<PrepareActions dataset={dataset} />}
      foot={dataset.preparation !== undefined && <PrepareFoot dataset={dataset} />}
    >
      {status.phase === 'failed' && (
        <FailureNotice kind="error" failure={status.failure} onDismiss={prepare.dismissFailure} />
      )}
      <PrepareControls disabled={status.phase === 'running'} />
      {status.phase === 'running' && <PrepareProgress status={status} />}
      <PrepareSteps dataset={dataset} />
    </NotebookCell>
  );
}

function PrepareActions({ dataset }: { readonly dataset: Dataset }) {
  const { status, prepare, undo } = usePrepare((p) => p);
  const importing = useDataset((d) => d.status.phase === 'importing');
  const busy = status.phase === 'running' || importing;
  const prepared = dataset.preparation !== undefined;
  const orphaned = dataset.preparation?.source === null;
  return (
    <>
      {prepared && !orphaned && (
        <Button
          disabled={busy}
          title={`Back to ${prepareSource(dataset).name}`}
          onClick={() => void undo()}
        >
          Undo preparing
        </Button>
      )}
      <Button
        variant="primary"
        disabled={busy || orphaned}
        {...(orphaned && { title: 'The dataset that this one was made from was deleted.' })}
        onClick={() => void prepare()}
      >
        {prepared ? 'Prepare again' : 'Prepare the dataset'}
      </Button>
    </>
  );
}

function PrepareProgress({
  status,
}: {
  readonly status: Extract<PreparePhase, { phase: 'running' }>;
}) {
  const cancel = usePrepare((p) => p.cancel);
  const step = PREPARE_STEPS.indexOf(status.step);
  return (
    <div className="data-cell__import">
      <ProgressBar
        label="Preparing"
        share={step / PREPARE_STEPS.length}
        text={`Step ${step + 1} of ${PREPARE_STEPS.length}: ${STEP_WORDS[status.step]}`}
      />
      <Button onClick={cancel}>Cancel preparing</Button>
    </div>
  );
}

function PrepareSteps({ dataset }: { readonly dataset: Dataset }) {
  const steps = usePrepare((p) => p.steps);
  if (steps.length === 0) return null;
  return (
    <>
      {dataset.preparation !== undefined && <Shortfall dataset={dataset} />}
      <PrepareTable steps={steps} />
      <PrepareHistograms steps={steps} />
    </>
  );
}

/** Anomalies that were asked for and could not be made. */
function Shortfall({ dataset }: { readonly dataset: Dataset }) {
  const { structure, structureWanted } = dataset.preparation!.report.anomalies;
  if (structure === structureWanted) return null;
  return (
    <Notice
      kind="warn"
      what={`${formatCount(structure)} of the ${formatCount(structureWanted)} structure anomalies that were asked for could be made.`}
      advice="Trees of two nodes have nothing to drop, and what is left must not be a normal structure."
    />
  );
}

function PrepareFoot({ dataset }: { readonly dataset: Dataset }) {
  const { report, source } = dataset.preparation!;
  const { smallestGroup, largestGroup, perGroup, slowestMs, anomalies, settings } = report;
  const facts = [
    source === null ? 'from a dataset that was deleted' : `from ${source.name}`,
    `draw ${settings.seed}`,
    ...(slowestMs === null ? [] : [`up to ${formatMs(slowestMs)}`]),
    `groups of ${formatCount(smallestGroup)} to ${formatCount(largestGroup, 'trace')}`,
    perGroup === null ? 'sizes kept' : `${formatCount(perGroup)} of each`,
    `${formatCount(anomalies.structure)} structure and ${formatCount(anomalies.time)} time anomalies injected`,
    ...(anomalies.labelled === 0 ? [] : [`${formatCount(anomalies.labelled)} labelled ones kept`]),
    `in ${formatDuration(dataset.imported.seconds)}`,
  ];
  return <>{facts.join(' · ')}</>;
}
