/**
 * Many small files: the next ones are fetched while one is read, each as a whole. A browser takes a
 * fraction of a millisecond to open a file, which adds up where one waits for the other.
 */
import type { SourceFile } from './import.ts';

/** From so many files on; fewer are as fast one by one. */
export const MANY_FILES = 32;
/** Larger files are streamed. */
export const SMALL_BYTES = 256 * 1024;
/** Files on their way: at most 16 MiB. */
const AHEAD = 64;

export interface FetchedFile {
  readonly file: SourceFile;
  /** All of it; null where it is to be streamed. Rejects where the browser cannot read it. */
  readonly bytes: Promise<Uint8Array> | null;
}

/** The files in their order; none is fetched before it is among the next {@link AHEAD}. */
export function* fetchAhead(files: readonly SourceFile[]): Generator<FetchedFile> {
  const many = files.length >= MANY_FILES;
  const fetching: FetchedFile[] = [];
  let next = 0;
  while (next < files.length || fetching.length > 0) {
    while (next < files.length && fetching.length < AHEAD) {
      const file = files[next]!;
      const bytes = many && file.size <= SMALL_BYTES ? bytesOf(file) : null;
      // Whoever takes it hears of it; an import that ends before that does not care.
      bytes?.catch(() => undefined);
      fetching.push({ file, bytes });
      next += 1;
    }
    yield fetching.shift()!;
  }
}

const bytesOf = async (file: SourceFile): Promise<Uint8Array> =>
  new Uint8Array(await file.slice(0, file.size).arrayBuffer());
