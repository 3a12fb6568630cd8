/** The notes of the dataset at hand: Markdown below the cells, stored as they are written. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../base/result.ts';
import type { NotebookStorage } from '../storage/notebook-storage.ts';
import type { Note } from '../storage/notes.ts';
import type { UndoState } from './undo-store.ts';

export type { Note };

export interface NotesState {
  /** In their order on the page. */
  readonly notes: readonly Note[];
  /** The note whose text is being written. */
  readonly editing: string | null;
  readonly failure: Failure | null;

  /** Reads those of a dataset; null: there is none. */
  open(datasetId: string | null): Promise<void>;
  /** An empty note below a cell, to be written at once. */
  add(after: string): void;
  edit(id: string): void;
  /** Ends the writing; a note without text is not kept. */
  write(id: string, text: string): void;
  /** Ends the writing and leaves the text as it was. */
  cancel(): void;
  /** Undo brings it back. */
  remove(id: string): void;
}

export interface NotesDeps {
  readonly storage: NotebookStorage;
  readonly undo: StoreApi<UndoState>;
  readonly newId: () => string;
}

export function createNotesStore(deps: NotesDeps): StoreApi<NotesState> {
  const { storage, undo, newId } = deps;
  let datasetId: string | null = null;

  return createStore<NotesState>((set, get) => {
    const save = async (notes: readonly Note[]): Promise<void> => {
      set({ notes });
      if (datasetId === null) return;
      const written = notes.filter(({ text }) => text !== '');
      const saved = await storage.notes.save(datasetId, written);
      set({ failure: saved.ok ? null : saved.error });
    };

    return {
      notes: [],
      editing: null,
      failure: null,

      async open(id) {
        datasetId = id;
        set({ notes: [], editing: null, failure: null });
        if (id === null) return;
        const read = await storage.notes.read(id);
        if (datasetId !== id) return;
        set(read.ok ? { notes: read.value } : { failure: read.error });
      },

      add(after) {
        const note: Note = { id: newId(), after, text: '' };
        set(({ notes }) => ({ notes: [...notes, note], editing: note.id }));
      },

      edit: (id) => set({ editing: id }),

      write(id, text) {
        set({ editing: null });
        const { notes } = get();
        const kept =
          text.trim() === ''
            ? notes.filter((note) => note.id !== id)
            : notes.map((note) => (note.id === id ? { ...note, text } : note));
        void save(kept);
      },

      cancel: () =>
        set(({ notes }) => ({ editing: null, notes: notes.filter(({ text }) => text !== '') })),

      remove(id) {
        const { notes, editing } = get();
        const at = notes.findIndex((note) => note.id === id);
        const note = notes[at];
        if (note === undefined) return;
        const from = datasetId;
        void save(notes.toSpliced(at, 1));
        if (editing === id) set({ editing: null });
        if (note.text === '') return;
        undo.getState().make({
          words: 'The note was deleted.',
          async undo() {
            if (datasetId === from) await save(get().notes.toSpliced(at, 0, note));
          },
          settle: async () => {},
        });
      },
    };
  });
}
