/** What rows of a table of kept things share: a name that opens it, renaming in place, deleting. */
import type { ReactNode } from 'react';
import { Button, IconButton } from './Button.tsx';
import { NameForm } from './NameForm.tsx';
import './kept-row.css';

interface KeptNameProps {
  readonly name: string;
  readonly renaming: boolean;
  /** Said in the place of the button where it is the one at hand; null where it is not. */
  readonly atHand: ReactNode;
  /** What opening it does. */
  readonly hint: string;
  readonly disabled?: boolean;
  readonly onOpen: () => void;
  readonly onName: (name: string) => void;
  readonly onDone: () => void;
}

export function KeptName(props: KeptNameProps) {
  const { name, renaming, atHand, hint, disabled = false, onOpen, onName, onDone } = props;
  if (renaming) return <NameForm name={name} onName={onName} onDone={onDone} />;
  if (atHand !== null) return <span className="kept-row__at-hand">{atHand}</span>;
  return (
    <button
      type="button"
      className="kept-row__name"
      title={hint}
      disabled={disabled}
      onClick={onOpen}
    >
      {name}
    </button>
  );
}

interface KeptActionsProps {
  readonly name: string;
  readonly renaming: boolean;
  /** Before the others. */
  readonly children?: ReactNode;
  readonly onRename: () => void;
  readonly onDelete: () => void;
}

/** A cell at the end of the row. */
export function KeptActions({ name, renaming, children, onRename, onDelete }: KeptActionsProps) {
  return (
    <td className="kept-row__actions">
      {children}
      <Button size="small" aria-label={`Rename ${name}`} disabled={renaming} onClick={onRename}>
        Rename
      </Button>
      <IconButton icon="trash" label={`Delete ${name}`} onClick={onDelete} />
    </td>
  );
}
