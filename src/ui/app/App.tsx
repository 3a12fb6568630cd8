/** The page: rail, notebook, inspector on demand, status bar. */
import { type ComponentType, memo, type ReactNode, useEffect, useState } from 'react';
import type { CellId } from '../../stores/page/cell-order.ts';
import { cellOrder } from '../../stores/page/cell-order.ts';
import { BaselinesCell } from '../cells/baselines/BaselinesCell.tsx';
import { ChangesCell } from '../cells/changes/ChangesCell.tsx';
import { DataCell } from '../cells/dataset/DataCell.tsx';
import { MappingDialog } from '../cells/dataset/MappingDialog.tsx';
import { ModelQuestion } from '../cells/dataset/OpenedModel.tsx';
import { TreesCell } from '../cells/dataset/TreesCell.tsx';
import { LabCell } from '../cells/lab/LabCell.tsx';
import { cellTitle } from '../cells/page/cell-words.ts';
import { FailureNotice } from '../cells/page/FailureNotice.tsx';
import { Intro } from '../cells/page/Intro.tsx';
import { PrepareCell } from '../cells/prepare/PrepareCell.tsx';
import { RunsCell } from '../cells/run/RunsCell.tsx';
import { TrainingCell } from '../cells/run/TrainingCell.tsx';
import { FlaggedCell } from '../cells/scores/FlaggedCell.tsx';
import { ScoresCell } from '../cells/scores/ScoresCell.tsx';
import { EquationsCell } from '../cells/trace/EquationsCell.tsx';
import { TraceInspector } from '../cells/trace/TraceInspector.tsx';
import { applyTheme } from '../theme/theme.ts';
import { Boundary } from '../widgets/Boundary.tsx';
import { DropOverlay, useFileDrop } from '../widgets/FileDrop.tsx';
import { OverPage, OverPageStack } from '../widgets/OverPage.tsx';
import { ProgressBar } from '../widgets/ProgressBar.tsx';
import { Shell } from '../widgets/Shell.tsx';
import type { PageDialog } from './keys.ts';
import { NotebookRail } from './NotebookRail.tsx';
import { NotebookStatusBar } from './NotebookStatusBar.tsx';
import { useDataset, useInspect, usePreferences, useView } from './notebook-context.ts';
import { PageDialogs } from './PageDialogs.tsx';
import { UndoNotice } from './UndoNotice.tsx';
import { UpdateNotice } from './UpdateNotice.tsx';
import '../cells/page/cells.css';
import './app.css';

const NAME = 'TraceVAE Notebook';

/** Those that come with a dataset. */
const LATER_CELLS: Readonly<Record<CellId, ComponentType | null>> = {
  data: null,
  prepare: PrepareCell,
  trees: TreesCell,
  training: TrainingCell,
  runs: RunsCell,
  scores: ScoresCell,
  lab: LabCell,
  flagged: FlaggedCell,
  changes: ChangesCell,
  baselines: BaselinesCell,
  equations: EquationsCell,
};

/**
 * Each takes what it shows from the stores; none is drawn anew because a trace is opened. Without a
 * dataset the first stands alone, and none is there before it is known whether one is stored: cells
 * that come with their dataset never move on the page.
 */
const Cells = memo(function Cells() {
  const reader = usePreferences((p) => p.reader);
  const hasDataset = useDataset(({ dataset }) => dataset !== null);
  const opening = useDataset(({ status }) =>
    status.phase === 'restoring'
      ? 'what is stored'
      : status.phase === 'opening'
        ? status.name
        : null,
  );
  if (opening !== null && !hasDataset) {
    return <ProgressBar label="Opening" share={null} text={`Opening ${opening}`} />;
  }
  return (
    <>
      <CellBoundary id="data">
        <DataCell />
      </CellBoundary>
      {hasDataset &&
        cellOrder(reader).map((id) => {
          const LaterCell = LATER_CELLS[id];
          return (
            LaterCell !== null && (
              <CellBoundary key={id} id={id}>
                <LaterCell />
              </CellBoundary>
            )
          );
        })}
    </>
  );
});

/** A cell that cannot be drawn leaves its place, its title and the other cells. */
function CellBoundary({ id, children }: { readonly id: CellId; readonly children: ReactNode }) {
  const reader = usePreferences((p) => p.reader);
  const title = cellTitle(reader, id);
  return (
    <Boundary
      what={`The cell ${title}`}
      around={(notice) => (
        <section id={id} className="cell" aria-label={title} tabIndex={-1}>
          <div className="cell__body">{notice}</div>
        </section>
      )}
    >
      {children}
    </Boundary>
  );
}

export function App() {
  const importFiles = useDataset((d) => d.importFiles);
  const hasDataset = useDataset((d) => d.dataset !== null);
  const inspected = useInspect((i) => i.trace);
  const theme = usePreferences((p) => p.theme);
  const reader = usePreferences((p) => p.reader);
  useEffect(() => applyTheme(document.documentElement, theme), [theme]);
  const dropping = useFileDrop((files) => void importFiles(files));

  const [dialog, setDialog] = useState<PageDialog | null>(null);
  const { missing, dismissMissing } = useView((v) => v);
  return (
    <>
      <Shell
        name={NAME}
        rail={
          <Boundary what="The rail">
            <NotebookRail setDialog={setDialog} />
          </Boundary>
        }
        statusBar={
          <Boundary what="The status bar">
            <NotebookStatusBar />
          </Boundary>
        }
        inspector={
          inspected !== null &&
          hasDataset && (
            <Boundary what="The inspector" of={inspected}>
              <TraceInspector trace={inspected} />
            </Boundary>
          )
        }
      >
        <header className="notebook-head">
          <h1>{NAME}</h1>
          {reader === 'researcher' && <Intro reader={reader} />}
        </header>
        {missing !== null && (
          <FailureNotice kind="warn" failure={missing} onDismiss={dismissMissing} />
        )}
        <Cells />
      </Shell>
      <Boundary
        what="The question about columns"
        around={(notice) => <OverPage>{notice}</OverPage>}
      >
        <MappingDialog />
      </Boundary>
      <Boundary
        what="The question about a model"
        around={(notice) => <OverPage>{notice}</OverPage>}
      >
        <ModelQuestion />
      </Boundary>
      <PageDialogs open={dialog} setOpen={setDialog} />
      <OverPageStack>
        <UpdateNotice />
        <UndoNotice />
      </OverPageStack>
      <DropOverlay visible={dropping}>Drop to read these files as one dataset</DropOverlay>
    </>
  );
}
