/** What a job of the worker is: it takes an input and gives an outcome, in words where it failed. */
import { err, type Failure, type Result } from '../base/result.ts';
import type { JobFailure, JobKind, Jobs } from './protocol.ts';
import type { JobControl } from './run-control.ts';

export interface JobContext<K extends JobKind> {
  readonly control: JobControl;
  readonly emit: (event: Jobs[K]['event']) => void;
  /** Buffers of the output that are given away instead of copied. */
  readonly transfer: ArrayBuffer[];
}

/** The jobs of these kinds. */
export type JobTable<Kinds extends JobKind> = {
  readonly [K in Kinds]: (
    input: Jobs[K]['input'],
    context: JobContext<K>,
  ) => Promise<Result<Jobs[K]['output'], JobFailure>>;
};

export const cancelled: JobFailure = {
  kind: 'cancelled',
  what: 'cancelled',
  where: 'the worker',
  advice: 'start again when ready',
};

export const noDataset: Failure = {
  what: 'no dataset is open',
  where: 'the worker',
  advice: 'load a dataset first',
};

export const withoutDataset = (): Result<never, JobFailure> =>
  err({ ...noDataset, kind: 'unusable-data' });

/** Buffers of an object's own columns. */
export const columnBuffers = (output: object): ArrayBuffer[] =>
  Object.values(output).flatMap((value) =>
    ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
  );
