/** What section A.4 of the paper leaves to choose, with its choices as defaults. */
import { type AnomalyRanges, PAPER_RANGES } from './anomalies.ts';

export interface PrepareSettings {
  readonly seed: number;
  /** N_max: trees of fewer than 2 or more nodes are left out, so that groups count what is used. */
  readonly maxNodes: number;
  /** Percent of the traces, the slowest by root latency, that is dropped; 0 drops none. */
  readonly slowestPercent: number;
  /** Groups of fewer traces are dropped; 1 keeps all. */
  readonly minGroupSize: number;
  /** The same number of every group; off for data used as they are, as the paper's dataset E. */
  readonly balance: boolean;
  /**
   * Traces of every group, over all parts; null for as many as the smallest group has. Differs from
   * the paper: it does not say what a group with fewer traces does; here its traces are taken again.
   */
  readonly perGroup: number | null;
  /** Injected anomalies as a share of the normal test traces; the paper's 2,500 of 50,000. */
  readonly structureShare: number;
  readonly timeShare: number;
  readonly ranges: AnomalyRanges;
}

export const PAPER_SETTINGS: PrepareSettings = {
  seed: 1,
  maxNodes: 32,
  slowestPercent: 1,
  minGroupSize: 100,
  balance: true,
  perGroup: null,
  structureShare: 0.05,
  timeShare: 0.05,
  ranges: PAPER_RANGES,
};

/** Section A.4: train, validation and test parts. */
export const PART_SIZES = { train: 10, val: 2, test: 5 } as const;
export type Part = keyof typeof PART_SIZES;
export const PARTS = ['train', 'val', 'test'] as const satisfies readonly Part[];
