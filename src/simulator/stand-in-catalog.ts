/** The datasets of the paper that stand-ins are made of: Table 4 as plain data. */
import type { Milliseconds } from '../base/units.ts';

export const STAND_IN_IDS = ['A', 'B', 'C', 'D', 'E'] as const;
export type StandInId = (typeof STAND_IN_IDS)[number];

export interface DatasetStatistics {
  /** "Original Trace Count". */
  readonly traces: number;
  /** "API Count". */
  readonly operations: number;
  /** "Root Node API Count". */
  readonly rootOperations: number;
  readonly maxNodes: number;
  /** The root counted. */
  readonly maxDepth: number;
  /** Percentiles of time consumption, read as that of the whole trace. */
  readonly latencyMs: {
    readonly p90: Milliseconds;
    readonly p95: Milliseconds;
    readonly p99: Milliseconds;
  };
}

/** Counts before, sizes and latencies after re-sampling and merging. */
export const TABLE_4: Readonly<Record<StandInId, DatasetStatistics>> = {
  A: {
    traces: 2_341_237,
    operations: 71,
    rootOperations: 7,
    maxNodes: 19,
    maxDepth: 2,
    latencyMs: { p90: 1394, p95: 1767, p99: 4474 },
  },
  B: {
    traces: 1_396_697,
    operations: 57,
    rootOperations: 10,
    maxNodes: 16,
    maxDepth: 2,
    latencyMs: { p90: 1703, p95: 3539, p99: 6149 },
  },
  C: {
    traces: 4_504_422,
    operations: 33,
    rootOperations: 5,
    maxNodes: 8,
    maxDepth: 4,
    latencyMs: { p90: 95, p95: 112, p99: 150 },
  },
  D: {
    traces: 5_479_257,
    operations: 98,
    rootOperations: 23,
    maxNodes: 32,
    maxDepth: 5,
    latencyMs: { p90: 209, p95: 236, p99: 280 },
  },
  E: {
    traces: 110_599,
    operations: 1487,
    rootOperations: 403,
    maxNodes: 32,
    maxDepth: 10,
    latencyMs: { p90: 1190, p95: 2987, p99: 6800 },
  },
};

/** Which stand-in, and how many traces of it. */
export interface StandInChoice {
  readonly id: StandInId;
  readonly traces: number;
}

/** Fewer do not meet all 403 root operations of E. */
export const MIN_STAND_IN_TRACES = 2000;
