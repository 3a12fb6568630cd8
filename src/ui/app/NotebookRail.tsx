/** The rail: which dataset and run, the cells with their states, the page's buttons. */
import { CELLS, type CellId, cellStates } from '../../stores/cell-states.ts';
import { prepareCellState } from '../../stores/prepare-store.ts';
import { equationsCellState } from '../cells/EquationsCell.tsx';
import { CELL_TITLES } from '../cells/NotebookCell.tsx';
import { runsCellState } from '../cells/RunsCell.tsx';
import { Rail } from '../widgets/Rail.tsx';
import type { CellState } from '../widgets/StatusDot.tsx';
import type { PageDialog } from './keys.ts';
import { useDataset, useInspect, useKeptRuns, usePrepare, useRuns } from './notebook-context.ts';
import { PageButtons } from './PageDialogs.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';

interface NotebookRailProps {
  readonly setDialog: (dialog: PageDialog | null) => void;
}

export function NotebookRail({ setDialog }: NotebookRailProps) {
  const datasetState = useDataset((d) => d);
  const runs = useRuns((r) => r);
  const explanation = useInspect((i) => i.explanation.phase);
  const prepare = usePrepare((p) => p);
  const kept = useKeptRuns((k) => k.entries.length);
  const states: Record<CellId, CellState> = {
    ...cellStates(datasetState, runs),
    runs: runsCellState(kept),
    equations: equationsCellState(explanation),
    prepare: prepareCellState(prepare, datasetState, runs.choices.config.maxNodes),
  };
  return (
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
