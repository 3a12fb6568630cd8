/**
 * Many small files: the next ones are fetched while one is read, hundreds of them at once, as one
 * Blob. A browser takes a fraction of a millisecond for every read, which adds up to more than
 * the reading where each file is asked for alone. Those that come with their bytes need none.
 */
import type { FilesToCome, SourceFile } from './import.ts';

/** From so many files on; fewer are as fast one by one. */
export const MANY_FILES = 32;
/** Larger files are streamed. */
export const SMALL_BYTES = 256 * 1024;
/** Files that are fetched at once, and bytes from which on there are enough of them. */
const MOST_FILES = 256;
const ENOUGH_BYTES = 2 * 1024 * 1024;

export interface FetchedFile {
  readonly file: SourceFile;
  /** All of it; null where it is to be streamed. Rejects where the browser cannot read it. */
  readonly bytes: (() => Promise<Uint8Array>) | null;
}

/**
 * The files in their order; no more is on its way than the group of the present one and the next.
 * Ends early where no more files come.
 */
export async function* fetchAhead(files: FilesToCome): AsyncGenerator<FetchedFile> {
  const { length } = files.names;
  let ahead = nextGroup(files, 0);
  for (let at = 0; at < length; ) {
    const group = await ahead;
    if (group.length === 0) return;
    at += group.length;
    if (at < length) ahead = nextGroup(files, at);
    yield* group;
    files.done(at);
  }
}

/** As many as have come, where they are small; none where none will come. */
async function nextGroup(files: FilesToCome, first: number): Promise<readonly FetchedFile[]> {
  const { names, here } = files;
  while (here.length <= first) if (!(await files.more())) return [];
  const held = heldGroup(here, first);
  if (held.length > 0) return held;
  const group = names.length >= MANY_FILES ? fetchGroup(here, first) : [];
  return group.length > 0 ? group : [{ file: here[first]!, bytes: null }];
}

/** Files from `first` on that come with their bytes. */
function heldGroup(files: readonly SourceFile[], first: number): FetchedFile[] {
  const group: FetchedFile[] = [];
  for (let at = first; group.length < MOST_FILES; at++) {
    const file = files[at];
    const held = file?.held;
    if (file === undefined || held === undefined) break;
    group.push({ file, bytes: async () => held });
  }
  return group;
}

/** Small files from `first` on, being fetched; none where the first one is not small. */
function fetchGroup(files: readonly SourceFile[], first: number): FetchedFile[] {
  const group: SourceFile[] = [];
  let bytes = 0;
  for (let at = first; group.length < MOST_FILES && bytes < ENOUGH_BYTES; at++) {
    const file = files[at];
    if (file === undefined || file.held !== undefined || file.size > SMALL_BYTES) break;
    group.push(file);
    bytes += file.size;
  }
  return together(group, bytes);
}

/** @param length bytes of all of them */
function together(files: readonly SourceFile[], length: number): FetchedFile[] {
  const blobs = files.flatMap((file) => (file instanceof Blob ? file : (file.blob ?? [])));
  const whole =
    files.length > 1 && blobs.length === files.length ? new Blob(blobs).arrayBuffer() : null;
  // One that cannot be read, or was changed, fails them all: then each is read alone.
  const buffer = whole?.then(
    (read) => (read.byteLength === length ? read : null),
    () => null,
  );
  let end = 0;
  return files.map((file) => {
    const start = end;
    end += file.size;
    return {
      file,
      bytes: async () => {
        const read = (await buffer) ?? null;
        return read === null ? alone(file) : new Uint8Array(read, start, file.size);
      },
    };
  });
}

const alone = async (file: SourceFile): Promise<Uint8Array> =>
  new Uint8Array(await file.slice(0, file.size).arrayBuffer());
