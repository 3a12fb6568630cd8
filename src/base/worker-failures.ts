/** What is said of a job that its worker could not end: it is gone, out of memory, or has a fault. */
import type { Failure } from './result.ts';
import type { Gone } from './supervisor.ts';

/** Jobs that a person waits for; any other is an answer to the page. */
const JOBS: Readonly<Record<string, string>> = {
  train: 'training',
  score: 'scoring',
  look: 'the first look',
  import: 'reading the files',
  label: 'reading the labels',
  demo: 'making the dataset',
  open: 'opening the dataset',
  prepare: 'preparing the dataset',
  export: 'writing the file',
  pack: 'packing the notebook file',
  unpack: 'opening the notebook file',
  unflag: 'the search for a change',
  compare: 'comparing the detectors',
};

export const workerGone = (
  job: string,
  { what, where }: Gone,
): Failure & { readonly kind: 'gone' } => ({
  kind: 'gone',
  what: `${JOBS[job] ?? 'an answer to the page'} ended, because its worker is gone: ${what}`,
  where: where === '' ? 'worker' : where,
  advice: 'try again: a new worker takes its place; the browser may have been short of memory',
});

/** How engines and TensorFlow.js say that memory is at its end. */
const NO_MEMORY =
  /allocation failed|out of memory|\boom\b|invalid (typed )?array (buffer )?length|cannot enlarge memory|maximum size exceeded|failed to (allocate|grow)|memory access out of bounds/i;

/** Jobs whose need of memory follows from the settings of the model. */
const COMPUTING: ReadonlySet<string> = new Set(['train', 'score', 'explain', 'whatIf', 'unflag']);

/**
 * What a job threw, in words. After `memory` the worker is not to be used any more: what it has
 * allocated is given back with it.
 */
export function jobThrew(
  job: string,
  cause: unknown,
): Failure & { readonly kind: 'memory' | 'bug' } {
  const said = cause instanceof Error ? cause.message : String(cause);
  const where = 'the worker';
  const name = JOBS[job] ?? 'an answer to the page';
  if (NO_MEMORY.test(said)) {
    return {
      kind: 'memory',
      what: `${name} needs more memory than the browser gives to this page`,
      where,
      advice: COMPUTING.has(job)
        ? 'lower the largest tree (N_max), the batch size or the units per head, or choose a smaller preset; what was used is given back'
        : 'give fewer or smaller files, or close other tabs; what was used is given back',
    };
  }
  if (/failed to fetch|load failed|networkerror/i.test(said)) {
    return {
      kind: 'bug',
      what: `${name} needs a part of the page that could not be loaded`,
      where: 'the page’s server',
      advice: 'try again once the server answers, or reload the page; stored data is kept',
    };
  }
  return { kind: 'bug', what: said, where, advice: 'reload the page; stored data is kept' };
}
