import { copyInSteps } from '../base/copy-columns.ts';
import { runWithPauses } from '../base/slices.ts';

/** The worker's own copy, made a column at a time so that the page answers meanwhile. */
export const copyForWorker = <T>(record: T): Promise<T> =>
  runWithPauses(copyInSteps(record), nextTask);

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
