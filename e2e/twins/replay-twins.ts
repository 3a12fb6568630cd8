/** Steps that are replayed on WebGPU against the same steps computed one by one: every number. */
import { countGpu, type GpuCounts } from '../../benchmarks/meter.ts';
import { createRandom, normals, shuffle } from '../../src/base/random.ts';
import { evaluateLoss, takeStep } from '../../src/detectors/shared/training-step.ts';
import { batchNodes, modelBatch } from '../../src/detectors/tracevae/inputs.ts';
import { collectKnownPaths, openKnownPaths } from '../../src/detectors/tracevae/known-paths.ts';
import type { TraceVaeConfig } from '../../src/detectors/tracevae/meta.ts';
import { traceVaeSpecs } from '../../src/detectors/tracevae/trace-vae.ts';
import {
  batchLoss,
  createOptimiser,
  type Noise,
  type Phase,
  type TrainingModel,
  warmUp,
} from '../../src/detectors/tracevae/train-step.ts';
import { ParameterStore } from '../../src/nn/parameters.ts';
import { createSteps, plainSteps, type Steps } from '../../src/nn/steps.ts';
import * as tf from '../../src/nn/tf.ts';
import { SMALL_TRACEVAE } from '../../src/testing/small-tracevae.ts';
import { toyData } from '../../src/testing/toy-traces.ts';

const data = toyData(60);
const operationCount = data.traces.operations.length;
const STEPS = 11;

interface Trained {
  /** Terms of every step and of validation between, then all weights and the optimiser's state. */
  readonly values: readonly number[];
  /** What the GPU was asked for by each step. */
  readonly asked: readonly GpuCounts[];
  readonly refused: readonly string[];
}

function modelOf(config: TraceVaeConfig): TrainingModel {
  const known =
    config.structureDecoder === 'call-paths'
      ? collectKnownPaths(data.traces, data.train)
      : undefined;
  return {
    store: ParameterStore.initialise(traceVaeSpecs(config, operationCount, known), 3),
    config,
    operationCount,
    ...(known && { paths: openKnownPaths(known, operationCount) }),
  };
}

/** A few steps on batches of two sizes, the second rate after half of them. */
async function trained(
  config: TraceVaeConfig,
  phase: Phase,
  stepsOf: (refused: string[]) => Steps,
): Promise<Trained> {
  const model = modelOf(config);
  const { store } = model;
  const random = createRandom(7);
  // as many of each structure in every batch of a size, so that there are few buckets
  const withStructure = (structure: number): number => {
    const all = data.train.filter((trace) => data.traces.structureOf[trace] === structure);
    return all[random.integer(all.length)]!;
  };
  const next = (size: number): { selected: Uint32Array; noise: Noise } => ({
    selected: shuffle(
      random,
      Uint32Array.from({ length: size }, (_, i) => withStructure(i % 3)),
    ),
    noise: { z: normals(random, size * config.latent), z2: normals(random, size * config.latent2) },
  });
  const batchOf = (selected: Uint32Array) =>
    modelBatch(data, config, selected, batchNodes(data, config, selected));
  const first = next(8);
  warmUp(model, phase, batchOf(first.selected), first.noise);
  const optimiser = createOptimiser(model, phase);
  const refused: string[] = [];
  const steps = stepsOf(refused);
  const values: number[] = [];
  const asked: GpuCounts[] = [];
  for (let step = 0; step < STEPS; step++) {
    const { selected, noise } = next(step % 4 === 3 ? 5 : 8);
    const mode = step % 3 === 2 ? 'eval' : 'train';
    const prepare = () => batchLoss(model, phase, optimiser, batchOf(selected), noise, mode);
    const counting = countGpu();
    const terms =
      mode === 'eval'
        ? evaluateLoss(steps, prepare)
        : takeStep(steps, store, optimiser, prepare, 1e-3);
    asked.push(counting.stop());
    values.push(...(await terms.data()));
    terms.dispose();
  }
  const before = store.snapshot();
  for (const tensor of before.values()) values.push(...(await tensor.data()));
  for (const tensor of before.values()) tensor.dispose();
  values.push(...(await store.pack()), ...(await optimiser.state()));
  steps.dispose();
  optimiser.dispose();
  store.dispose();
  return { values, asked, refused };
}

/** How many numbers differ; throws where nothing was replayed. */
async function differing(config: TraceVaeConfig, phase: Phase): Promise<number> {
  const replayed = await trained(config, phase, (refused) =>
    createSteps((kind, why) => refused.push(`${kind}: ${why}`)),
  );
  const computed = await trained(config, phase, () => plainSteps);
  if (replayed.refused.length > 0) throw new Error(replayed.refused.join('; '));
  const replays = replayed.asked.filter(
    ({ newBuffers, newBindGroups, submissions }) =>
      newBuffers === 0 && newBindGroups === 0 && submissions === 1,
  );
  if (replays.length < STEPS / 4) throw new Error(`${replays.length} of ${STEPS} steps replayed`);
  return replayed.values.filter((value, i) => !Object.is(value, computed.values[i])).length;
}

const PAPER: TraceVaeConfig = { ...SMALL_TRACEVAE, layers: 1, flowLevels: 1 };
const CALL_PATHS: TraceVaeConfig = { ...PAPER, structureDecoder: 'call-paths' };

/** Steps whose work no shape tells, and steps that leave a tensor behind: computed, and told of. */
async function refusing(): Promise<number> {
  const refused: string[] = [];
  const steps = createSteps((kind, why) => refused.push(`${kind}: ${why}`));
  const kept: tf.Tensor[] = [];
  let wrong = 0;
  for (const [step, factor] of [2, 3, 4, 5].entries()) {
    const doubtful = steps.take('by its numbers', () => {
      const x = tf.tensor1d([factor, 1]);
      return () => tf.mul(x, factor);
    });
    const leaving = steps.take('leaving something', () => {
      const x = tf.tensor1d([step, 1]);
      return () => {
        kept.push(tf.keep(tf.neg(x)));
        return tf.mul(x, 2);
      };
    });
    const read = [...(await doubtful.data()), ...(await leaving.data())];
    const left = [...(await kept.at(-1)!.data())];
    const expected = [factor * factor, factor, 2 * step, 2, -step, -1];
    if (expected.some((value, i) => [...read, ...left][i] !== value)) wrong++;
    tf.dispose([doubtful, leaving]);
  }
  tf.dispose(kept);
  steps.dispose();
  if (refused.length !== 2) throw new Error(`refused: ${refused.join('; ')}`);
  return wrong;
}

/** A tensor that steps read is replaced by another one, which may lie anywhere. */
async function replacing(): Promise<number> {
  const refused: string[] = [];
  const steps = createSteps((kind, why) => refused.push(`${kind}: ${why}`));
  let wrong = 0;
  for (const scale of [2, 3]) {
    const standing = tf.keep(tf.mul(tf.tensor1d([scale, scale]), 1));
    for (let step = 0; step < 5; step++) {
      const computed = steps.take('scaled', () => {
        const x = tf.tensor1d([step, 1]);
        return () => tf.mul(x, standing);
      });
      const [first, second] = await computed.data();
      if (first !== scale * step || second !== scale) wrong++;
      computed.dispose();
    }
    standing.dispose();
    // takes the buffer that was given back
    tf.mul(tf.tensor1d([7, 7]), 1).dispose();
  }
  steps.dispose();
  return wrong + refused.length;
}

export const REPLAY_TWINS: Readonly<Record<string, () => Promise<number>>> = {
  'replayed steps of the time VAE alone': () => differing(PAPER, 'time'),
  'replayed steps of the whole model': () => differing(PAPER, 'joint'),
  'replayed steps by call paths': () => differing(CALL_PATHS, 'joint'),
  'steps that cannot be replayed': refusing,
  'steps whose tensors are replaced': replacing,
};
