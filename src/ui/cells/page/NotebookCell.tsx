/** A cell of this notebook: the frame, with its state and its remembered fold. */
import type { ReactNode } from 'react';
import { CELLS, type CellId, type CellState } from '../../../stores/page/cell-states.ts';
import { usePreferences } from '../../app/notebook-context.ts';
import { Cell } from '../../widgets/Cell.tsx';
import { NotesBelow } from './Notes.tsx';

export const CELL_TITLES: Readonly<Record<CellId, string>> = {
  data: 'Data',
  prepare: 'Prepare',
  trees: 'Trees',
  training: 'Model and training',
  runs: 'Runs',
  scores: 'Scores',
  lab: 'Entropy gap',
  flagged: 'Flagged traces',
  changes: 'What changed',
  baselines: 'Baselines',
  equations: 'Equations',
};

interface NotebookCellProps {
  readonly id: CellId;
  readonly state: CellState;
  readonly stateText?: string | undefined;
  readonly section: string;
  readonly prose: ReactNode;
  readonly action?: ReactNode;
  readonly foot?: ReactNode;
  readonly children?: ReactNode;
}

export function NotebookCell({ id, stateText, ...props }: NotebookCellProps) {
  const folded = usePreferences((p) => p.folded.includes(id));
  const toggleFold = usePreferences((p) => p.toggleFold);
  return (
    <>
      <Cell
        id={id}
        number={CELLS.indexOf(id) + 1}
        title={CELL_TITLES[id]}
        proseOpen={!folded}
        onProseToggle={() => toggleFold(id)}
        {...(stateText === undefined ? {} : { stateText })}
        {...props}
      />
      <NotesBelow cell={id} title={CELL_TITLES[id]} />
    </>
  );
}
