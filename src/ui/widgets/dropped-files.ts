/**
 * The files of a drop, those of dropped folders among them. A file from a folder is named by its
 * path from there on, so that two of one name can be told apart.
 */

/** Deeper folders are links in a circle more likely than a data set. */
const MAX_DEPTH = 16;
const MAX_FILES = 0xffff;
/** One after another, thousands of small files take longer to open than to read. */
const OPENED_AT_ONCE = 64;

/** Entries can only be asked for while the drop is being handled, files of a folder only later. */
export function filesOf(transfer: DataTransfer): Promise<File[]> | File[] {
  const files = Array.from(transfer.files);
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  return collect(entries.filter((entry) => entry !== null));
}

async function collect(roots: readonly FileSystemEntry[]): Promise<File[]> {
  const found: File[] = [];
  let level = roots;
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const shown = level.filter((entry) => !isHidden(entry));
    const files = shown.filter((entry) => !isFolder(entry)) as FileSystemFileEntry[];
    const wanted = files.slice(0, MAX_FILES - found.length);
    for (let at = 0; at < wanted.length; at += OPENED_AT_ONCE) {
      const some = wanted.slice(at, at + OPENED_AT_ONCE);
      found.push(...(await Promise.all(some.map((entry) => fileOf(entry, depth)))));
    }
    const next: FileSystemEntry[] = [];
    for (const folder of shown.filter(isFolder)) next.push(...(await entriesOf(folder)));
    level = next;
  }
  return found;
}

/** What operating systems leave in folders. */
const isHidden = ({ name }: FileSystemEntry): boolean => name.startsWith('.');

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

async function fileOf(entry: FileSystemFileEntry, depth: number): Promise<File> {
  const file = await new Promise<File>((resolve) => {
    // A file that cannot be opened is named by the import, which will not be able to read it either.
    entry.file(resolve, () => resolve(new File([], entry.name)));
  });
  return depth === 0 ? file : new File([file], entry.fullPath.replace(/^\//, ''));
}

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
