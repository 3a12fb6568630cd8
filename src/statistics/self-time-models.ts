/**
 * How the self times of one structure go together: mean and std of the logarithm at each node, and the
 * inverse P of their correlations, with a ridge. Node j predicted from all others by ridge regression
 * leaves the residual (P z)_j / P_jj of the standardised logarithms z, and z' P z is the squared
 * Mahalanobis distance of the whole trace. The plain forms, to compare with: what History has of them
 * (`self-time-residuals.ts`) holds against outliers in training and in the trace.
 */

import { createSelfTimes } from '../trace/self-times.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { createStructureFinder, type KnownStructures } from './known-structures.ts';
import { inverseOfPositiveDefinite } from './positive-definite.ts';

/** Training traces of a structure before its nodes are predicted from each other. */
const ENOUGH_TRACES = 50;
/** A structure with more nodes has no model: the inverse takes the cube of them. */
const MOST_NODES = 256;
/** On the diagonal of the correlations. */
const RIDGE = 0.1;
/** A logarithm is not taken to be steadier than this, nor a self time to be shorter than 0.001 ms. */
const LEAST_STD = 0.1;
const LEAST_US = 1;

/** M structures with a model. */
export interface SelfTimeModels {
  /** [M] index into the known structures */
  readonly structure: Float32Array;
  /** [all nodes] of the logarithms of microseconds */
  readonly mean: Float32Array;
  /** [all nodes] floor included */
  readonly std: Float32Array;
  /** [sum of squares of nodes] P, row after row, model after model */
  readonly precision: Float32Array;
}

/** One of them. */
export interface SelfTimeModel {
  readonly nodes: number;
  readonly mean: Float32Array;
  readonly std: Float32Array;
  readonly precision: Float32Array;
}

/** @returns [known structures] null where one has no model */
export function modelsOf(
  { structure, mean, std, precision }: SelfTimeModels,
  { size }: KnownStructures,
): readonly (SelfTimeModel | null)[] {
  const models: (SelfTimeModel | null)[] = Array.from(size, () => null);
  let node = 0;
  let entry = 0;
  for (const of of structure) {
    const nodes = size[of]!;
    models[of] = {
      nodes,
      mean: mean.subarray(node, node + nodes),
      std: std.subarray(node, node + nodes),
      precision: precision.subarray(entry, entry + nodes * nodes),
    };
    node += nodes;
    entry += nodes * nodes;
  }
  return models;
}

/** Training traces of each known structure: [S] */
export function tracesByKnown(
  traces: TraceSet,
  train: Uint32Array,
  known: KnownStructures,
): readonly Uint32Array[] {
  const find = createStructureFinder(known)(traces);
  const groups = Array.from(known.count, (count) => new Uint32Array(count));
  const next = new Uint32Array(groups.length);
  for (const trace of train) {
    const structure = find(traces.structureOf[trace]!);
    groups[structure]![next[structure]!++] = trace;
  }
  return groups;
}

/** @returns yields now and then, so that the caller can look at the clock */
export function* learnSelfTimeModels(
  traces: TraceSet,
  groups: readonly Uint32Array[],
  { size }: KnownStructures,
): Generator<void, SelfTimeModels> {
  const structure: number[] = [];
  const learnt: { mean: Float64Array; std: Float64Array; precision: Float64Array }[] = [];
  for (const [of, group] of groups.entries()) {
    const nodes = size[of]!;
    if (group.length < ENOUGH_TRACES || nodes > MOST_NODES) continue;
    yield;
    const model = learnOne(traces, group, nodes);
    if (model === null) continue;
    structure.push(of);
    learnt.push(model);
  }
  return {
    structure: Float32Array.from(structure),
    mean: float32Of(learnt.map(({ mean }) => mean)),
    std: float32Of(learnt.map(({ std }) => std)),
    precision: float32Of(learnt.map(({ precision }) => precision)),
  };
}

function learnOne(traces: TraceSet, group: Uint32Array, nodes: number) {
  const rows = new Float64Array(group.length * nodes);
  const writeLogs = createLogSelfTimes(traces);
  const mean = new Float64Array(nodes);
  group.forEach((trace, row) => {
    const logs = rows.subarray(row * nodes, (row + 1) * nodes);
    writeLogs(trace, logs);
    for (let i = 0; i < nodes; i++) mean[i]! += logs[i]! / group.length;
  });
  const square = new Float64Array(nodes * nodes);
  for (let start = 0; start < rows.length; start += nodes) {
    for (let i = 0; i < nodes; i++) rows[start + i]! -= mean[i]!;
    for (let i = 0; i < nodes; i++) {
      const left = rows[start + i]!;
      for (let j = 0; j <= i; j++) square[i * nodes + j]! += left * rows[start + j]!;
    }
  }
  const std = Float64Array.from({ length: nodes }, (_, i) =>
    Math.max(LEAST_STD, Math.sqrt(square[i * nodes + i]! / group.length)),
  );
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j <= i; j++) {
      const correlation = square[i * nodes + j]! / (group.length * std[i]! * std[j]!);
      square[i * nodes + j] = correlation;
      square[j * nodes + i] = correlation;
    }
    square[i * nodes + i]! += RIDGE;
  }
  const precision = inverseOfPositiveDefinite(square, nodes);
  return precision === null ? null : { mean, std, precision };
}

function float32Of(parts: readonly Float64Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @returns a function that writes the logarithms of a trace's self times: [n] at least */
export function createLogSelfTimes(traces: TraceSet): (trace: number, logs: Float64Array) => void {
  const writeSelf = createSelfTimes(traces);
  return (trace, logs) => {
    writeSelf(trace, logs);
    const nodes = traces.nodeOffset[trace + 1]! - traces.nodeOffset[trace]!;
    for (let i = 0; i < nodes; i++) logs[i] = Math.log(Math.max(LEAST_US, logs[i]!));
  };
}

/**
 * In the place of the logarithms of a trace of the structure: residuals of the nodes, each predicted
 * from the others, in stds of the node.
 *
 * @param logs [n]
 * @returns    the squared Mahalanobis distance
 */
export function residualsOf({ nodes, mean, std, precision }: SelfTimeModel, logs: Float64Array) {
  const z = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) z[i] = (logs[i]! - mean[i]!) / std[i]!;
  let distance = 0;
  for (let i = 0; i < nodes; i++) {
    let sum = 0;
    for (let j = 0, at = i * nodes; j < nodes; j++, at++) sum += precision[at]! * z[j]!;
    distance += sum * z[i]!;
    logs[i] = sum / precision[i * nodes + i]!;
  }
  return distance;
}
