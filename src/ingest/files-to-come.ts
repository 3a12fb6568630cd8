/**
 * Files that come in batches while those before are read. All their names are known from the start.
 * Whoever gives them can wait, so that what is read ahead of its turn stays bounded.
 */
import type { FilesToCome, SourceFile } from './import.ts';

/** A file, or all its bytes where whoever gives it has read it. */
export type GivenFile = Blob | Uint8Array<ArrayBuffer>;

/** For the import of a dataset. */
export interface FileBatch {
  readonly datasetId: string;
  readonly files: readonly GivenFile[];
}

export interface ComingFiles extends FilesToCome {
  /** Resolves once there is room for more of them: at once for those that are not read yet. */
  give(files: readonly GivenFile[]): Promise<void>;
  /** Lets all who wait go, where no more are wanted. */
  close(): void;
}

/** Bytes of files that wait to have their turn. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

export function createFilesToCome(names: readonly string[], signal: AbortSignal): ComingFiles {
  const here: SourceFile[] = [];
  let doneCount = 0;
  let waitingBytes = 0;
  let isClosed = false;
  let wake: (() => void) | null = null;
  let haveRoom: (() => void)[] = [];
  const letGo = (): void => {
    for (const resolve of haveRoom) resolve();
    haveRoom = [];
  };
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
    done: (count) => {
      for (; doneCount < count; doneCount++) {
        const { name, size, held } = here[doneCount]!;
        if (held === undefined) continue;
        waitingBytes -= size;
        here[doneCount] = { ...heldFile(name, new Uint8Array(0)), size };
      }
      if (waitingBytes <= MOST_WAITING_BYTES) letGo();
    },
    give: (files) => {
      const given = files.map((file, i) => namedFile(file, names[here.length + i]!));
      for (const { held } of given) waitingBytes += held?.length ?? 0;
      here.push(...given);
      wake?.();
      if (isClosed || waitingBytes <= MOST_WAITING_BYTES) return Promise.resolve();
      return new Promise((resolve) => haveRoom.push(resolve));
    },
    close: () => {
      isClosed = true;
      letGo();
    },
  };
}

/** Files that are there already. */
export const allHere = (files: readonly SourceFile[]): FilesToCome => ({
  names: files.map(({ name }) => name),
  here: files,
  more: async () => false,
  done: () => undefined,
});

/** Files under other names than their own: a browser's File of a folder does not know its path. */
export const namedFiles = (files: readonly GivenFile[], names: readonly string[]): SourceFile[] =>
  files.map((file, i) => namedFile(file, names[i]!));

const namedFile = (file: GivenFile, name: string): SourceFile =>
  file instanceof Uint8Array
    ? heldFile(name, file)
    : {
        name,
        size: file.size,
        blob: file,
        stream: () => file.stream(),
        slice: (start, end) => file.slice(start, end),
      };

const heldFile = (name: string, bytes: Uint8Array<ArrayBuffer>): SourceFile => ({
  name,
  size: bytes.length,
  held: bytes,
  stream: () => new Blob([bytes]).stream(),
  slice: (start, end) => new Blob([bytes.subarray(start, end)]),
});
