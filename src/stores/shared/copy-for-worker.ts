import { copyInSteps } from '../../base/copy-columns.ts';
import { nextTask } from '../../base/next-task.ts';
import { runWithPauses } from '../../base/slices.ts';

/** Longer than this the page does not copy without a pause. */
const SLICE_MS = 8;

/** The worker's own copy, made a few columns at a time so that the page answers meanwhile. */
export function copyForWorker<T>(record: T): Promise<T> {
  let since = performance.now();
  return runWithPauses(copyInSteps(record), async () => {
    if (performance.now() - since < SLICE_MS) return;
    await nextTask();
    since = performance.now();
  });
}
