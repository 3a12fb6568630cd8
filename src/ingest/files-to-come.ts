/**
 * Files that are read while the browser still looks the further ones up. All their names are known
 * from the start; the files come in batches.
 */
import type { FilesToCome, SourceFile } from './import.ts';

export interface ComingFiles extends FilesToCome {
  give(files: readonly Blob[]): void;
}

export function createFilesToCome(names: readonly string[], signal: AbortSignal): ComingFiles {
  const here: SourceFile[] = [];
  let wake: (() => void) | null = null;
  signal.addEventListener('abort', () => wake?.());
  return {
    names,
    here,
    more: async () => {
      const before = here.length;
      while (here.length === before && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return !signal.aborted;
    },
    give: (files) => {
      here.push(...namedFiles(files, names.slice(here.length)));
      wake?.();
    },
  };
}

/** Files that are there already. */
export const allHere = (files: readonly SourceFile[]): FilesToCome => ({
  names: files.map(({ name }) => name),
  here: files,
  more: async () => false,
});

/** Files under other names than their own: a browser's File of a folder does not know its path. */
export const namedFiles = (files: readonly Blob[], names: readonly string[]): SourceFile[] =>
  files.map((blob, i) => ({
    name: names[i]!,
    size: blob.size,
    blob,
    stream: () => blob.stream(),
    slice: (start, end) => blob.slice(start, end),
  }));
