/** The notes of each dataset: Markdown between the cells, one record a dataset. */
import { type Failure, ok, type Result } from '../base/result.ts';
import { parseRecord } from '../run/stored-record.ts';
import type { Database } from './schema.ts';
import { notesRecord as schema } from './schemas.ts';
import { guarded } from './storage-failure.ts';

export const NOTES_FORMAT = 1;

export interface Note {
  readonly id: string;
  /** Id of the cell that it stands below. */
  readonly after: string;
  /** Markdown, with equations between dollar signs. */
  readonly text: string;
}

export interface NotesRecord {
  readonly formatVersion: typeof NOTES_FORMAT;
  readonly datasetId: string;
  /** In their order on the page. */
  readonly notes: readonly Note[];
}

export interface NoteShelf {
  /** Empty where there are none. */
  read(datasetId: string): Promise<Result<readonly Note[], Failure>>;
  /** Together with what another tab stored meanwhile. @returns all of them */
  save(datasetId: string, notes: readonly Note[]): Promise<Result<readonly Note[], Failure>>;
}

export function readNotesRecord(value: unknown): Result<readonly Note[], Failure> {
  const read = parseRecord<NotesRecord>(value, 'set of notes', NOTES_FORMAT, schema);
  return read.ok ? ok(read.value.notes) : read;
}

export const notesRecord = (datasetId: string, notes: readonly Note[]): NotesRecord => ({
  formatVersion: NOTES_FORMAT,
  datasetId,
  notes,
});

export function createNoteShelf(database: () => Promise<Database>): NoteShelf {
  /** By dataset: what this page last read or wrote. */
  const known = new Map<string, readonly Note[]>();
  return {
    async read(datasetId) {
      const read = await guarded(async () => (await database()).get('notes', datasetId));
      if (!read.ok) return read;
      const notes = read.value === undefined ? ok([]) : readNotesRecord(read.value);
      if (notes.ok) known.set(datasetId, notes.value);
      return notes;
    },

    async save(datasetId, notes) {
      const saved = await guarded(async (): Promise<Result<readonly Note[], Failure>> => {
        const { store, done } = (await database()).transaction('notes', 'readwrite');
        const stored = await store.get(datasetId);
        const theirs = stored === undefined ? ok([]) : readNotesRecord(stored);
        if (!theirs.ok) return theirs;
        const merged = mergeNotes(known.get(datasetId) ?? [], notes, theirs.value);
        await store.put(notesRecord(datasetId, merged), datasetId);
        await done;
        known.set(datasetId, merged);
        return ok(merged);
      });
      return saved.ok ? saved.value : saved;
    },
  };
}

/**
 * What both have. A note that only one of them changed is as that one has it; one that both changed
 * is as `mine` has it; one that one deleted and the other changed stays.
 *
 * @param base what both began with
 */
export function mergeNotes(
  base: readonly Note[],
  mine: readonly Note[],
  theirs: readonly Note[],
): readonly Note[] {
  const [was, their] = [base, theirs].map((notes) => new Map(notes.map((note) => [note.id, note])));
  const own = new Set(mine.map(({ id }) => id));
  const same = (a: Note | undefined, b: Note | undefined): boolean =>
    a?.text === b?.text && a?.after === b?.after;
  const kept = mine.flatMap((note) => {
    const before = was!.get(note.id);
    const there = their!.get(note.id);
    const changed = !same(note, before);
    if (there === undefined) return before === undefined || changed ? [note] : [];
    return [changed ? note : there];
  });
  const added = theirs.filter((note) => {
    if (own.has(note.id)) return false;
    const before = was!.get(note.id);
    return before === undefined || !same(note, before);
  });
  return [...kept, ...added];
}
