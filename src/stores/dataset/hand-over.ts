/** Files from the page to the worker, read ahead of it as far as it has room. */
import type { GivenFiles } from './given-files.ts';
import { type ReadFiles, readSmall } from './read-small.ts';

/** Batches that the worker need not have answered: an answer takes as long as it works at a time. */
const MOST_UNANSWERED = 4;

/**
 * Those after the first. Two batches are read at once.
 *
 * @param give    resolves once the worker has room for more
 * @param isEnded whether no more are wanted
 */
export async function handOver(
  given: GivenFiles,
  give: (read: ReadFiles) => Promise<unknown>,
  isEnded: () => boolean,
): Promise<void> {
  const unanswered: Promise<unknown>[] = [];
  const giveRead = async (reading: Promise<ReadFiles>): Promise<void> => {
    const read = await reading;
    if (isEnded()) return;
    unanswered.push(give(read));
    if (unanswered.length > MOST_UNANSWERED) await unanswered.shift();
  };
  let before: Promise<ReadFiles> | null = null;
  for await (const some of given.further()) {
    const reading = readSmall(some);
    if (before) await giveRead(before);
    if (isEnded()) return;
    before = reading;
  }
  if (before) await giveRead(before);
}
