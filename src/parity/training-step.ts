/**
 * One training step in either phase: log-probabilities in train mode, the loss and its parts, every
 * gradient, the clipping norm, parameters and running statistics after the step.
 */
import { stepGradients } from '../detectors/shared/training-step.ts';
import { combineLoss, LOSS_TERMS, lossTerms } from '../detectors/tracevae/loss.ts';
import {
  latencyInput,
  latencyPass,
  structureInput,
  structurePass,
} from '../detectors/tracevae/trace-vae.ts';
import { batchLoss, createOptimiser, type Phase } from '../detectors/tracevae/train-step.ts';
import type { NodeLayout } from '../nn/node-layout.ts';
import * as tf from '../nn/tf.ts';
import { nodeParts } from './forward.ts';
import { type GoldenStep, LOG_PROBS } from './golden-file.ts';
import {
  type Comparison,
  type GoldenModel,
  loadGolden,
  readNamed,
  tensor2d,
} from './golden-model.ts';
import {
  type ComparedPart,
  compare,
  type FlatArray,
  type Report,
  rowParts,
  TOLERANCE,
} from './measure.ts';
import { compareNoiseDrivenBiases, isBiasBeforeBatchNorm } from './noise-driven-biases.ts';
import { toleranceOf } from './scores.ts';

/** A model of its own for one step of the file, with the file's constants of training. */
function loadStep({ golden }: GoldenModel, { hyper }: GoldenStep): GoldenModel {
  return loadGolden(golden, {
    l2: hyper.l2_reg,
    unitBall: hyper.z_unit_ball_reg,
    learningRate: hyper.lr,
    clipNorm: hyper.global_clip_norm,
  });
}

const phaseOf = ({ mode }: GoldenStep): Phase => (mode === 'joint' ? 'joint' : 'time');

export const compareTraining: Comparison = async (model, report) => {
  for (const step of model.golden.training) {
    await comparePass(model, step, report);
    await compareStep(model, step, report);
    await compareOptimiser(model, step, report);
  }
};

/** The forward pass of the step and what the loss makes of it. */
async function comparePass(golden: GoldenModel, step: GoldenStep, report: Report): Promise<void> {
  const model = loadStep(golden, step);
  const { store, config, batch, names, operationCount } = model;
  let layout: NodeLayout | undefined;
  const values = await readNamed(() => {
    const structureMode = phaseOf(step) === 'joint' ? 'train' : 'eval';
    const input = structureInput(batch, operationCount, config);
    const structure = structurePass(store, config, input, tensor2d(step.noise_z), structureMode);
    const times = latencyInput(batch, 'train', config);
    layout = times.decoder.graph;
    const noise2 = tensor2d(step.noise_z2);
    const latency = latencyPass(store, config, times, structure.z, noise2, 'train');
    const optimiser = createOptimiser(model, phaseOf(step));
    const terms = lossTerms(structure, latency, optimiser.penaltyNorm());
    optimiser.dispose();
    return {
      log_q_z: structure.logQz,
      log_p_z: structure.logPz,
      log_q_z2: latency.logQz2,
      log_p_z2: latency.logPz2,
      log_p_node_count: structure.logPNodeCount,
      log_p_adj: structure.logPAdjacency,
      log_p_node_type: structure.logPNodeType,
      log_p_latency: latency.logPLatency,
      z: structure.z,
      z2: latency.z2,
      mean: latency.likelihood.mean,
      logStd: latency.likelihood.logStd,
      terms,
    };
  });
  store.dispose();

  const { mode } = step;
  compare(report, `${mode}: z`, TOLERANCE.value, rowParts(names, values.z, step.z));
  compare(report, `${mode}: z2`, TOLERANCE.value, rowParts(names, values.z2, step.z2));
  for (const name of LOG_PROBS) {
    const parts = rowParts(names, values[name], step.per_trace_log_probs[name]);
    compare(report, `${mode}: ${name}`, toleranceOf(name), parts);
  }
  const nodes = (actual: Float32Array, expected: readonly (readonly number[])[]): ComparedPart[] =>
    nodeParts(model, layout!, actual, (trace) => expected[trace]!);
  compare(report, `${mode}: p(X) mean`, TOLERANCE.value, nodes(values.mean, step.latency_mean));
  compare(
    report,
    `${mode}: p(X) log std`,
    TOLERANCE.value,
    nodes(values.logStd, step.latency_logstd),
  );
  const { firstRow } = layout!;
  let clipped = 0;
  for (let b = 0; b < batch.size; b++) {
    for (let i = 0; i < batch.nodeCount[b]!; i++) {
      const row = firstRow[b]! + i;
      const off = Math.abs(batch.latency[b * batch.maxNodes + i]! - values.mean[row]!);
      if (off > config.safeNormalStds * Math.exp(values.logStd[row]!)) clipped++;
    }
  }
  const parts = combineLoss(values.terms, config);
  const scalar = (name: string, actual: number, expected: number, tolerance: number): void =>
    compare(report, `${mode}: ${name}`, tolerance, [{ at: name, actual: [actual], expected }]);
  const term = (name: (typeof LOSS_TERMS)[number]): number =>
    values.terms[LOSS_TERMS.indexOf(name)]!;
  const recons = -(parts.nllStructure + parts.nllTime);
  scalar('latencies clipped', clipped, step.safe_normal_clipped_nodes, TOLERANCE.exact);
  scalar('loss', parts.loss, step.loss, TOLERANCE.value);
  scalar('KL', parts.kl, step.kl, TOLERANCE.value);
  scalar('log-likelihood', recons, step.recons, TOLERANCE.value);
  scalar('norm of the weights', term('norm of the weights'), step.l2_norm, TOLERANCE.value);
  scalar('unit ball', term('unit ball of z'), step.unit_ball, TOLERANCE.value);
}

/** Gradients, and what the step leaves behind. */
async function compareStep(golden: GoldenModel, step: GoldenStep, report: Report): Promise<void> {
  const model = loadStep(golden, step);
  const { store, config, batch } = model;
  const optimiser = createOptimiser(model, phaseOf(step));
  const { names } = optimiser;
  const noise = {
    z: Float32Array.from(step.noise_z.flat()),
    z2: Float32Array.from(step.noise_z2.flat()),
  };
  const read = await readNamed((): Record<string, tf.Tensor> => {
    const penaltyNorm = optimiser.penaltyNorm();
    const loss = batchLoss(model, phaseOf(step), optimiser, batch, noise, 'train');
    const { terms, gradients } = stepGradients(store, optimiser, loss());
    terms.dispose();
    optimiser.step(gradients, config.learningRate);
    return { penaltyNorm, ...Object.fromEntries(gradients.map((g, i) => [names[i]!, g])) };
  });
  optimiser.dispose();
  const after = new Map((await store.save()).map(({ name, data }) => [name, data]));
  store.dispose();

  // the file's gradients include the penalty's, which the optimiser adds by itself
  const penalised = new Set(step.l2_param_names);
  const weights = golden.golden.weights;
  const gradients = names.map((name) => {
    const pull = penalised.has(name) ? config.l2 / read.penaltyNorm![0]! : 0;
    return Float64Array.from(read[name]!, (g, k) => g + pull * weights[name]!.data[k]!);
  });
  const { mode } = step;
  const expected = new Map(Object.entries(step.grads_before_clip));
  compare(
    report,
    `${mode}: gradients of ${expected.size} parameters`,
    TOLERANCE.gradient,
    partsOf(expected, new Map(names.map((name, i) => [name, gradients[i]!]))),
  );
  const norm = Math.hypot(...gradients.map((gradient) => Math.hypot(...gradient)));
  compare(report, `${mode}: norm of the gradient`, TOLERANCE.gradient, [
    { at: 'all parameters', actual: [norm], expected: step.grad_global_norm_before_clip },
  ]);

  const moved = Object.entries(step.params_after_one_rmsprop_step);
  const [driven, determined] = [true, false].map(
    (wanted) => new Map(moved.filter(([name]) => isBiasBeforeBatchNorm(name, weights) === wanted)),
  ) as [Map<string, FlatArray>, Map<string, FlatArray>];
  compare(
    report,
    `${mode}: ${determined.size} parameters after the step`,
    TOLERANCE.value,
    partsOf(determined, after),
  );
  compareNoiseDrivenBiases(report, step, partsOf(driven, after));
  const buffers = new Map(Object.entries(step.buffers_after_step));
  compare(
    report,
    `${mode}: ${buffers.size} running statistics after the step`,
    TOLERANCE.value,
    partsOf(buffers, after),
  );
  const resting = new Map(
    Object.entries(weights)
      .filter(([name]) => !(name in step.params_after_one_rmsprop_step) && !buffers.has(name))
      .map(([name, { shape, data }]) => [name, { shape, data: data.map(Math.fround) }]),
  );
  if (resting.size > 0) {
    compare(
      report,
      `${mode}: ${resting.size} parameters that rest`,
      TOLERANCE.exact,
      partsOf(resting, after),
    );
  }
}

/** The optimiser alone: the file's gradients in, the file's parameters out, all of them. */
async function compareOptimiser(
  golden: GoldenModel,
  step: GoldenStep,
  report: Report,
): Promise<void> {
  const model = loadStep(golden, step);
  // the file's gradients have the penalty's in them already
  const unpenalised = { ...model, config: { ...model.config, l2: 0 } };
  const optimiser = createOptimiser(unpenalised, phaseOf(step));
  tf.tidy(() => {
    const gradients = optimiser.names.map((name) => {
      const { shape, data } = step.grads_before_clip[name]!;
      return tf.tensor([...data], [...shape], 'float32');
    });
    optimiser.step(gradients, model.config.learningRate);
  });
  optimiser.dispose();
  const after = new Map((await model.store.save()).map(({ name, data }) => [name, data]));
  model.store.dispose();
  const expected = new Map(Object.entries(step.params_after_one_rmsprop_step));
  compare(
    report,
    `${step.mode}: ${expected.size} parameters after the optimiser's step on the file's gradients`,
    TOLERANCE.value,
    partsOf(expected, after),
  );
}

/** A part a parameter; one that was not computed has no numbers and fails. */
const partsOf = (
  expected: ReadonlyMap<string, FlatArray>,
  actual: ReadonlyMap<string, ArrayLike<number>>,
): ComparedPart[] =>
  [...expected].map(([at, e]) => ({ at, actual: actual.get(at) ?? [], expected: e }));
