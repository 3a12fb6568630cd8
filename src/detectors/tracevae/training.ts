/**
 * Training TraceVAE (section 6.2): the whole model, then the time VAE alone, each with its own
 * optimiser and early stopping. As the authors' code: a loss that is no number in the first epoch
 * starts the training again, at most 10 times.
 */
import { createRandom, normals, type Random } from '../../base/random.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { ParameterStore } from '../../nn/parameters.ts';
import { operationsOf } from '../../trace/vocabulary.ts';
import type { DetectorData, FitContext, FitFailure } from '../detector.ts';
import { tooFewTraces } from '../shared/check-data.ts';
import { drawTraces } from '../shared/draw-traces.ts';
import { train } from '../shared/training.ts';
import type { Draws, PhasePlan } from '../shared/training-plan.ts';
import { batchNodes, cutBatch, modelBatch, withStatus } from './inputs.ts';
import { collectKnownPaths, openKnownPaths } from './known-paths.ts';
import { combineLoss, lossTermNames } from './loss.ts';
import { PAPER_MOST_NODES, type TraceVaeConfig } from './meta.ts';
import { startValues } from './start-weights.ts';
import { usualStatus } from './status-decoder.ts';
import { traceVaeSpecs } from './trace-vae.ts';
import {
  batchLoss,
  createOptimiser,
  type Noise,
  type Phase,
  type TrainingModel,
  warmUp,
} from './train-step.ts';

const LABEL = 'TraceVAE';
const MAX_RESTARTS = 10;

/** The stream of the run's seed that gives each attempt its own. */
const ATTEMPTS = 1;
/** Streams of the attempt's seed. */
const WARM_UP = 4;
const DRAWS: Draws = {
  order: (seed, epoch) => createRandom(seed, 2, epoch),
  noise: (seed, epoch, batch) => createRandom(seed, 3, epoch, batch),
  validation: (seed, batch) => createRandom(seed, 5, batch),
};

/** @returns the trained model; its parameters are owned by the caller */
export async function trainTraceVae(
  data: DetectorData,
  config: TraceVaeConfig,
  context: FitContext,
): Promise<Result<TrainingModel, FitFailure>> {
  const unusable = tooFewTraces(data, LABEL) ?? undecodable(config);
  if (unusable !== null) return err(unusable);
  const operationCount = data.traces.operations.length;
  const known =
    config.structureDecoder === 'call-paths'
      ? collectKnownPaths(data.traces, data.train)
      : undefined;
  const status =
    config.statusTerm === 'errors'
      ? usualStatus(data.traces, data.train, operationCount)
      : undefined;
  const start =
    context.start === undefined
      ? ok(undefined)
      : startValues(config, context.start, operationsOf(data.traces), { known, status });
  if (!start.ok) return start;
  const modelOf = (store: ParameterStore): TrainingModel => ({
    store,
    config,
    operationCount,
    ...(known && { paths: openKnownPaths(known, operationCount) }),
    ...(status && { status }),
  });
  const trained = await train(
    data,
    {
      label: LABEL,
      specs: traceVaeSpecs(config, operationCount, known, status),
      schedule: config,
      terms: lossTermNames(status !== undefined),
      ...(start.value && { start: start.value }),
      partsOf: (means) => combineLoss(means, config),
      draws: DRAWS,
      ...(known && { cut: (batch) => cutBatch(data.traces, batch) }),
      restarts: MAX_RESTARTS,
      seedOf: (seed, attempt) => createRandom(seed, ATTEMPTS, attempt).integer(2 ** 31),
      phasesOf: (store) => {
        const model = modelOf(store);
        return [
          phaseOf(data, model, 'joint', config.epochsJoint, start.value !== undefined),
          phaseOf(data, model, 'time', config.epochsTime, start.value !== undefined),
        ];
      },
    },
    context,
  );
  return trained.ok ? ok(modelOf(trained.value)) : trained;
}

/** Settings that mean nothing together, or that no memory would hold. */
function undecodable({ structureDecoder, ablation, maxNodes }: TraceVaeConfig): FitFailure | null {
  const refused = (what: string, advice: string): FitFailure => ({
    kind: 'unusable-data',
    what,
    where: 'the structure decoder',
    advice,
  });
  if (structureDecoder === 'call-paths' && ablation === 'dimex') {
    return refused(
      'TraceVAE-DimEx fills traces up to N_max with dummies, which are on no call path',
      'choose the paper’s structure decoder, or leave TraceVAE-DimEx out',
    );
  }
  if (structureDecoder === 'paper' && maxNodes > PAPER_MOST_NODES) {
    return refused(
      `the paper’s structure decoder takes trees of at most ${PAPER_MOST_NODES} nodes, N_max is ${maxNodes}`,
      'choose the structure decoder by call paths, or a smaller N_max',
    );
  }
  return null;
}

/** @param started with weights that a warm-up would set anew */
function phaseOf(
  data: DetectorData,
  model: TrainingModel,
  name: Phase,
  epochs: number,
  started: boolean,
): PhasePlan {
  const { config } = model;
  const batchOf = (selected: Uint32Array): TraceBatch => {
    const batch = modelBatch(data, config, selected, batchNodes(data, config, selected));
    return model.status === undefined ? batch : withStatus(batch, data.traces, selected);
  };
  const noiseOf = (size: number, random: Random): Noise => ({
    z: normals(random, size * config.latent),
    z2: normals(random, size * config.latent2),
  });
  return {
    name,
    epochs,
    warmUp(seed) {
      if (started) return;
      const drawn = drawTraces(data.train, createRandom(seed, WARM_UP, name === 'joint' ? 0 : 1));
      const noise = noiseOf(drawn.length, createRandom(seed, WARM_UP));
      warmUp(model, name, batchOf(drawn), noise);
    },
    optimiser: (state) => createOptimiser(model, name, state),
    lossOf: (selected, random, mode, optimiser) =>
      batchLoss(model, name, optimiser, batchOf(selected), noiseOf(selected.length, random), mode),
    repeats: true,
  };
}
