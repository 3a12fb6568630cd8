/** Values of a formula's terms, read from what a run keeps of its traces. */
import { assert } from '../../base/assert.ts';
import { createSelfTimes } from '../../trace/self-times.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { CorrectionsOf } from '../corrections/list.ts';
import { EDGE_BOUNDARIES, type ScoreTerms, type StdLimits } from '../score-terms.ts';

/** What a formula is computed from. */
export interface FormulaSource {
  readonly terms: ScoreTerms;
  readonly traces: TraceSet;
  /** Constants of the corrections that `full` and the other variants have. */
  readonly corrections: CorrectionsOf;
  readonly limits: StdLimits;
}

/** Some of the T traces, one after the other. */
export interface Block {
  readonly from: number;
  readonly to: number;
  /** [T + 1] first node of each trace, of all T */
  readonly firstNode: Uint32Array;
}

/** Writes the values of a block's traces into its argument, as many as the level has. */
export type Fill = (block: Block, into: Float64Array) => void;

/** @param column [S, L] */
export function structureFill(terms: ScoreTerms, column: ArrayLike<number>, sign: number): Fill {
  const { samples, structureRow } = terms;
  return ({ from, to }, into) => {
    let at = 0;
    for (let t = from; t < to; t++) {
      const first = structureRow[t]! * samples;
      for (let s = first; s < first + samples; s++) into[at++] = sign * column[s]!;
    }
  };
}

/** @param column [T, L] */
export const latencyFill =
  ({ samples }: ScoreTerms, column: Float32Array): Fill =>
  ({ from, to }, into) => {
    let at = 0;
    for (let x = from * samples; x < to * samples; x++) into[at++] = -column[x]!;
  };

export const ofTrace =
  (valueAt: (source: FormulaSource, t: number) => number) =>
  (source: FormulaSource): Fill =>
  ({ from, to }, into) => {
    for (let t = from; t < to; t++) into[t - from] = valueAt(source, t);
  };

/** @param valueAt of a node, by its place among the nodes of the TraceSet */
export const ofNode =
  (valueAt: (traces: TraceSet, node: number) => number) =>
  ({ terms: { trace }, traces }: FormulaSource): Fill =>
  ({ from, to }, into) => {
    let at = 0;
    for (let t = from; t < to; t++) {
      const end = traces.nodeOffset[trace[t]! + 1]!;
      for (let i = traces.nodeOffset[trace[t]!]!; i < end; i++) into[at++] = valueAt(traces, i);
    }
  };

/** How many edges have a probability below p, one of {@link EDGE_BOUNDARIES}. @returns [S, L] */
export function edgesBelow({ detail }: ScoreTerms, below: number): Float64Array {
  assert(detail !== undefined, 'no edges are kept by their probability');
  const { filled, bin, count } = detail.edges;
  const bins = EDGE_BOUNDARIES.indexOf(below) + 1;
  let at = 0;
  return Float64Array.from(filled, (rows) => {
    let sum = 0;
    for (const end = at + rows; at < end; at++) if (bin[at]! < bins) sum += count[at]!;
    return sum;
  });
}

export function selfFill({ terms: { trace }, traces }: FormulaSource): Fill {
  const selfTimes = createSelfTimes(traces);
  return ({ from, to, firstNode }, into) => {
    for (let t = from; t < to; t++) {
      const first = firstNode[t]! - firstNode[from]!;
      const own = into.subarray(first, firstNode[t + 1]! - firstNode[from]!);
      selfTimes(trace[t]!, own);
      for (let i = 0; i < own.length; i++) own[i]! /= 1e3;
    }
  };
}

/** Dummies that fill a trace come behind its nodes, and have no std here. */
export function stdFill({ terms: { detail, latencyNodes } }: FormulaSource): Fill {
  assert(detail !== undefined, 'no stds are kept');
  const { logStd } = detail.nodes;
  const start = new Uint32Array(latencyNodes.length + 1);
  for (let t = 0; t < latencyNodes.length; t++) start[t + 1] = start[t]! + latencyNodes[t]!;
  return ({ from, to, firstNode }, into) => {
    let at = 0;
    for (let t = from; t < to; t++) {
      const nodes = firstNode[t + 1]! - firstNode[t]!;
      for (let i = 0; i < nodes; i++) into[at++] = Math.exp(logStd[start[t]! + i]!);
    }
  };
}
