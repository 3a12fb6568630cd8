/** What a job of the worker is: it takes an input and gives an outcome, in words where it failed. */
import type { Result } from '../base/result.ts';
import { isStatistic } from '../detectors/catalog.ts';
import type { JobControl } from '../run/job-control.ts';
import type { JobFailure } from './job-failure.ts';
import type { Lane } from './lanes.ts';
import type { JobKind, Jobs } from './protocol.ts';

export interface JobContext<K extends JobKind> {
  readonly control: JobControl;
  readonly emit: (event: Jobs[K]['event']) => void;
  /** Buffers of the output that are given away instead of copied. */
  readonly transfer: ArrayBuffer[];
}

export interface Job<K extends JobKind> {
  lane(input: Jobs[K]['input']): Lane;
  run(
    input: Jobs[K]['input'],
    context: JobContext<K>,
  ): Promise<Result<Jobs[K]['output'], JobFailure>>;
}

/** The jobs of these kinds. */
export type JobTable<Kinds extends JobKind> = { readonly [K in Kinds]: Job<K> };

/** A job that needs the backend or the model: one at a time. */
export const computing = <K extends JobKind>(run: Job<K>['run']): Job<K> => ({
  lane: () => 'compute',
  run,
});

/** A job that needs neither, and waits for nothing. */
export const beside = <K extends JobKind>(run: Job<K>['run']): Job<K> => ({
  lane: () => 'beside',
  run,
});

/** A question about a model, which waits for the backend unless the model has no use for it. */
export const asking = <K extends 'explain'>(run: Job<K>['run']): Job<K> => ({
  lane: ({ of }) => (isStatistic(of.detector) ? 'beside' : 'compute'),
  run,
});

/** Buffers of an object's own columns. */
export const columnBuffers = (output: object): ArrayBuffer[] =>
  Object.values(output).flatMap((value) =>
    ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
  );
