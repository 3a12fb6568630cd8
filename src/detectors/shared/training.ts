/**
 * Training a baseline that is a VAE: epochs of shuffled batches, one optimiser, curves, progress,
 * Stop and Cancel. What differs between baselines is the loss of a batch.
 *
 * Section 6.4 does not say how the baselines are trained. They have the epochs, the batches and the
 * optimiser of TraceVAE, and the learning rate falls to a tenth after half of the epochs, as its
 * does. There are no checkpoints: a baseline that a reload interrupts starts anew.
 */
import { createRandom, type Random } from '../../base/random.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { epochBatches } from '../../features/epoch-batches.ts';
import type { Mode } from '../../nn/batch-norm.ts';
import type { Optimiser } from '../../nn/optimiser.ts';
import { type ParameterStore, saveTensors } from '../../nn/parameters.ts';
import { readBack } from '../../nn/read-back.ts';
import { createRmsProp } from '../../nn/rms-prop.ts';
import * as tf from '../../nn/tf.ts';
import type { DetectorData, FitContext, FitFailure } from '../detector.ts';
import { cancelledFit } from './check-data.ts';
import { createPacer, type Pacer } from './pacer.ts';

/** What a baseline takes over from the settings of the run. */
export interface Schedule {
  readonly epochs: number;
  readonly batchSize: number;
  readonly validateEvery: number;
  readonly clipNorm: number;
  readonly l2: number;
}

/** Means over a batch, each a scalar, nats a trace. The loss is their sum. */
export interface BatchLoss {
  readonly kl: tf.Scalar;
  /** null where structures are not reconstructed. */
  readonly nllStructure: tf.Scalar | null;
  readonly nllTime: tf.Scalar;
}

export interface TrainableVae {
  readonly label: string;
  readonly store: ParameterStore;
  readonly learningRate: number;
  /** What does not need a gradient is made in here, within a tidy: inputs and noise. */
  prepare(selected: Uint32Array, random: Random): (mode: Mode) => BatchLoss;
  /** Sets what depends on data before the first step. */
  warmUp(selected: Uint32Array, random: Random): void;
}

/** Independent streams of the run's seed. */
const STREAM = { order: 21, noise: 22, warmUp: 23, validation: 24 } as const;
/** Traces that the data-dependent start is taken from. */
const WARM_UP_TRACES = 64;
/** Steps between two read-backs. */
const READ_EVERY = 10;
const TERMS = ['the KL divergence', 'the NLL of structure', 'the NLL of latency'] as const;

type Means = readonly [kl: number, nllStructure: number, nllTime: number];

/** Trains the store of the VAE in place; it stays the caller's. */
export async function trainVae(
  data: DetectorData,
  vae: TrainableVae,
  schedule: Schedule,
  context: FitContext,
): Promise<Result<null, FitFailure>> {
  const run = new VaeTraining(data, vae, schedule, context);
  try {
    return await run.run();
  } finally {
    run.dispose();
  }
}

/** Owns the optimiser and a copy of the last good epoch. */
class VaeTraining {
  readonly #data: DetectorData;
  readonly #vae: TrainableVae;
  readonly #schedule: Schedule;
  readonly #context: FitContext;
  readonly #optimiser: Optimiser;
  #structure = true;
  #lastGood: { epoch: number; tensors: ReadonlyMap<string, tf.Tensor> } | null = null;

  constructor(data: DetectorData, vae: TrainableVae, schedule: Schedule, context: FitContext) {
    this.#data = data;
    this.#vae = vae;
    this.#schedule = schedule;
    this.#context = context;
    const random = createRandom(context.seed, STREAM.warmUp);
    const { train } = data;
    const drawn = Array.from(
      { length: WARM_UP_TRACES },
      () => train[random.integer(train.length)]!,
    );
    tf.tidy(() => vae.warmUp(Uint32Array.from(drawn), random));
    const { store } = vae;
    const names = store.trainable();
    this.#optimiser = createRmsProp(store, names, {
      clipNorm: schedule.clipNorm,
      l2: schedule.l2,
      penalised: new Set(names.filter((name) => !name.includes('bias'))),
    });
  }

  async run(): Promise<Result<null, FitFailure>> {
    const { control } = this.#context;
    const { epochs } = this.#schedule;
    const pacer = createPacer(this.#context, this.#data.train.length, epochs);
    pacer.startPhase();
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const failure = await this.#runEpoch(epoch, pacer);
      if (failure !== null) return err(failure);
      if (control.stopRequested()) return ok(null);
    }
    return ok(null);
  }

  dispose(): void {
    this.#optimiser.dispose();
    this.#dropLastGood();
  }

  async #runEpoch(epoch: number, pacer: Pacer): Promise<FitFailure | null> {
    const { seed, control, onEvent } = this.#context;
    const { batchSize, validateEvery, epochs } = this.#schedule;
    const { train, val } = this.#data;
    const { label, learningRate } = this.#vae;
    const rate = learningRate * (epoch > Math.max(1, Math.round(epochs / 2)) ? 0.1 : 1);
    const batches = epochBatches(train, batchSize, createRandom(seed, STREAM.order, epoch));
    const means = new TermSums();
    pacer.startEpoch(epoch, batches.length);
    try {
      for (const [index, selected] of batches.entries()) {
        const random = createRandom(seed, STREAM.noise, epoch, index);
        means.add(this.#step(selected, random, rate), selected.length);
        const last = index === batches.length - 1;
        if ((index + 1) % READ_EVERY === 0 || last) {
          const bad = await means.read();
          if (bad !== null) return this.#diverged(epoch, bad);
          pacer.observeLoss(sum(means.means()));
        }
        await pacer.afterBatch(selected.length);
        if (control.signal.aborted) return cancelledFit(label);
        if (control.stopRequested() && !last) {
          const bad = await means.read();
          return bad === null ? null : this.#diverged(epoch, bad);
        }
      }
      const validation =
        epoch % validateEvery === 0 && val.length > 0 ? await this.#validate() : null;
      if (control.signal.aborted) return cancelledFit(label);
      const [kl, nllStructure, nllTime] = means.means();
      onEvent({
        kind: 'epoch',
        point: {
          epoch,
          phase: 'joint',
          loss: sum(means.means()),
          kl,
          nllStructure: this.#structure ? nllStructure : null,
          nllTime,
          valLoss: finiteOrNull(validation === null ? null : sum(validation)),
          valKl: finiteOrNull(validation?.[0]),
          valNllStructure: this.#structure ? finiteOrNull(validation?.[1]) : null,
          valNllTime: finiteOrNull(validation?.[2]),
          learningRate: rate,
          seconds: pacer.epochSeconds(),
        },
      });
      this.#dropLastGood();
      this.#lastGood = { epoch, tensors: this.#vae.store.snapshot() };
      return null;
    } finally {
      means.dispose();
    }
  }

  /** @returns [3] the terms before the step, owned by the caller */
  #step(selected: Uint32Array, random: Random, learningRate: number): tf.Tensor1D {
    const { store } = this.#vae;
    return tf.tidy(() => {
      const lossOf = this.#vae.prepare(selected, random);
      let terms: tf.Tensor1D | undefined;
      const { grads } = tf.valueAndGrads(() => {
        const loss = lossOf('train');
        this.#structure = loss.nllStructure !== null;
        terms = tf.keep(termsOf(loss));
        return total(loss);
      })(this.#optimiser.names.map((name) => store.get(name)));
      this.#optimiser.step(grads, learningRate);
      return terms!;
    });
  }

  /** The same noise in every epoch. */
  async #validate(): Promise<Means> {
    const { val } = this.#data;
    const { seed, control } = this.#context;
    const { batchSize } = this.#schedule;
    const means = new TermSums();
    for (let start = 0; start < val.length && !control.signal.aborted; start += batchSize) {
      const selected = val.subarray(start, start + batchSize);
      const random = createRandom(seed, STREAM.validation, start);
      means.add(
        tf.tidy(() => termsOf(this.#vae.prepare(selected, random)('eval'))),
        selected.length,
      );
    }
    await means.read();
    return means.means();
  }

  async #diverged(epoch: number, term: string): Promise<FitFailure> {
    const failure: FitFailure = {
      kind: 'diverged',
      what: `training diverged: ${term} is not a finite number`,
      where: `${this.#vae.label}, epoch ${epoch}`,
      advice: 'use a smaller learning rate or another seed',
    };
    if (this.#lastGood === null) return failure;
    const { tensors } = this.#lastGood;
    const weights = { formatVersion: 1, tensors: await saveTensors(tensors) } as const;
    return { ...failure, lastGood: { epoch: this.#lastGood.epoch, weights } };
  }

  #dropLastGood(): void {
    for (const tensor of this.#lastGood?.tensors.values() ?? []) tensor.dispose();
    this.#lastGood = null;
  }
}

const total = ({ kl, nllStructure, nllTime }: BatchLoss): tf.Scalar => {
  const both = tf.add(kl, nllTime) as tf.Scalar;
  return nllStructure === null ? both : (tf.add(both, nllStructure) as tf.Scalar);
};

/** [3] */
const termsOf = ({ kl, nllStructure, nllTime }: BatchLoss): tf.Tensor1D =>
  tf.stack([kl, nllStructure ?? tf.scalar(0), nllTime]) as tf.Tensor1D;

const sum = ([kl, nllStructure, nllTime]: Means): number => kl + nllStructure + nllTime;

const finiteOrNull = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

/** Means of the three terms over batches, kept on the device and read a few times an epoch. */
class TermSums {
  readonly #sums = [0, 0, 0];
  #count = 0;
  #pending: { readonly terms: tf.Tensor1D; readonly size: number }[] = [];

  /** Takes over the tensor. */
  add(terms: tf.Tensor1D, size: number): void {
    this.#pending.push({ terms, size });
  }

  /** @returns the first term that is no finite number */
  async read(): Promise<string | null> {
    const pending = this.#pending;
    if (pending.length === 0) return null;
    const [values] = await readBack(() => [tf.stack(pending.map(({ terms }) => terms))]);
    this.dispose();
    pending.forEach(({ size }, step) => {
      this.#count += size;
      for (let i = 0; i < TERMS.length; i++) this.#sums[i]! += size * values[step * 3 + i]!;
    });
    const bad = values.findIndex((value) => !Number.isFinite(value));
    return bad < 0 ? null : TERMS[bad % TERMS.length]!;
  }

  means(): Means {
    const [kl, nllStructure, nllTime] = this.#sums.map((value) => value / this.#count);
    return [kl!, nllStructure!, nllTime!];
  }

  dispose(): void {
    for (const { terms } of this.#pending) terms.dispose();
    this.#pending = [];
  }
}
