/**
 * The training loop of TraceVAE: two phases, batches shuffled by seed, a restart when the first
 * epoch meets NaN, curves and progress on the way. Everything that is drawn comes from the seed.
 */
import { createRandom, normals } from '../../base/random.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { epochBatches } from '../../features/epoch-batches.ts';
import { makeBatch, type TraceBatch } from '../../features/trace-batch.ts';
import type { Optimiser } from '../../nn/optimiser.ts';
import { ParameterStore, saveTensors } from '../../nn/parameters.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import type { CurvePoint, DetectorData, FitContext, FitFailure } from '../detector.ts';
import { combineLoss, LOSS_TERMS, type LossParts } from './loss.ts';
import type { TraceVaeConfig } from './meta.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { traceVaeSpecs } from './trace-vae.ts';
import {
  createOptimiser,
  evaluateBatch,
  type Noise,
  type Phase,
  type TrainingModel,
  trainStep,
  warmUp,
} from './train-step.ts';

const MAX_RESTARTS = 10;
/** Traces of the forward pass that starts a phase, drawn with replacement. */
const WARM_UP_TRACES = 64;
/** Steps between two read-backs: often enough to bound the GPU's queue, rare enough to be free. */
const READ_EVERY = 10;

/** Independent streams of the seed. */
const STREAM = { weights: 1, order: 2, noise: 3, warmUp: 4, validation: 5 } as const;

/** Why a run over the data ended early. */
type Interruption =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'diverged'; readonly epoch: number; readonly term: string };

/** @returns the trained parameters, owned by the caller */
export async function trainTraceVae(
  data: DetectorData,
  config: TraceVaeConfig,
  context: FitContext,
): Promise<Result<ParameterStore, FitFailure>> {
  const unusable = checkData(data);
  if (unusable !== null) return err(unusable);
  const operationCount = data.traces.operations.length;
  const specs = traceVaeSpecs(config, operationCount);

  for (let attempt = 0; ; attempt++) {
    const seed = createRandom(context.seed, STREAM.weights, attempt).integer(2 ** 31);
    const store = ParameterStore.initialise(specs, seed);
    const run = new TrainingRun(data, { store, config, operationCount }, seed, context);
    const interruption = await run.run();
    if (interruption === null) {
      run.dispose();
      return ok(store);
    }
    if (interruption.kind === 'cancelled') {
      run.dispose();
      store.dispose();
      return err(cancelled);
    }
    const { epoch, term } = interruption;
    if (epoch === 1 && attempt < MAX_RESTARTS) {
      run.dispose();
      store.dispose();
      const reason = `${term} is not a finite number in the first epoch`;
      context.onEvent({ kind: 'restart', attempt: attempt + 1, reason });
      continue;
    }
    const lastGood = await run.lastGood();
    run.dispose();
    store.dispose();
    return err({
      kind: 'diverged',
      what: `training diverged: ${term} is not a finite number`,
      where: `epoch ${epoch}`,
      advice: 'use a smaller learning rate or another seed',
      ...(lastGood === null ? {} : { lastGood }),
    });
  }
}

const cancelled: FitFailure = {
  kind: 'cancelled',
  what: 'training was cancelled',
  where: 'TraceVAE',
  advice: 'start it again when ready',
};

function checkData({ train, traces }: DetectorData): FitFailure | null {
  if (train.length >= 2) return null;
  return {
    kind: 'unusable-data',
    what: `TraceVAE needs at least 2 training traces, this dataset has ${train.length} of ${traces.structureOf.length}`,
    where: 'the training set',
    advice: 'load more traces, or raise N_max if larger traces were left out',
  };
}

/** One attempt at training: owns the optimiser and the copy of the last good epoch. */
class TrainingRun {
  readonly #data: DetectorData;
  readonly #model: TrainingModel;
  readonly #seed: number;
  readonly #context: FitContext;
  #optimiser: Optimiser | null = null;
  #lastGood: { epoch: number; tensors: ReadonlyMap<string, tf.Tensor> } | null = null;

  constructor(data: DetectorData, model: TrainingModel, seed: number, context: FitContext) {
    this.#data = data;
    this.#model = model;
    this.#seed = seed;
    this.#context = context;
  }

  /** @returns null when training ended, or was stopped with its weights kept */
  async run(): Promise<Interruption | null> {
    const { epochsJoint, epochsTime } = this.#model.config;
    const epochs = epochsJoint + epochsTime;
    const pacer = createPacer(this.#context, this.#data.train.length, epochs);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const phase: Phase = epoch <= epochsJoint ? 'joint' : 'time';
      if (epoch === 1 || epoch === epochsJoint + 1) {
        this.#startPhase(phase);
        pacer.startPhase();
      }
      const outcome = await this.#runEpoch(epoch, phase, pacer);
      if (outcome === 'stopped') return null;
      if (outcome !== 'done') return outcome;
    }
    return null;
  }

  /** The weights at the end of the last epoch without a NaN. */
  async lastGood(): Promise<NonNullable<FitFailure['lastGood']> | null> {
    if (this.#lastGood === null) return null;
    const { epoch, tensors } = this.#lastGood;
    return { epoch, weights: { formatVersion: 1, tensors: await saveTensors(tensors) } };
  }

  dispose(): void {
    this.#optimiser?.dispose();
    this.#optimiser = null;
    this.#dropLastGood();
  }

  #startPhase(phase: Phase): void {
    const { train } = this.#data;
    const random = createRandom(this.#seed, STREAM.warmUp, phase === 'joint' ? 0 : 1);
    const drawn = Uint32Array.from(
      { length: WARM_UP_TRACES },
      () => train[random.integer(train.length)]!,
    );
    warmUp(this.#model, phase, this.#batch(drawn), this.#noise(drawn.length, STREAM.warmUp));
    this.#optimiser?.dispose();
    this.#optimiser = createOptimiser(this.#model, phase);
  }

  async #runEpoch(
    epoch: number,
    phase: Phase,
    pacer: Pacer,
  ): Promise<'done' | 'stopped' | Interruption> {
    const { config } = this.#model;
    const { control, onEvent } = this.#context;
    const learningRate = config.learningRate * (epoch > config.learningRateStepEpoch ? 0.1 : 1);
    const order = createRandom(this.#seed, STREAM.order, epoch);
    const batches = epochBatches(this.#data.train, config.batchSize, order);
    const train = new TermMeans();
    pacer.startEpoch(epoch, batches.length);

    const outcome = await this.#trainBatches(batches, epoch, phase, learningRate, train, pacer);
    train.dispose();
    if (outcome !== 'done') return outcome;

    const validates = epoch % config.validateEvery === 0 && this.#data.val.length > 0;
    const validation = validates ? await this.#validate() : null;
    if (control.signal.aborted) return { kind: 'cancelled' };
    onEvent({
      kind: 'epoch',
      point: curvePoint(
        { epoch, phase, learningRate, seconds: pacer.epochSeconds() },
        combineLoss(train.means(), config),
        validation,
      ),
    });
    this.#rememberEpoch(epoch);
    return control.stopRequested() ? 'stopped' : 'done';
  }

  async #trainBatches(
    batches: readonly Uint32Array[],
    epoch: number,
    phase: Phase,
    learningRate: number,
    train: TermMeans,
    pacer: Pacer,
  ): Promise<'done' | 'stopped' | Interruption> {
    const { config } = this.#model;
    const { control } = this.#context;
    const optimiser = this.#optimiser!;
    for (const [index, selected] of batches.entries()) {
      if (control.signal.aborted) return { kind: 'cancelled' };
      const noise = this.#noise(selected.length, STREAM.noise, epoch, index);
      const batch = this.#batch(selected);
      train.add(trainStep(this.#model, phase, optimiser, batch, noise, learningRate), batch.size);
      const last = index === batches.length - 1;
      if ((index + 1) % READ_EVERY === 0 || last) {
        const { means, diverged } = await train.read();
        if (diverged !== null) return { kind: 'diverged', epoch, term: diverged };
        pacer.observeLoss(combineLoss(means, config).loss);
      }
      await pacer.afterBatch(batch.size);
      if (control.stopRequested() && !control.signal.aborted && !last) {
        return this.#stop(train, epoch);
      }
    }
    return control.signal.aborted ? { kind: 'cancelled' } : 'done';
  }

  /** Stop between two batches keeps the weights, unless the last few steps spoilt them. */
  async #stop(train: TermMeans, epoch: number): Promise<'stopped' | Interruption> {
    const { diverged } = await train.read();
    return diverged === null ? 'stopped' : { kind: 'diverged', epoch, term: diverged };
  }

  /** The loss of the validation traces in eval mode, with the same noise in every epoch. */
  async #validate(): Promise<LossParts> {
    const { config } = this.#model;
    const { val } = this.#data;
    const means = new TermMeans();
    for (let start = 0, index = 0; start < val.length; start += config.batchSize, index++) {
      if (this.#context.control.signal.aborted) break;
      const selected = val.subarray(start, start + config.batchSize);
      const noise = this.#noise(selected.length, STREAM.validation, index);
      const batch = this.#batch(selected);
      means.add(evaluateBatch(this.#model, this.#optimiser!, batch, noise), batch.size);
      if ((index + 1) % READ_EVERY === 0) await means.read();
    }
    await means.read();
    return combineLoss(means.means(), config);
  }

  #batch(selected: Uint32Array): TraceBatch {
    const { traces, scale } = this.#data;
    return makeBatch(traces, scale, selected, this.#model.config.maxNodes);
  }

  #noise(size: number, ...stream: number[]): Noise {
    const { latent, latent2 } = this.#model.config;
    const random = createRandom(this.#seed, ...stream);
    return { z: normals(random, size * latent), z2: normals(random, size * latent2) };
  }

  #rememberEpoch(epoch: number): void {
    this.#dropLastGood();
    this.#lastGood = { epoch, tensors: this.#model.store.snapshot() };
  }

  #dropLastGood(): void {
    for (const tensor of this.#lastGood?.tensors.values() ?? []) tensor.dispose();
    this.#lastGood = null;
  }
}

/** Means of the loss terms over batches, kept on the device and read a few times an epoch. */
class TermMeans {
  readonly #totals = new Float64Array(LOSS_TERMS.length);
  #count = 0;
  #pending: { readonly terms: tf.Tensor1D; readonly size: number }[] = [];

  /** Takes over the tensor. */
  add(terms: tf.Tensor1D, size: number): void {
    this.#pending.push({ terms, size });
  }

  /** What was added since the last read: its means, and the first term that is no finite number. */
  async read(): Promise<{ readonly means: Float64Array; readonly diverged: string | null }> {
    const pending = this.#pending;
    if (pending.length === 0) return { means: this.means(), diverged: null };
    const [values] = await readBack(() => [tf.stack(pending.map(({ terms }) => terms))]);
    this.dispose();
    const width = LOSS_TERMS.length;
    const sums = new Float64Array(width);
    let count = 0;
    pending.forEach(({ size }, step) => {
      count += size;
      for (let i = 0; i < width; i++) sums[i]! += size * values[step * width + i]!;
    });
    for (let i = 0; i < width; i++) this.#totals[i]! += sums[i]!;
    this.#count += count;
    // within the first bad step: a step later every term is NaN
    const bad = values.findIndex((value) => !Number.isFinite(value));
    return {
      means: sums.map((sum) => sum / count),
      diverged: bad < 0 ? null : LOSS_TERMS[bad % width]!,
    };
  }

  /** [10] means of everything read so far. */
  means(): Float64Array {
    return this.#totals.map((total) => total / this.#count);
  }

  dispose(): void {
    for (const { terms } of this.#pending) terms.dispose();
    this.#pending = [];
  }
}

function curvePoint(
  at: Pick<CurvePoint, 'epoch' | 'phase' | 'learningRate' | 'seconds'>,
  train: LossParts,
  validation: LossParts | null,
): CurvePoint {
  return {
    ...at,
    ...train,
    valLoss: finiteOrNull(validation?.loss),
    valKl: finiteOrNull(validation?.kl),
    valNllStructure: finiteOrNull(validation?.nllStructure),
    valNllTime: finiteOrNull(validation?.nllTime),
  };
}

/** An outlier can overflow the validation loss; that is no reason to fail. */
const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
