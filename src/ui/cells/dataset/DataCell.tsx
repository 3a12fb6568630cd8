/** The cell: bring a dataset in, see what it holds and what was set aside. */
import { useMemo, useState } from 'react';
import type { SetCounts } from '../../../features/set-counts.ts';
import type { Dataset } from '../../../stores/dataset/dataset-store.ts';
import { summarise } from '../../../stores/dataset/dataset-summary.ts';
import { dataCellState } from '../../../stores/page/cell-states.ts';
import { prepareSource } from '../../../stores/prepare/prepare-store.ts';
import {
  useDataset,
  useExport,
  useNotebook,
  useNotebookFile,
  usePreferences,
  useRuns,
  useSurvey,
} from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { downloadWritten } from '../../widgets/download.ts';
import { DropZone, FilePicker } from '../../widgets/FileDrop.tsx';
import { formatCount, formatDuration, formatRate } from '../../widgets/format.ts';
import { StatTable } from '../../widgets/StatTable.tsx';
import { useCellState } from '../page/cell-state.ts';
import { FailureInView } from '../page/FailureInView.tsx';
import { G } from '../page/glossary.tsx';
import { Intro } from '../page/Intro.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { DatasetComing } from './DatasetComing.tsx';
import { DatasetList } from './DatasetList.tsx';
import { ExportTraces } from './ExportTraces.tsx';
import { FilesTable } from './FilesTable.tsx';
import { ImportRules } from './ImportRules.tsx';
import { LedgerTable } from './LedgerTable.tsx';
import { MaxNodesField } from './MaxNodesField.tsx';
import { ModelList } from './ModelList.tsx';
import { NotebookExport, NotebookFileFailure } from './NotebookExport.tsx';
import { OpenedModel } from './OpenedModel.tsx';
import { OrphanRules } from './OrphanRules.tsx';
import { PreparedChanges } from './PreparedChanges.tsx';
import { SetAside } from './SetAside.tsx';
import { StandIns } from './StandIns.tsx';
import { UnreadableRecords } from './UnreadableRecords.tsx';
import { UnreadFiles } from './UnreadFiles.tsx';

export function DataCell() {
  const datasetState = useDataset((d) => d);
  const { status, dataset, storageFailure } = datasetState;
  const file = useNotebookFile((f) => f);
  const state = dataCellState(useCellState('data'), file);
  const isEngineer = usePreferences((p) => p.reader === 'engineer');
  const isShort = isEngineer && dataset !== null;

  return (
    <NotebookCell
      id="data"
      state={state}
      section="§2, §A.4"
      prose={
        isShort ? undefined : (
          <>
            A trace is a tree of calls, each with its time. TraceVAE learns from traces that are
            mostly normal, needs no labels to train, and uses them only to measure. Drop what{' '}
            {__FORMATS__}, plain, gzip, zstd or zip, or a folder of them; nothing leaves this page.
          </>
        )
      }
      action={dataset !== null && <DatasetActions />}
      foot={dataset !== null && !isShort && <DataFoot dataset={dataset} />}
    >
      {status.phase === 'failed' && (
        <FailureInView
          kind="error"
          failure={status.failure}
          onDismiss={datasetState.dismissFailure}
        />
      )}
      {storageFailure !== null && (
        <FailureInView
          kind="warn"
          failure={storageFailure}
          onDismiss={datasetState.dismissFailure}
        />
      )}
      <UnreadableRecords />
      <NotebookFileFailure />
      <OpenedModel />
      <DatasetComing />
      {!isShort && <DatasetList />}
      {!isShort && <ModelList />}
      {dataset === null && (status.phase === 'empty' || status.phase === 'failed') && (
        <DropZone>
          {isEngineer && <Intro reader="engineer" />}
          <p>Drop trace files anywhere on the page: train, validation and test, or one to split.</p>
          <div className="data-cell__choices">
            <Button variant="primary" onClick={() => void datasetState.loadDemo()}>
              Load the demo dataset
            </Button>
            <FilePicker onFiles={(files) => void datasetState.importFiles(files)}>
              Choose files
            </FilePicker>
          </div>
          <StandIns />
          <ImportRules />
        </DropZone>
      )}
      {dataset !== null &&
        (isShort ? (
          <DatasetInShort key={dataset.id} dataset={dataset} />
        ) : (
          <DatasetView key={dataset.id} dataset={dataset} />
        ))}
      {datasetState.mappedHeaders > 0 && (
        <p className="quiet data-cell__mappings">
          The columns of {formatCount(datasetState.mappedHeaders, 'table')} are remembered from an
          answer.
          <Button size="small" onClick={datasetState.forgetMappings}>
            Ask again
          </Button>
        </p>
      )}
      {dataset !== null && !isShort && <OtherData />}
    </NotebookCell>
  );
}

const OtherData = () => (
  <>
    <StandIns />
    <ImportRules />
  </>
);

/** A line, with all that is known of the dataset below it. */
function DatasetInShort({ dataset }: { readonly dataset: Dataset }) {
  const [open, setOpen] = useState(false);
  const { imported, name } = dataset;
  const { services, traces } = summarise(imported.traces, Number.POSITIVE_INFINITY);
  return (
    <>
      <p>
        <strong>{name}</strong>: {formatCount(traces, 'trace')},{' '}
        {formatCount(imported.spansRead, 'span')}, {formatCount(services, 'service')}
      </p>
      <UnreadFiles dataset={dataset} />
      <SetAside dataset={dataset} />
      <Disclosure summary="Files, rules, export" open={open} onToggle={setOpen}>
        <DatasetList />
        <ModelList />
        <DatasetView dataset={dataset} inShort />
        <OtherData />
        <p className="quiet">
          <DataFoot dataset={dataset} />
        </p>
      </Disclosure>
    </>
  );
}

function DatasetActions() {
  const { dataset: store } = useNotebook();
  const importReport = useExport((e) => e.importReport);
  const isEngineer = usePreferences((p) => p.reader === 'engineer');
  return (
    <>
      {!isEngineer && (
        <>
          <Button size="small" icon="download" onClick={() => downloadWritten(importReport())}>
            Export import report
          </Button>
          <Button size="small" onClick={() => void store.getState().loadDemo()}>
            Load the demo dataset
          </Button>
        </>
      )}
      <FilePicker size="small" onFiles={(files) => void store.getState().importFiles(files)}>
        Choose files
      </FilePicker>
    </>
  );
}

function DataFoot({ dataset }: { readonly dataset: Dataset }) {
  const { imported, name } = dataset;
  return (
    <>
      {name} · {dataset.preparation === undefined ? 'read' : 'prepared'} in{' '}
      {formatDuration(imported.seconds)} ·{' '}
      {formatRate(imported.spansRead / imported.seconds, 'spans')}
      {imported.authorsRules === false && ' · every span kept, without the authors’ rules'}
    </>
  );
}

function labelWords({ sets, testLabels }: SetCounts): string {
  if (testLabels.unlabelled === sets.test) return 'no labels: ranking only, no accuracy figures';
  const { normal, structure, time } = testLabels;
  return `${formatCount(normal)} / ${formatCount(structure)} / ${formatCount(time)}`;
}

interface DatasetViewProps {
  readonly dataset: Dataset;
  /** What could not be read is said already. */
  readonly inShort?: boolean;
}

function DatasetView({ dataset, inShort = false }: DatasetViewProps) {
  const maxNodes = useRuns((r) => r.choices.model.maxNodes);
  const { traces } = dataset.imported;
  const summary = useMemo(() => summarise(traces, maxNodes), [traces, maxNodes]);
  const counts = useSurvey((survey) => survey.counts);
  return (
    <>
      {!inShort && <UnreadFiles dataset={dataset} />}
      <FilesTable dataset={dataset} />
      <OrphanRules dataset={dataset} />
      <div className="data-cell__facts">
        <div className="data-cell__words">
          <StatTable
            label="Dataset"
            columns={2}
            stats={[
              {
                key: 'spans',
                term: <G id="span">spans</G>,
                value: formatCount(dataset.imported.spansRead),
              },
              {
                key: 'sets',
                term: 'traces, train / validation / test',
                value:
                  counts === null
                    ? 'counting'
                    : `${formatCount(counts.sets.train)} / ${formatCount(counts.sets.val)} / ${formatCount(counts.sets.test)}`,
              },
              {
                key: 'services',
                term: 'services, operations',
                value: `${formatCount(summary.services)}, ${formatCount(summary.operations)}`,
              },
              {
                key: 'labels',
                term: 'test labels, normal / structure / time',
                value: counts === null ? 'counting' : labelWords(counts),
              },
              {
                key: 'structures',
                term: <G id="structure">structures</G>,
                value: formatCount(summary.structures),
              },
              {
                key: 'nodes',
                term: (
                  <>
                    nodes of a <G id="mergedTree">merged tree</G>
                  </>
                ),
                value: `${summary.smallestTree} to ${summary.largestTree}`,
                ...(summary.untrainable === 0
                  ? {}
                  : { note: `${formatCount(summary.untrainable, 'trace')} above N_max left out` }),
              },
            ]}
          />
          {dataset.preparation !== undefined && (
            <PreparedChanges report={dataset.preparation.report} />
          )}
          <LedgerTable dataset={prepareSource(dataset)} maxNodes={maxNodes} />
          <ExportTraces key={dataset.id} dataset={dataset} />
          <NotebookExport />
        </div>
        <MaxNodesField dataset={dataset} />
      </div>
    </>
  );
}
