/**
 * One attempt at training, epoch by epoch: phases, batches shuffled by seed, curves, progress and
 * checkpoints on the way. Everything that is drawn comes from the attempt's seed, the epoch and the
 * batch, so a checkpoint needs no generator's state.
 */
import { createSavePace } from '../../base/save-pace.ts';
import { epochBatches } from '../../features/epoch-batches.ts';
import type { Optimiser } from '../../nn/optimiser.ts';
import { ParameterStore, saveTensors } from '../../nn/parameters.ts';
import { createSteps, plainSteps, type Steps } from '../../nn/steps.ts';
import type * as tf from '../../nn/tf.ts';
import type { FitCheckpoint } from '../checkpoint.ts';
import type { DetectorData, FitContext, FitFailure } from '../detector.ts';
import type { CurvePoint } from '../fit-progress.ts';
import { EarlyStopping } from './early-stopping.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { curvePoint, TermMeans } from './term-means.ts';
import type { LossParts, PhasePlan, TrainingPlan } from './training-plan.ts';
import { evaluateLoss, takeStep } from './training-step.ts';

/** Steps between two read-backs: often enough to bound the GPU's queue, rare enough to be free. */
const READ_EVERY = 10;

/** Why a run over the data ended early. */
export type Interruption =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'diverged'; readonly epoch: number; readonly term: string };

/** A phase and its epochs, counted over all phases. */
interface PhaseEpochs {
  readonly phase: PhasePlan;
  readonly first: number;
  readonly last: number;
}

/** Owns the optimiser and the copies of the last good and the best epoch. */
export class TrainingRun {
  readonly #data: DetectorData;
  readonly #plan: TrainingPlan;
  readonly #store: ParameterStore;
  readonly #phases: readonly PhaseEpochs[];
  readonly #epochs: number;
  readonly #seed: number;
  readonly #attempt: number;
  readonly #context: FitContext;
  readonly #earlyStopping: EarlyStopping;
  readonly #savePace = createSavePace(() => performance.now());
  #optimiser: Optimiser | null = null;
  /** Of the phase and its optimiser. */
  #steps: Steps = plainSteps;
  #curve: readonly CurvePoint[] = [];
  #nextEpoch = 1;
  #lastGood: { epoch: number; tensors: ReadonlyMap<string, tf.Tensor> } | null = null;

  /**
   * @param store the caller's; trained in place
   * @param seed  of this attempt
   */
  constructor(
    data: DetectorData,
    plan: TrainingPlan,
    store: ParameterStore,
    { seed, attempt, context }: { seed: number; attempt: number; context: FitContext },
  ) {
    this.#data = data;
    this.#plan = plan;
    this.#store = store;
    this.#phases = epochsOf(plan.phasesOf(store));
    this.#epochs = this.#phases.at(-1)?.last ?? 0;
    this.#seed = seed;
    this.#attempt = attempt;
    this.#context = context;
    this.#earlyStopping = new EarlyStopping(plan.schedule.earlyStopping, store);
  }

  /** Takes up a run whose weights are in the store already. */
  resume({ epoch, nextEpoch, curve, optimiser, best }: FitCheckpoint): void {
    this.#curve = curve;
    this.#nextEpoch = nextEpoch;
    this.#rememberEpoch(epoch);
    const { phase, first } = this.#phaseOf(nextEpoch);
    if (nextEpoch === first) return; // with an optimiser of its own
    this.#takeOptimiser(phase, optimiser);
    if (best === null) return;
    const bestWeights = ParameterStore.unpack(this.#plan.specs, best.weights);
    this.#earlyStopping.resume(best, bestWeights);
    bestWeights.dispose();
  }

  /** @returns null when training ended, or was stopped with its weights kept */
  async run(): Promise<Interruption | null> {
    const pacer = createPacer(this.#context, this.#data.train.length, this.#epochs);
    while (this.#nextEpoch <= this.#epochs) {
      const epoch = this.#nextEpoch;
      const at = this.#phaseOf(epoch);
      if (epoch === at.first) {
        this.#startPhase(at.phase);
        pacer.startPhase();
      }
      const outcome = await this.#runEpoch(epoch, at, pacer);
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
    this.#dropOptimiser();
    this.#earlyStopping.dispose();
    this.#dropLastGood();
  }

  #phaseOf(epoch: number): PhaseEpochs {
    return this.#phases.find(({ last }) => epoch <= last)!;
  }

  #startPhase(phase: PhasePlan): void {
    phase.warmUp(this.#seed);
    this.#takeOptimiser(phase);
    this.#earlyStopping.startPhase();
  }

  #takeOptimiser(phase: PhasePlan, state?: Float32Array): void {
    this.#dropOptimiser();
    this.#optimiser = phase.optimiser(state);
    this.#steps = phase.repeats
      ? createSteps((what, why) => {
          const text = `on the GPU ${what} is computed each time instead of replayed: ${why}`;
          this.#context.onEvent({ kind: 'note', text });
        })
      : plainSteps;
  }

  #dropOptimiser(): void {
    this.#steps.dispose();
    this.#steps = plainSteps;
    this.#optimiser?.dispose();
    this.#optimiser = null;
  }

  async #runEpoch(
    epoch: number,
    { phase, last }: PhaseEpochs,
    pacer: Pacer,
  ): Promise<'done' | 'stopped' | Interruption> {
    const { schedule, draws, cut } = this.#plan;
    const { control, onEvent } = this.#context;
    const { train, val } = this.#data;
    const learningRate = schedule.learningRate * (epoch > schedule.learningRateStepEpoch ? 0.1 : 1);
    const whole = epochBatches(train, schedule.batchSize, draws.order(this.#seed, epoch));
    const batches = cut === undefined ? whole : whole.flatMap(cut);
    const means = new TermMeans(this.#plan.terms);
    pacer.startEpoch(epoch, batches.length);

    const outcome = await this.#trainBatches(batches, epoch, phase, learningRate, means, pacer);
    means.dispose();
    if (outcome !== 'done') return outcome;

    const validates = epoch % schedule.validateEvery === 0 && val.length > 0;
    const validation = validates ? await this.#validate(phase) : null;
    if (control.signal.aborted) return { kind: 'cancelled' };
    const point = curvePoint(
      { epoch, phase: phase.name, learningRate, seconds: pacer.epochSeconds() },
      this.#plan.partsOf(means.means()),
      validation,
    );
    this.#curve = [...this.#curve, point];
    onEvent({ kind: 'epoch', point });
    this.#rememberEpoch(epoch);
    await this.#keep(epoch);
    const impatient = validates && this.#earlyStopping.observe(epoch, point.valLoss);
    if (control.stopRequested()) return 'stopped';
    this.#nextEpoch = impatient ? last + 1 : epoch + 1;
    if (this.#nextEpoch > last) this.#earlyStopping.endPhase();
    await this.#save(epoch);
    return 'done';
  }

  /** The weights of this epoch, where the schedule asks for them. */
  async #keep(epoch: number): Promise<void> {
    const { keepEvery } = this.#plan.schedule;
    if (keepEvery === 0 || epoch % keepEvery !== 0) return;
    const weights = { formatVersion: 1, tensors: await this.#store.save() } as const;
    this.#context.onEvent({ kind: 'weights', kept: { epoch, weights } });
  }

  /** A checkpoint, unless nothing is left to do or the last one was too recent for its cost. */
  async #save(epoch: number): Promise<void> {
    if (this.#nextEpoch > this.#epochs || this.#savePace.waitMs() > 0) return;
    await this.#savePace.timed(async () => {
      const [weights, optimiser, best] = await Promise.all([
        this.#store.pack(),
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
    phase: PhasePlan,
    learningRate: number,
    means: TermMeans,
    pacer: Pacer,
  ): Promise<'done' | 'stopped' | Interruption> {
    const { control } = this.#context;
    const optimiser = this.#optimiser!;
    for (const [index, selected] of batches.entries()) {
      if (control.signal.aborted) return { kind: 'cancelled' };
      const noise = this.#plan.draws.noise(this.#seed, epoch, index);
      const prepare = () => phase.lossOf(selected, noise, 'train', optimiser);
      const terms = takeStep(this.#steps, this.#store, optimiser, prepare, learningRate);
      means.add(terms, selected.length);
      const last = index === batches.length - 1;
      if ((index + 1) % READ_EVERY === 0 || last) {
        const read = await means.read();
        if (read.diverged !== null) return { kind: 'diverged', epoch, term: read.diverged };
        pacer.observeLoss(this.#plan.partsOf(read.means).loss);
      }
      await pacer.afterBatch(selected.length);
      if (control.stopRequested() && !control.signal.aborted && !last) {
        return this.#stop(means, epoch);
      }
    }
    return control.signal.aborted ? { kind: 'cancelled' } : 'done';
  }

  /** Stop between two batches keeps the weights, unless the last few steps spoilt them. */
  async #stop(means: TermMeans, epoch: number): Promise<'stopped' | Interruption> {
    const { diverged } = await means.read();
    return diverged === null ? 'stopped' : { kind: 'diverged', epoch, term: diverged };
  }

  /** The loss of the validation traces in eval mode, with the same noise in every epoch. */
  async #validate(phase: PhasePlan): Promise<LossParts> {
    const { draws, partsOf, schedule, terms } = this.#plan;
    const { batchSize } = schedule;
    const { val } = this.#data;
    const optimiser = this.#optimiser!;
    const means = new TermMeans(terms);
    for (let start = 0, index = 0; start < val.length; start += batchSize, index++) {
      if (this.#context.control.signal.aborted) break;
      const selected = val.subarray(start, start + batchSize);
      const noise = draws.validation(this.#seed, index, start);
      const prepare = () => phase.lossOf(selected, noise, 'eval', optimiser);
      means.add(evaluateLoss(this.#steps, prepare), selected.length);
      if ((index + 1) % READ_EVERY === 0) await means.read();
    }
    await means.read();
    return partsOf(means.means());
  }

  #rememberEpoch(epoch: number): void {
    this.#dropLastGood();
    this.#lastGood = { epoch, tensors: this.#store.snapshot() };
  }

  #dropLastGood(): void {
    for (const tensor of this.#lastGood?.tensors.values() ?? []) tensor.dispose();
    this.#lastGood = null;
  }
}

/** Phases without epochs are none. */
function epochsOf(phases: readonly PhasePlan[]): PhaseEpochs[] {
  let last = 0;
  return phases
    .filter(({ epochs }) => epochs > 0)
    .map((phase) => {
      const first = last + 1;
      last += phase.epochs;
      return { phase, first, last };
    });
}
