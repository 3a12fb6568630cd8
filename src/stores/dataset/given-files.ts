/**
 * Files that a person gave, to be handed to the worker some at a time. A browser looks a file up when
 * it is first asked about, at the latest when it is handed over, and takes about .2 ms for each;
 * thousands at once would hold the page up.
 */
import { nextTask } from '../../base/next-task.ts';

export interface GivenFiles {
  /** Of all files; of one from a folder its path. */
  readonly names: readonly string[];
  /** All of few; of many none, nor where each has to be asked for. */
  readonly first: readonly File[];
  /** Those that are not {@link first}, in order, some at a time, with turns of the page between. */
  further(): AsyncIterable<readonly File[]>;
}

/** Files that are asked for before the page gets its turn. */
const AT_ONCE = 100;

export const givenFiles = (files: readonly File[]): GivenFiles => ({
  names: files.map(({ name }) => name),
  first: files.length > AT_ONCE ? [] : files,
  async *further() {
    if (files.length <= AT_ONCE) return;
    for (let at = 0; at < files.length; at += AT_ONCE) {
      await nextTask();
      yield files.slice(at, at + AT_ONCE);
    }
  },
});

export async function allOf(given: GivenFiles): Promise<readonly File[]> {
  const files = [...given.first];
  for await (const some of given.further()) files.push(...some);
  return files;
}
