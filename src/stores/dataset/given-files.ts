/**
 * Files that a person gave, to be handed to the worker while the browser still looks them up. It
 * does so when a file is first asked about, at the latest when it is handed over, and takes about
 * .2 ms for each; thousands at once would hold the page up.
 */
import { nextTask } from '../../base/next-task.ts';

export interface GivenFiles {
  /** Of all files; of one from a folder its path. */
  readonly names: readonly string[];
  /** The first of them, all of few; none where each has to be asked for. */
  readonly first: readonly File[];
  /** Those after {@link first}, in order, some at a time, with turns of the page between. */
  further(): AsyncIterable<readonly File[]>;
}

/** Files that are looked up before the page gets its turn. */
const LOOKED_UP = 100;

export const givenFiles = (files: readonly File[]): GivenFiles => ({
  names: files.map(({ name }) => name),
  first: files.slice(0, LOOKED_UP),
  async *further() {
    for (let at = LOOKED_UP; at < files.length; at += LOOKED_UP) {
      await nextTask();
      yield files.slice(at, at + LOOKED_UP);
    }
  },
});

export async function allOf(given: GivenFiles): Promise<readonly File[]> {
  const files = [...given.first];
  for await (const some of given.further()) files.push(...some);
  return files;
}
