/** The page: rail, notebook, inspector on demand, status bar. */
import { useEffect, useState } from 'react';
import { CELLS, cellStates } from '../../stores/cell-states.ts';
import { prepareCellState } from '../../stores/prepare-store.ts';
import { DataCell } from '../cells/DataCell.tsx';
import { EquationsCell, equationsCellState } from '../cells/EquationsCell.tsx';
import { FailureNotice } from '../cells/FailureNotice.tsx';
import { FlaggedCell } from '../cells/FlaggedCell.tsx';
import { LabCell } from '../cells/LabCell.tsx';
import { MappingDialog } from '../cells/MappingDialog.tsx';
import { CELL_TITLES } from '../cells/NotebookCell.tsx';
import { PrepareCell } from '../cells/PrepareCell.tsx';
import { RunsCell, runsCellState } from '../cells/RunsCell.tsx';
import { ScoresCell } from '../cells/ScoresCell.tsx';
import { TraceInspector } from '../cells/TraceInspector.tsx';
import { TrainingCell } from '../cells/TrainingCell.tsx';
import { TreesCell } from '../cells/TreesCell.tsx';
import { applyTheme } from '../theme/theme.ts';
import { DropOverlay, useFileDrop } from '../widgets/FileDrop.tsx';
import { Rail } from '../widgets/Rail.tsx';
import { Shell } from '../widgets/Shell.tsx';
import type { PageDialog } from './keys.ts';
import { NotebookStatusBar } from './NotebookStatusBar.tsx';
import {
  useDataset,
  useInspect,
  useKeptRuns,
  usePreferences,
  usePrepare,
  useRuns,
  useView,
} from './notebook-context.ts';
import { PageButtons, PageDialogs } from './PageDialogs.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';
import { UndoNotice } from './UndoNotice.tsx';
import '../cells/cells.css';
import './app.css';

const NAME = 'TraceVAE Notebook';

export function App() {
  const datasetState = useDataset((d) => d);
  const runs = useRuns((r) => r);
  const inspected = useInspect((i) => i.trace);
  const explanation = useInspect((i) => i.explanation.phase);
  const theme = usePreferences((p) => p.theme);
  useEffect(() => applyTheme(document.documentElement, theme), [theme]);
  const dropping = useFileDrop((files) => void datasetState.importFiles(files));

  const [dialog, setDialog] = useState<PageDialog | null>(null);
  const { missing, dismissMissing } = useView((v) => v);
  const prepare = usePrepare((p) => p);
  const kept = useKeptRuns((k) => k.entries.length);
  const { maxNodes } = runs.choices.config;
  const states = {
    ...cellStates(datasetState, runs),
    runs: runsCellState(kept),
    equations: equationsCellState(explanation),
    prepare: prepareCellState(prepare, datasetState, maxNodes),
  };
  const { dataset, status } = datasetState;
  const firstVisit = dataset === null && status.phase === 'empty';
  return (
    <>
      <Shell
        name={NAME}
        rail={
          <Rail
            items={CELLS.map((id, i) => ({
              id,
              number: i + 1,
              title: CELL_TITLES[id],
              state: states[id],
            }))}
            header={<RailHeader />}
            footer={
              <>
                <PageButtons setOpen={setDialog} />
                <ThemeSwitch />
              </>
            }
          />
        }
        statusBar={<NotebookStatusBar />}
        inspector={inspected !== null && dataset !== null && <TraceInspector trace={inspected} />}
      >
        <header className="notebook-head">
          <h1>{NAME}</h1>
          <p>
            Train{' '}
            <a href="https://doi.org/10.1145/3543507.3583215" rel="noreferrer" target="_blank">
              TraceVAE
            </a>
            , a graph VAE for unsupervised anomaly detection on microservice traces (WWW ’23), on
            your own traces in this page, and see which are odd and why. Nothing leaves the browser.
          </p>
        </header>
        {missing !== null && (
          <FailureNotice kind="warn" failure={missing} onDismiss={dismissMissing} />
        )}
        <DataCell />
        {!firstVisit && (
          <>
            <PrepareCell />
            <TreesCell />
            <TrainingCell />
            <RunsCell />
            <ScoresCell />
            <LabCell />
            <FlaggedCell />
            <EquationsCell />
          </>
        )}
      </Shell>
      <MappingDialog />
      <PageDialogs open={dialog} setOpen={setDialog} />
      <UndoNotice />
      <DropOverlay visible={dropping}>Drop to read these files as one dataset</DropOverlay>
    </>
  );
}

function RailHeader() {
  const dataset = useDataset((d) => d.dataset);
  const training = useRuns((r) => r.training);
  const entries = useKeptRuns((k) => k.entries);
  const run =
    training.phase === 'done'
      ? (entries.find(({ id }) => id === training.run.id)?.name ?? 'not stored')
      : training.phase === 'running' || training.phase === 'paused'
        ? 'training'
        : training.phase === 'interrupted'
          ? 'interrupted'
          : 'none yet';
  return (
    <dl className="rail-facts">
      <dt>dataset</dt>
      <dd title={dataset?.name}>{dataset?.name ?? 'none yet'}</dd>
      <dt>run</dt>
      <dd>{run}</dd>
    </dl>
  );
}
