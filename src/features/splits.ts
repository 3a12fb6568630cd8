/**
 * Which trace trains, validates or tests. Sections 6.1 and A.4 of the paper: parts of 10 : 2 : 5.
 */
import type { TraceSet } from '../trace/trace-set.ts';

/** What a file is for; `split` files are divided 10 : 2 : 5. */
export const FILE_ROLES = ['split', 'train', 'val', 'test'] as const;
export type FileRole = (typeof FILE_ROLES)[number];

export interface SplitOptions {
  /** [files] */
  readonly roles: readonly FileRole[];
  readonly seed: number;
  /** N_max: traces with fewer than 2 or more nodes than this are unused. */
  readonly maxNodes: number;
  /** At most this many training traces (the first ones drawn by the seed), or all. */
  readonly limitTrain: number | null;
}

/** @returns [T] index into SETS */
export type AssignSets = (traces: TraceSet, options: SplitOptions) => Uint8Array;
