/** What is said of a job whose worker is gone. */
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
