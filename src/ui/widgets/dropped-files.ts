/**
 * The files of a drop, those of dropped folders among them. A file from a folder is named by its
 * path from there on, so that two of one name can be told apart.
 */
import type { GivenFiles } from '../../stores/dataset/given-files.ts';

/** Deeper folders are links in a circle more likely than a data set. */
const MAX_DEPTH = 16;
const MAX_FILES = 0xffff;
/** One after another, thousands of small files take longer to open than to read. */
const OPENED_AT_ONCE = 64;

/** Entries can only be asked for while the drop is being handled, files of a folder only later. */
export function filesOf(transfer: DataTransfer): Promise<GivenFiles> | File[] {
  const files = Array.from(transfer.files);
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  return listed(entries.filter((entry) => entry !== null));
}

async function listed(roots: readonly FileSystemEntry[]): Promise<GivenFiles> {
  const found: FileSystemFileEntry[] = [];
  let level = roots;
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const shown = level.filter((entry) => !isHidden(entry));
    for (const entry of shown)
      if (!isFolder(entry) && found.length < MAX_FILES) found.push(entry as FileSystemFileEntry);
    const next: FileSystemEntry[] = [];
    for (const folder of shown.filter(isFolder)) next.push(...(await entriesOf(folder)));
    level = next;
  }
  return opening(found);
}

/** Each file is opened once, however often all are gone through. */
function opening(entries: readonly FileSystemFileEntry[]): GivenFiles {
  const opened: Promise<readonly File[]>[] = [];
  return {
    // A file alone has no path before its name, as if it had been chosen.
    names: entries.map(({ fullPath }) => fullPath.replace(/^\//, '')),
    first: [],
    async *further() {
      for (let at = 0; at < entries.length; at += OPENED_AT_ONCE) {
        const some = at / OPENED_AT_ONCE;
        opened[some] ??= Promise.all(entries.slice(at, at + OPENED_AT_ONCE).map(fileOf));
        yield await opened[some];
      }
    },
  };
}

/** What operating systems leave in folders. */
const isHidden = ({ name }: FileSystemEntry): boolean => name.startsWith('.');

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve) => {
    // A file that cannot be opened is named by the import, which will not be able to read it either.
    entry.file(resolve, () => resolve(new File([], entry.name)));
  });

/** Browsers give a folder's entries a hundred at a time, and an empty list at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => {
      reader.readEntries(resolve, () => resolve([]));
    });
    if (some.length === 0) break;
    entries.push(...some);
  }
  // Browsers list folders in their own order; by name, the same folder is the same dataset.
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
