/** The page: rail, notebook, inspector on demand, status bar. */
import { useEffect } from 'react';
import { CELLS, cellStates } from '../../stores/cell-states.ts';
import { prepareCellState } from '../../stores/prepare-store.ts';
import { BaselinesCell } from '../cells/BaselinesCell.tsx';
import { DataCell } from '../cells/DataCell.tsx';
import { FlaggedCell } from '../cells/FlaggedCell.tsx';
import { MappingDialog } from '../cells/MappingDialog.tsx';
import { CELL_TITLES } from '../cells/NotebookCell.tsx';
import { PrepareCell } from '../cells/PrepareCell.tsx';
import { ScoresCell } from '../cells/ScoresCell.tsx';
import { TraceInspector } from '../cells/TraceInspector.tsx';
import { TrainingCell } from '../cells/TrainingCell.tsx';
import { TreesCell } from '../cells/TreesCell.tsx';
import { applyTheme } from '../theme/theme.ts';
import { DropOverlay, useFileDrop } from '../widgets/FileDrop.tsx';
import { Rail } from '../widgets/Rail.tsx';
import { Shell } from '../widgets/Shell.tsx';
import { NotebookStatusBar } from './NotebookStatusBar.tsx';
import { useDataset, useInspect, usePreferences, usePrepare, useRuns } from './notebook-context.ts';
import { ThemeSwitch } from './ThemeSwitch.tsx';
import '../cells/cells.css';
import './app.css';

const NAME = 'TraceVAE Notebook';

export function App() {
  const datasetState = useDataset((d) => d);
  const runs = useRuns((r) => r);
  const inspected = useInspect((i) => i.trace);
  const theme = usePreferences((p) => p.theme);
  useEffect(() => applyTheme(document.documentElement, theme), [theme]);
  const dropping = useFileDrop((files) => void datasetState.importFiles(files));

  const prepare = usePrepare((p) => p);
  const { maxNodes } = runs.choices.config;
  const states = {
    ...cellStates(datasetState, runs),
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
            footer={<ThemeSwitch />}
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
        <DataCell />
        {!firstVisit && (
          <>
            <PrepareCell />
            <TreesCell />
            <TrainingCell />
            <ScoresCell />
            <FlaggedCell />
            <BaselinesCell />
          </>
        )}
      </Shell>
      <MappingDialog />
      <DropOverlay visible={dropping}>Drop to read these files as one dataset</DropOverlay>
    </>
  );
}

function RailHeader() {
  const dataset = useDataset((d) => d.dataset);
  const training = useRuns((r) => r.training);
  const run =
    training.phase === 'done'
      ? `TraceVAE ${training.run.preset}, seed ${training.run.settings.seed}`
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
