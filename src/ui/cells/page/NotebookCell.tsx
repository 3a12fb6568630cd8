/** A cell of this notebook: the frame, with its state and its remembered fold. */
import type { ReactNode } from 'react';
import type { CellId } from '../../../stores/page/cell-order.ts';
import { canFold, cellOrder } from '../../../stores/page/cell-order.ts';
import type { CellState } from '../../../stores/page/cell-states.ts';
import { usePreferences } from '../../app/notebook-context.ts';
import { Cell } from '../../widgets/Cell.tsx';
import { cellTitle } from './cell-words.ts';
import { NotesBelow } from './Notes.tsx';

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
  const reader = usePreferences((p) => p.reader);
  const opened = usePreferences((p) => p.opened.includes(id));
  const openCell = usePreferences((p) => p.openCell);
  const folds = canFold(reader, id);
  const title = cellTitle(reader, id);
  return (
    <>
      <Cell
        id={id}
        number={cellOrder(reader).indexOf(id) + 1}
        title={title}
        proseOpen={!folded}
        onProseToggle={() => toggleFold(id)}
        {...(folds ? { open: opened, onOpen: (open) => openCell(id, open) } : {})}
        {...(stateText === undefined ? {} : { stateText })}
        {...props}
      />
      {(!folds || opened) && <NotesBelow cell={id} title={title} />}
    </>
  );
}
