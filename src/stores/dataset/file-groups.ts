/**
 * Files of one folder, format and kind as one row where they are many. In: the files of a dataset and
 * what each is for. Out: rows in the order of their first files.
 */
import type { FileRole } from '../../features/splits.ts';
import type { ImportedFile } from '../../ingest/import.ts';

/** So many alike and fewer have a row each. */
export const MOST_ALONE = 8;

export interface FileGroup {
  /** Of a single file its name; of several what their names share, `traces/trace-*.json`. */
  readonly name: string;
  /** Indices of the files, ascending. */
  readonly files: readonly number[];
  readonly format: string;
  readonly container: ImportedFile['container'];
  readonly bytes: number;
  /** null where they are used for different things. */
  readonly role: FileRole | null;
}

export function groupFiles(
  files: readonly ImportedFile[],
  roles: readonly FileRole[],
): readonly FileGroup[] {
  const alike = new Map<string, number[]>();
  files.forEach((file, i) => {
    const key = JSON.stringify([
      folderOf(file.name),
      endingOf(file.name),
      file.format,
      file.container,
    ]);
    const group = alike.get(key);
    if (group) group.push(i);
    else alike.set(key, [i]);
  });
  return [...alike.values()]
    .flatMap((group) => (group.length > MOST_ALONE ? [group] : group.map((file) => [file])))
    .sort((a, b) => a[0]! - b[0]!)
    .map((group) => rowOf(group, files, roles));
}

function rowOf(
  group: readonly number[],
  files: readonly ImportedFile[],
  roles: readonly FileRole[],
): FileGroup {
  const { format, container } = files[group[0]!]!;
  const role = roles[group[0]!]!;
  return {
    name: patternOf(group.map((file) => files[file]!.name)),
    files: group,
    format,
    container,
    bytes: group.reduce((sum, file) => sum + files[file]!.bytes, 0),
    role: group.every((file) => roles[file] === role) ? role : null,
  };
}

const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);

/** `.json` of `a.b.json`, empty without a point. */
const endingOf = (name: string): string => /\.[^./]*$/.exec(name)?.[0] ?? '';

/** What all names begin and end with, a star between. */
function patternOf(names: readonly string[]): string {
  const [first, ...others] = names;
  if (first === undefined) return '';
  let start = first.length;
  let end = first.length;
  for (const name of others) {
    let same = 0;
    while (same < start && name[same] === first[same]) same += 1;
    start = same;
    same = 0;
    while (same < end && name.at(-1 - same) === first.at(-1 - same)) same += 1;
    end = same;
  }
  if (others.length === 0 || start === first.length) return first;
  const shortest = Math.min(...names.map(({ length }) => length));
  return `${first.slice(0, start)}*${first.slice(first.length - Math.min(end, shortest - start))}`;
}
