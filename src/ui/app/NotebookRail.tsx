/** The rail: which dataset and run, the cells with their states, the page's buttons. */

import { useMemo } from 'react';
import { type CellId, cellOrder } from '../../stores/page/cell-order.ts';
import {
  baselinesCellState,
  type CellState,
  cellStates,
  changesCellState,
  dataCellState,
  equationsCellState,
  labCellState,
} from '../../stores/page/cell-states.ts';
import { prepareCellState } from '../../stores/prepare/prepare-store.ts';
import { onShow } from '../../stores/run/run-state.ts';
import { flaggedCount, shownDetector } from '../../stores/scores/inspect-store.ts';
import { CELL_SAYS, cellTitle } from '../cells/page/cell-words.ts';
import { runsCellState } from '../cells/run/RunsCell.tsx';
import { equationsStateText, termsAlone } from '../cells/scores/scored.tsx';
import { formatCount } from '../widgets/format.ts';
import { Rail } from '../widgets/Rail.tsx';
import type { PageDialog } from './keys.ts';
import {
  useChanges,
  useDataset,
  useInspect,
  useKeptRuns,
  useMatrix,
  useNotebookFile,
  usePreferences,
  usePrepare,
  useRuns,
} from './notebook-context.ts';
import { PageButtons } from './PageDialogs.tsx';
import { ReaderSwitch } from './ReaderSwitch.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';
import { useCellInView } from './use-cell-in-view.ts';

interface NotebookRailProps {
  readonly setDialog: (dialog: PageDialog | null) => void;
}

export function NotebookRail({ setDialog }: NotebookRailProps) {
  const datasetState = useDataset((d) => d);
  const runs = useRuns((r) => r);
  const { explanation, detector, chosen } = useInspect((i) => i);
  const prepare = usePrepare((p) => p);
  const kept = useKeptRuns((k) => k.entries.length);
  const matrix = useMatrix((m) => m);
  const file = useNotebookFile((f) => f);
  const changes = useChanges((c) => c.report.phase);
  const reader = usePreferences((p) => p.reader);
  const derived = cellStates(datasetState, runs);
  const shown = shownDetector(onShow(runs), detector);
  const states: Record<CellId, CellState> = {
    ...derived,
    data: dataCellState(derived.data, file),
    baselines: baselinesCellState(derived.baselines, matrix),
    lab: labCellState(
      derived.lab,
      runs.training.phase === 'done' ? runs.training.run.detectors : [],
    ),
    runs: runsCellState(kept),
    equations: equationsCellState(explanation),
    changes: changesCellState(changes),
    prepare: prepareCellState(prepare, datasetState, runs.choices.model.maxNodes),
  };
  const why = (id: CellId): string | undefined =>
    states[id] === 'unavailable' && shown !== null
      ? `not available: ${termsAlone(shown.detector)}`
      : id === 'equations'
        ? equationsStateText(states.equations)
        : undefined;
  const { dataset } = datasetState;
  const odd = useMemo(
    () => (chosen === null || shown?.scores !== chosen.of ? null : flaggedCount(chosen)),
    [chosen, shown],
  );
  return (
    <Rail
      activeId={useCellInView()}
      items={cellOrder(reader).map((id, i) => {
        const stateText = why(id);
        return {
          id,
          number: i + 1,
          title: cellTitle(reader, id),
          state: states[id],
          says: CELL_SAYS[id],
          ...(stateText === undefined ? {} : { stateText }),
          note: id === 'flagged' && odd !== null ? oddWords(odd) : undefined,
          off: dataset === null && id !== 'data' ? 'Comes with a dataset' : undefined,
        };
      })}
      header={<RailHeader />}
      footer={
        <>
          <PageButtons setOpen={setDialog} />
          <ReaderSwitch />
          <ThemeSwitch />
        </>
      }
    />
  );
}

const oddWords = (odd: number): string =>
  odd === 0 ? 'none stands out' : `${formatCount(odd)} odd`;

function RailHeader() {
  const dataset = useDataset((d) => d.dataset);
  const training = useRuns((r) => r.training);
  const entries = useKeptRuns((k) => k.entries);
  const isResearcher = usePreferences((p) => p.reader === 'researcher');
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
      {(run !== 'none yet' || isResearcher) && (
        <>
          <dt>run</dt>
          <dd>{run}</dd>
        </>
      )}
    </dl>
  );
}
