/**
 * A kind of anomaly that validation traces get, so that settings can be chosen without a test
 * label. Some change one trace at a time; others are faults of one service, in a share of the traces
 * of a window of time.
 */
import type { Random } from '../../base/random.ts';
import type { Microseconds } from '../../base/units.ts';
import type { Label } from '../../trace/trace-set.ts';
import type { Tree } from '../tree-book.ts';

/** A trace that is to be changed. */
export interface KindTree extends Tree {
  /** [n] microseconds, the mean over the node's spans */
  readonly latencyUs: Float64Array;
  /** [n] */
  readonly spanCount: Uint32Array;
  /** [n] index of the service of each node's operation */
  readonly service: Uint32Array;
  /** [n] 99th percentile of each node's operation in training, microseconds; NaN: never seen */
  readonly p99Us: Float64Array;
}

export interface ChangedTree {
  /** [n] 1 for nodes that stay; null where all do */
  readonly alive: Uint8Array | null;
  /** [n] microseconds; of nodes that go, anything */
  readonly latencyUs: Float64Array;
  /** Node that failed, of those that stay; absent: none did. */
  readonly failed?: number;
}

interface AnyKind {
  readonly id: string;
  /** What is done to a trace, in words. */
  readonly says: string;
  readonly label: Extract<Label, 'structure' | 'time'>;
}

export interface TraceKind extends AnyKind {
  readonly per: 'trace';
  /** @returns null where this trace cannot be changed so */
  change(tree: KindTree, draws: Random): ChangedTree | null;
}

export interface FaultKind extends AnyKind {
  readonly per: 'fault';
  /** How bad a fault is, the same in all its traces. @param usualUs median duration of a training trace */
  severity(draws: Random, usualUs: Microseconds): number;
  /** @returns null where the trace does not meet the service */
  change(tree: KindTree, service: number, severity: number): ChangedTree | null;
}

export type Kind = TraceKind | FaultKind;
