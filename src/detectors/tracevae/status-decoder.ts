/**
 * Which nodes of a trace failed: p(E | z, A, Y), a Bernoulli per node given z, its operation, and
 * whether one of its calls failed. So an error that travels up to the root counts where it begins.
 *
 * It is given z and not z2: z is what the structure leads to expect, while the posterior of z2 has
 * seen the latencies of the trace, by which a call that fails at once would explain itself. z and the
 * embeddings get no gradient from here, so everything else trains as it would without.
 *
 * Differs from the paper: its traces have no statuses (docs/decisions/0026).
 */
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { Mode } from '../../nn/batch-norm.ts';
import { bernoulliLogProb } from '../../nn/distributions.ts';
import { zeros } from '../../nn/initialisers.ts';
import { mlp, mlpSpecs } from '../../nn/layers.ts';
import type { ParameterSpec, Parameters } from '../../nn/parameters.ts';
import { affineTransposed } from '../../nn/products.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import { stopGradient } from '../../nn/with-gradient.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { SavedWeights } from '../detector.ts';
import type { TraceVaeConfig } from './meta.ts';

/** Width of what is made of z. */
const HIDDEN = 16;

const NAMES = {
  hidden: 'status.pE_hidden',
  weight: 'status.pE.weight',
  bias: 'status.pE.bias',
} as const;

/** [2 operations] logit of how often a node fails: with no failed call below it, then with one. */
export type UsualStatus = Float32Array;

/** Which of the 2 operations a node is. */
export const statusColumn = (operation: number, callFailed: boolean, operations: number): number =>
  callFailed ? operations + operation : operation;

/**
 * How often nodes fail in training, by the rule of succession: one more node per operation, which
 * fails as often as all do.
 *
 * @param operations padding included
 * @returns          undefined where no trace of training has an error: there is nothing to learn
 */
export function usualStatus(
  traces: TraceSet,
  train: Uint32Array,
  operations: number,
): UsualStatus | undefined {
  const { errorCount, nodeOffset, structures, structureOf } = traces;
  if (errorCount === undefined) return undefined;
  const nodes = new Float64Array(2 * operations);
  const failed = new Float64Array(2 * operations);
  for (const trace of train) {
    const first = nodeOffset[trace]!;
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    const fails = failedNodes(errorCount.subarray(first, nodeOffset[trace + 1]!));
    const calls = failedCalls(structures.parent.subarray(shape, shape + fails.length), fails);
    for (let i = 0; i < fails.length; i++) {
      const column = statusColumn(structures.operation[shape + i]!, calls[i] === 1, operations);
      nodes[column]! += 1;
      failed[column]! += fails[i]!;
    }
  }
  if (failed.every((count) => count === 0)) return undefined;
  const logits = new Float32Array(2 * operations);
  for (const half of [0, operations]) {
    const of = (counts: Float64Array): number =>
      counts.subarray(half, half + operations).reduce((sum, count) => sum + count, 0);
    const share = (of(failed) + 1) / (of(nodes) + 2);
    for (let at = half; at < half + operations; at++) {
      logits[at] = Math.log((failed[at]! + share) / (nodes[at]! - failed[at]! + 1 - share));
    }
  }
  return logits;
}

/** @param errors [n] spans that failed @returns [n] 1 where one did */
export const failedNodes = (errors: ArrayLike<number>): Uint8Array =>
  Uint8Array.from(errors, (count) => Number(count > 0));

/**
 * @param parent [n] -1 for the root
 * @param failed [n] 1 where the node failed
 * @returns      [n] 1 where one of the node's calls failed
 */
export function failedCalls(parent: ArrayLike<number>, failed: ArrayLike<number>): Uint8Array {
  const calls = new Uint8Array(failed.length);
  for (let i = 1; i < failed.length; i++) if (failed[i] === 1) calls[parent[i]!] = 1;
  return calls;
}

/** The network from z, a row [16] per operation, and the biases, which begin at how often nodes fail. */
export const statusSpecs = (
  { latent }: TraceVaeConfig,
  operations: number,
  usual: UsualStatus,
): ParameterSpec[] => [
  ...mlpSpecs(NAMES.hidden, latent, [HIDDEN], null),
  { name: NAMES.weight, shape: [operations, HIDDEN], initialise: zeros },
  { name: NAMES.bias, shape: [2 * operations], initialise: () => usual.slice() },
];

/** Whether a parameter is of these; the penalised norm leaves them out, so that it stays what it is. */
export const isOfStatus = (name: string): boolean => name.startsWith('status.');

/** Of stored weights; undefined where the model knows no statuses. */
export const storedStatus = ({ tensors }: SavedWeights): UsualStatus | undefined =>
  tensors.find(({ name }) => name === NAMES.bias)?.data;

/**
 * Logits of p(e_i | z, y_i, .) of every operation.
 *
 * @param z [B, K]
 * @returns [B, 2 operations] nats, columns as {@link statusColumn}
 */
export function statusLogits(parameters: Parameters, z: tf.Tensor2D, mode: Mode): tf.Tensor2D {
  const hidden = mlp(parameters, NAMES.hidden, stopGradient(z), { hidden: 1, output: false, mode });
  const weight = parameters.get<tf.Tensor2D>(NAMES.weight);
  // what z says of an operation holds whether a call failed or not
  const both = tf.concat([weight, weight], 0);
  return affineTransposed(hidden, both, parameters.get<tf.Tensor1D>(NAMES.bias));
}

/**
 * The same of samples on the host, in eval mode.
 *
 * @param z    [rows, K]
 * @param size K
 * @returns    [rows, 2 operations] nats
 */
export async function readStatusLogits(
  parameters: Parameters,
  z: Float32Array,
  size: number,
): Promise<Float32Array> {
  const [logits] = await readBack(() => [
    statusLogits(parameters, tf.tensor2d(z, [z.length / size, size]), 'eval'),
  ]);
  return logits;
}

/** What p(E | z, A, Y) is compared with: nodes that are equal to it are counted, [B, 2 operations]. */
export interface StatusTargets {
  readonly failed: tf.Tensor2D;
  readonly passed: tf.Tensor2D;
}

/** @param batch [B, N] whose nodes say whether they failed; null where they do not */
export function statusTargets(batch: TraceBatch, operations: number): StatusTargets | null {
  const { size, maxNodes, nodeCount, parent, operation } = batch;
  if (batch.failed === undefined) return null;
  const columns = 2 * operations;
  const failed = new Float32Array(size * columns);
  const passed = new Float32Array(size * columns);
  for (let b = 0; b < size; b++) {
    const [start, end] = [b * maxNodes, b * maxNodes + nodeCount[b]!];
    const fails = batch.failed.subarray(start, end);
    const calls = failedCalls(parent.subarray(start, end), fails);
    for (let i = 0; i < fails.length; i++) {
      // dummies, which fill a trace in DimEx, are no calls
      if (operation[start + i] === 0) continue;
      const column = statusColumn(operation[start + i]!, calls[i] === 1, operations);
      const counts = fails[i] === 1 ? failed : passed;
      counts[b * columns + column]! += 1;
    }
  }
  const shape: [number, number] = [size, columns];
  return { failed: tf.tensor2d(failed, shape), passed: tf.tensor2d(passed, shape) };
}

/**
 * log p(E | z, A, Y) of each trace.
 *
 * @param logits [B, 2 operations] of {@link statusLogits}
 * @returns      [B] nats
 */
export function statusLogProb(logits: tf.Tensor2D, { failed, passed }: StatusTargets): tf.Tensor1D {
  const ones = tf.onesLike(logits);
  const logP = tf.add(
    tf.mul(failed, bernoulliLogProb(logits, ones)),
    tf.mul(passed, bernoulliLogProb(logits, tf.zerosLike(logits))),
  );
  return tf.sum(logP, 1);
}
