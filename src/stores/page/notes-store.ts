/**
 * The notes of the dataset at hand: Markdown below the cells. What is typed is stored as it is
 * typed, so that nothing is lost by a key, another note, or a page that is closed.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import type { Note } from '../../storage/notes.ts';
import type { UndoState } from '../shared/undo-store.ts';

export type { Note };

export interface NotesState {
  /** In their order on the page. */
  readonly notes: readonly Note[];
  /** The note whose text is being written. */
  readonly editing: string | null;
  readonly failure: Failure | null;
  /** What is stored could not be read: it is not written over, so nothing can be added. */
  readonly locked: boolean;

  /** Reads those of a dataset; null: there is none. */
  open(datasetId: string | null): Promise<void>;
  /** Takes what another tab has stored; what is typed here stays. */
  relist(): Promise<void>;
  /** An empty note below a cell, to be written at once. One that is being written is kept. */
  add(after: string): void;
  edit(id: string): void;
  /** The text of the note that is being written, as far as it is. */
  type(text: string): void;
  /** Ends the writing; a note without text is not kept. */
  write(): void;
  /** Ends the writing by the way: as {@link write}, and Undo brings back the text from before. */
  leave(): void;
  /** Ends the writing and puts back the text from before; Undo brings back what was typed. */
  cancel(): void;
  /** Undo brings it back. */
  remove(id: string): void;
}

export interface NotesDeps {
  readonly storage: NotebookStorage;
  readonly undo: StoreApi<UndoState>;
  readonly newId: () => string;
}

const isBlank = (text: string): boolean => text.trim() === '';

export function createNotesStore(deps: NotesDeps): StoreApi<NotesState> {
  const { storage, undo, newId } = deps;
  let datasetId: string | null = null;
  /** Of the note that is being written: its text when the writing began. */
  let before = '';
  /** Notes that wait to be stored, of any dataset. */
  const waiting = new Map<string, readonly Note[]>();
  let storing = false;

  return createStore<NotesState>((set, get) => {
    /** One save at a time, and of those that have come meanwhile the last. */
    const store = async (): Promise<void> => {
      if (storing) return;
      storing = true;
      for (const [id, notes] of waiting) {
        waiting.delete(id);
        const saved = await storage.notes.save(id, notes);
        if (id !== datasetId) continue;
        set({ failure: saved.ok ? null : saved.error });
        if (saved.ok && !waiting.has(id)) take(saved.value);
      }
      storing = false;
    };

    /** Stored notes; the one that is being written stays as it is on the page. */
    const take = (stored: readonly Note[]): void =>
      set(({ notes, editing }) => {
        const written = notes.find(({ id }) => id === editing);
        if (written === undefined) return { notes: stored };
        const at = stored.findIndex(({ id }) => id === editing);
        return { notes: at < 0 ? [...stored, written] : stored.with(at, written) };
      });

    const save = (notes: readonly Note[]): void => {
      set({ notes });
      if (datasetId === null || get().locked) return;
      waiting.set(
        datasetId,
        notes.filter(({ text }) => !isBlank(text)),
      );
      void store();
    };

    const offer = (words: string, back: (notes: readonly Note[]) => readonly Note[]): void => {
      const from = datasetId;
      undo.getState().make({
        words,
        async undo() {
          if (datasetId === from) save(back(get().notes));
        },
        settle: async () => {},
      });
    };

    /** Offers the note with another text, at its place; without any text it goes. */
    const offerText = (words: string, note: Note, at: number, text: string): void =>
      offer(words, (notes) => {
        const known = notes.findIndex(({ id }) => id === note.id);
        const next = isBlank(text) ? [] : [{ ...note, text }];
        return known === -1 ? notes.toSpliced(at, 0, ...next) : notes.toSpliced(known, 1, ...next);
      });

    /** Ends the writing with this text for the note; null leaves what was typed. */
    const end = (text: string | null): { note: Note; at: number } | null => {
      const { notes, editing } = get();
      const at = notes.findIndex(({ id }) => id === editing);
      const note = notes[at];
      if (note === undefined) return null;
      const next = text ?? note.text;
      set({ editing: null });
      save(notes.toSpliced(at, 1, ...(isBlank(next) ? [] : [{ ...note, text: next }])));
      if (text === null && isBlank(next) && !isBlank(before)) {
        offerText('The note was deleted.', note, at, before);
      }
      return { note, at };
    };

    const begin = (id: string): void => {
      before = get().notes.find((note) => note.id === id)?.text ?? '';
      set({ editing: id });
    };

    return {
      notes: [],
      editing: null,
      failure: null,
      locked: false,

      async open(id) {
        datasetId = id;
        set({ notes: [], editing: null, failure: null, locked: id !== null });
        if (id === null) return;
        const read = await storage.notes.read(id);
        if (datasetId !== id) return;
        set(read.ok ? { notes: read.value, locked: false } : { failure: read.error });
      },

      async relist() {
        const id = datasetId;
        if (id === null || storing || waiting.size > 0) return;
        const read = await storage.notes.read(id);
        if (read.ok && datasetId === id && waiting.size === 0) take(read.value);
      },

      add(after) {
        if (get().locked) return;
        end(null);
        const note: Note = { id: newId(), after, text: '' };
        set(({ notes }) => ({ notes: [...notes, note] }));
        begin(note.id);
      },

      edit(id) {
        end(null);
        begin(id);
      },

      type(text) {
        const { notes, editing } = get();
        save(notes.map((note) => (note.id === editing ? { ...note, text } : note)));
      },

      write: () => void end(null),

      leave() {
        const ended = end(null);
        if (ended === null || isBlank(ended.note.text) || ended.note.text === before) return;
        offerText('The note was kept as written.', ended.note, ended.at, before);
      },

      cancel() {
        const ended = end(before);
        if (ended === null || isBlank(ended.note.text) || ended.note.text === before) return;
        const { note, at } = ended;
        offerText('What you wrote was put away.', note, at, note.text);
      },

      remove(id) {
        const { notes, editing } = get();
        const at = notes.findIndex((note) => note.id === id);
        const note = notes[at];
        if (note === undefined) return;
        if (editing === id) set({ editing: null });
        save(notes.toSpliced(at, 1));
        if (!isBlank(note.text)) offerText('The note was deleted.', note, at, note.text);
      },
    };
  });
}
