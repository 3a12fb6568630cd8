/**
 * One attempt at training, epoch by epoch: two phases, batches shuffled by seed, curves, progress
 * and checkpoints on the way. Everything that is drawn comes from the attempt's seed, the epoch and
 * the batch, so a checkpoint needs no generator's state.
 */
import { createRandom, normals } from '../../base/random.ts';
import { createSavePace } from '../../base/save-pace.ts';
import { epochBatches } from '../../features/epoch-batches.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { Optimiser } from '../../nn/optimiser.ts';
import { type ParameterSpec, ParameterStore, saveTensors } from '../../nn/parameters.ts';
import type * as tf from '../../nn/tf.ts';
import type { FitCheckpoint } from '../checkpoint.ts';
import type { DetectorData, FitContext, FitFailure } from '../detector.ts';
import type { CurvePoint } from '../fit-progress.ts';
import { createPacer, type Pacer } from '../shared/pacer.ts';
import { EarlyStopping } from './early-stopping.ts';
import { modelBatch } from './inputs.ts';
import { combineLoss, type LossParts } from './loss.ts';
import { curvePoint, TermMeans } from './term-means.ts';
import {
  createOptimiser,
  evaluateBatch,
  type Noise,
  type Phase,
  type TrainingModel,
  trainStep,
  warmUp,
} from './train-step.ts';

/** Traces of the forward pass that starts a phase, drawn with replacement. */
const WARM_UP_TRACES = 64;
/** Steps between two read-backs: often enough to bound the GPU's queue, rare enough to be free. */
const READ_EVERY = 10;

/** Independent streams of the attempt's seed. */
const STREAM = { order: 2, noise: 3, warmUp: 4, validation: 5 } as const;

/** Why a run over the data ended early. */
export type Interruption =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'diverged'; readonly epoch: number; readonly term: string };

/** Owns the optimiser and the copies of the last good and the best epoch. */
export class TrainingRun {
  readonly #data: DetectorData;
  readonly #model: TrainingModel;
  readonly #seed: number;
  readonly #attempt: number;
  readonly #context: FitContext;
  readonly #earlyStopping: EarlyStopping;
  readonly #savePace = createSavePace(() => performance.now());
  #optimiser: Optimiser | null = null;
  #curve: readonly CurvePoint[] = [];
  #nextEpoch = 1;
  #lastGood: { epoch: number; tensors: ReadonlyMap<string, tf.Tensor> } | null = null;

  /** @param seed of this attempt */
  constructor(
    data: DetectorData,
    model: TrainingModel,
    { seed, attempt, context }: { seed: number; attempt: number; context: FitContext },
  ) {
    this.#data = data;
    this.#model = model;
    this.#seed = seed;
    this.#attempt = attempt;
    this.#context = context;
    this.#earlyStopping = new EarlyStopping(model.config.earlyStopping, model.store);
  }

  /** Takes up a run whose weights are in the store already. */
  resume(checkpoint: FitCheckpoint, specs: readonly ParameterSpec[]): void {
    const { epoch, nextEpoch, curve, optimiser, best } = checkpoint;
    this.#curve = curve;
    this.#nextEpoch = nextEpoch;
    this.#rememberEpoch(epoch);
    if (this.#startsPhase(nextEpoch)) return; // with an optimiser of its own
    this.#optimiser = createOptimiser(this.#model, this.#phaseOf(nextEpoch), optimiser);
    if (best === null) return;
    const bestWeights = ParameterStore.unpack(specs, best.weights);
    this.#earlyStopping.resume(best, bestWeights);
    bestWeights.dispose();
  }

  /**
   * Both phases of section 6.2. As the authors' code: the learning rate falls to a tenth after an
   * epoch counted over both.
   *
   * @returns null when training ended, or was stopped with its weights kept
   */
  async run(): Promise<Interruption | null> {
    const epochs = this.#epochs();
    const pacer = createPacer(this.#context, this.#data.train.length, epochs);
    while (this.#nextEpoch <= epochs) {
      const epoch = this.#nextEpoch;
      const phase = this.#phaseOf(epoch);
      if (this.#startsPhase(epoch)) {
        this.#startPhase(phase);
        pacer.startPhase();
      }
      const outcome = await this.#runEpoch(epoch, phase, pacer);
      if (outcome === 'stopped') return null;
      if (outcome !== 'done') return outcome;
    }
    return null;
  }

  /** The weights at the end of the last epoch without a NaN, if there was one. */
  async lastGood(): Promise<FitFailure['lastGood']> {
    if (this.#lastGood === null) return undefined;
    const { epoch, tensors } = this.#lastGood;
    return { epoch, weights: { formatVersion: 1, tensors: await saveTensors(tensors) } };
  }

  dispose(): void {
    this.#optimiser?.dispose();
    this.#optimiser = null;
    this.#earlyStopping.dispose();
    this.#dropLastGood();
  }

  #epochs(): number {
    return this.#model.config.epochsJoint + this.#model.config.epochsTime;
  }

  #phaseOf(epoch: number): Phase {
    return epoch <= this.#model.config.epochsJoint ? 'joint' : 'time';
  }

  #startsPhase(epoch: number): boolean {
    return epoch === 1 || epoch === this.#model.config.epochsJoint + 1;
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
    this.#earlyStopping.startPhase();
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
    const point = curvePoint(
      { epoch, phase, learningRate, seconds: pacer.epochSeconds() },
      combineLoss(train.means(), config),
      validation,
    );
    this.#curve = [...this.#curve, point];
    onEvent({ kind: 'epoch', point });
    this.#rememberEpoch(epoch);
    await this.#keep(epoch);
    const { epochsJoint } = config;
    const impatient = validates && this.#earlyStopping.observe(epoch, point.valLoss);
    if (control.stopRequested()) return 'stopped';
    const phaseEnd = phase === 'joint' ? epochsJoint : this.#epochs();
    this.#nextEpoch = impatient ? phaseEnd + 1 : epoch + 1;
    if (this.#nextEpoch > phaseEnd) this.#earlyStopping.endPhase();
    await this.#save(epoch);
    return 'done';
  }

  /** The weights of this epoch, where the settings ask for them. */
  async #keep(epoch: number): Promise<void> {
    const { store, config } = this.#model;
    if (config.keepEvery === 0 || epoch % config.keepEvery !== 0) return;
    const weights = { formatVersion: 1, tensors: await store.save() } as const;
    this.#context.onEvent({ kind: 'weights', kept: { epoch, weights } });
  }

  /** A checkpoint, unless nothing is left to do or the last one was too recent for its cost. */
  async #save(epoch: number): Promise<void> {
    if (this.#nextEpoch > this.#epochs() || this.#savePace.waitMs() > 0) return;
    await this.#savePace.timed(async () => {
      const [weights, optimiser, best] = await Promise.all([
        this.#model.store.pack(),
        this.#optimiser!.state(),
        this.#earlyStopping.state(),
      ]);
      const checkpoint: FitCheckpoint = {
        formatVersion: 1,
        attempt: this.#attempt,
        epoch,
        nextEpoch: this.#nextEpoch,
        curve: this.#curve,
        weights,
        optimiser,
        best,
      };
      this.#context.onEvent({ kind: 'checkpoint', checkpoint });
    });
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
    const { config } = this.#model;
    return modelBatch(this.#data, config, selected, config.maxNodes);
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
