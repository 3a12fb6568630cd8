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
  save(datasetId: string, notes: readonly Note[]): Promise<Result<null, Failure>>;
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

export const createNoteShelf = (database: () => Promise<Database>): NoteShelf => ({
  async read(datasetId) {
    const read = await guarded(async () => (await database()).get('notes', datasetId));
    if (!read.ok) return read;
    return read.value === undefined ? ok([]) : readNotesRecord(read.value);
  },

  save: (datasetId, notes) =>
    guarded(async () => {
      await (await database()).put('notes', notesRecord(datasetId, notes), datasetId);
      return null;
    }),
});
