/** Notes below a cell: Markdown with equations, written in place and stored with the dataset. */
import { Suspense } from 'react';
import type { CellId } from '../../../stores/page/cell-order.ts';
import type { Note } from '../../../stores/page/notes-store.ts';
import { useDataset, useNotes } from '../../app/notebook-context.ts';
import { Boundary, lazyPart } from '../../widgets/Boundary.tsx';
import { Button } from '../../widgets/Button.tsx';
import { FailureNotice } from './FailureNotice.tsx';
import './notes.css';

const Markdown = lazyPart(() => import('../../widgets/Markdown.tsx'));

interface NotesBelowProps {
  readonly cell: CellId;
  readonly title: string;
}

export function NotesBelow({ cell, title }: NotesBelowProps) {
  const here = useDataset((d) => d.dataset !== null);
  const notes = useNotes((n) => n.notes);
  const editing = useNotes((n) => n.editing);
  const failure = useNotes((n) => n.failure);
  const add = useNotes((n) => n.add);
  const locked = useNotes((n) => n.locked);
  if (!here) return null;
  const own = notes.filter(({ after }) => after === cell);
  return (
    <div className="notes">
      {own.map((note) =>
        note.id === editing ? (
          <NoteForm key={note.id} note={note} />
        ) : (
          <NoteView key={note.id} note={note} title={title} />
        ),
      )}
      {failure !== null && (own.length > 0 || (locked && cell === 'data')) && (
        <FailureNotice kind="warn" failure={failure} />
      )}
      <button
        type="button"
        className="notes__add"
        aria-label={`Add a note below ${title}`}
        disabled={locked}
        onClick={() => add(cell)}
      >
        + note
      </button>
    </div>
  );
}

/** The id of the element that shows a note. */
const noteElement = (id: string): string => `note-${id}`;

interface NoteProps {
  readonly note: Note;
}

function NoteView({ note, title }: NoteProps & { readonly title: string }) {
  const edit = useNotes((n) => n.edit);
  const remove = useNotes((n) => n.remove);
  return (
    <article
      id={noteElement(note.id)}
      className="note"
      aria-label={`Note below ${title}`}
      tabIndex={-1}
    >
      <Drawn text={note.text} loading="Loading the note." />
      <div className="note__actions">
        <Button size="small" onClick={() => edit(note.id)}>
          Edit note
        </Button>
        <Button size="small" icon="trash" onClick={() => remove(note.id)}>
          Delete note
        </Button>
      </div>
    </article>
  );
}

/** A note as Markdown; where that fails, as it was written. */
const Drawn = ({ text, loading }: { readonly text: string; readonly loading: string }) => (
  <Boundary
    what="This note"
    of={text}
    around={(notice) => (
      <>
        <pre className="note__raw">{text}</pre>
        {notice}
      </>
    )}
  >
    <Suspense fallback={<p className="quiet">{loading}</p>}>
      <Markdown text={text} />
    </Suspense>
  </Boundary>
);

function NoteForm({ note: { id, text } }: NoteProps) {
  const { type, write, leave, cancel } = useNotes((n) => n);
  /** The keys go on from the note, not from the top of the page. */
  const ending = (end: () => void) => (): void => {
    end();
    requestAnimationFrame(() => document.getElementById(noteElement(id))?.focus());
  };
  const [onWrite, onLeave, onCancel] = [ending(write), ending(leave), ending(cancel)];
  return (
    <form
      className="note note--editing"
      onSubmit={(event) => {
        event.preventDefault();
        onWrite();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault();
          onLeave();
        }
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onWrite();
      }}
    >
      <label className="note__label">
        Note in Markdown, equations between $ or on lines of their own between $$
        <textarea
          className="note__text mono"
          rows={Math.min(20, Math.max(4, text.split('\n').length + 1))}
          value={text}
          ref={takeFocus}
          onChange={(event) => type(event.currentTarget.value)}
        />
      </label>
      {text.trim() !== '' && (
        <div className="note__preview">
          <Drawn text={text} loading="Loading the preview." />
        </div>
      )}
      <div className="note__actions">
        <Button size="small" variant="primary" shortcut="Ctrl + Enter" onClick={onWrite}>
          Save note
        </Button>
        <Button
          size="small"
          title="Puts the text back as it was; Undo brings what you typed back"
          onClick={onCancel}
        >
          Cancel
        </Button>
      </div>
    </form>
  );
}

const takeFocus = (control: HTMLElement | null): void => {
  if (control !== null && !control.contains(document.activeElement)) control.focus();
};
