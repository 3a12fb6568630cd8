/** Which of the imported files came from which given one: archives give several, labels none. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { FileRole } from '../features/splits.ts';
import type { ImportedFile } from '../ingest/import.ts';
import type { GivenFile } from './handle.ts';

/** @returns [files] the role of each imported file; both lists are in the order of the import */
export function rolesOfImported(
  files: readonly ImportedFile[],
  given: readonly GivenFile[],
): Result<FileRole[], Failure> {
  const roles: FileRole[] = [];
  let at = 0;
  for (const file of files) {
    while (at < given.length && !isFrom(file, given[at]!)) at++;
    const source = given[at];
    if (source === undefined) return err(stranger(file.name));
    roles.push(source.role);
    // an archive may have more files; two plain ones may share a name
    if (file.name === source.name) at++;
  }
  return ok(roles);
}

const isFrom = (file: ImportedFile, { name, bytes }: GivenFile): boolean =>
  file.name === name ? file.bytes === bytes : file.name.startsWith(`${name}/`);

const stranger = (name: string): Failure => ({
  what: `the page has ${name}, which is none of the files that it was given`,
  where: 'the import',
  advice: 'give files of traces; a notebook file is opened on the page',
});
