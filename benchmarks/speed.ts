/**
 * Speed of training and of scoring on the backend at hand, at the N_max that the data ask for.
 * Weights are as training starts; batches are those of an epoch.
 */
import { createRandom, normals } from '../src/base/random.ts';
import type { DetectorData } from '../src/detectors/detector.ts';
import { takeStep } from '../src/detectors/shared/training-step.ts';
import { batchNodes, cutBatch, modelBatch } from '../src/detectors/tracevae/inputs.ts';
import { collectKnownPaths, openKnownPaths } from '../src/detectors/tracevae/known-paths.ts';
import {
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  traceVaeConfig,
} from '../src/detectors/tracevae/meta.ts';
import { scoreTraces } from '../src/detectors/tracevae/scoring.ts';
import { findStdLimits } from '../src/detectors/tracevae/std-limit.ts';
import { traceVaeSpecs } from '../src/detectors/tracevae/trace-vae.ts';
import {
  batchLoss,
  createOptimiser,
  type Phase,
  type TrainingModel,
  warmUp,
} from '../src/detectors/tracevae/train-step.ts';
import { epochBatches } from '../src/features/epoch-batches.ts';
import { fitLatencyScale } from '../src/features/latency-scale.ts';
import type { TraceBatch } from '../src/features/trace-batch.ts';
import { ParameterStore } from '../src/nn/parameters.ts';
import { createSteps } from '../src/nn/steps.ts';
import type { TraceSet } from '../src/trace/trace-set.ts';
import { chooseMaxNodes } from '../src/trace/tree-sizes.ts';
import { withDistinctStructures } from './distinct-structures.ts';
import { trainableTraces } from './graphs.ts';
import type { GpuCounts, Meter } from './meter.ts';

export interface SpeedQuestion {
  readonly what: 'train' | 'score';
  /** Of every attention head. */
  readonly units: number;
  readonly batch: number;
  /** Timed steps, behind as many as warm it up (three at most). */
  readonly steps: number;
  /** Traces scored. */
  readonly traces: number;
  /** Every scored trace is taken for one of a structure that no other has. */
  readonly distinct: boolean;
}

/** One line of the benchmark's JSON. */
export interface SpeedResult {
  readonly name: string;
  readonly backend: string;
  readonly units: number;
  readonly batch: number;
  readonly maxNodes: number;
  readonly tracesPerSecond: number;
  readonly stepsPerSecond: number | null;
  /** WebGPU only: the median step and the shortest one, before the GPU is waited for. */
  readonly scriptMsPerStep: { readonly median: number; readonly least: number } | null;
  /** In Node: of the whole process, which tells the same whatever else the machine does. */
  readonly processorMsPerStep: number | null;
  /** WebGPU only: what the GPU is asked for by a step, the mean of a few. */
  readonly perStep: GpuCounts | null;
  /** Memory that the backend holds at most. */
  readonly peakBytes: number;
}

const SEED = 1;
const WARM_UP_STEPS = 3;
const MOST_WARM_UP_STEPS = 200;
const RECORDED_STEPS = 12;
const COUNTED_STEPS = 10;
/** Traces that sigma_p99 is taken from. */
const VALIDATION = 64;

export async function measureSpeed(
  traces: TraceSet,
  question: SpeedQuestion,
  meter: Meter,
): Promise<SpeedResult[]> {
  const { model: preset, schedule, scoring } = TRACEVAE_PRESETS.small;
  const config: TraceVaeConfig = traceVaeConfig({
    model: { ...preset, units: question.units, maxNodes: chooseMaxNodes(traces) },
    schedule: { ...schedule, batchSize: question.batch },
    scoring,
  });
  const selected = trainableTraces(traces, config.maxNodes);
  const scale = fitLatencyScale(traces, selected, config.latencyScale);
  const data = { traces, train: selected, val: selected.subarray(0, VALIDATION), scale };
  const operationCount = traces.operations.length;
  const known =
    config.structureDecoder === 'paper' ? undefined : collectKnownPaths(traces, selected);
  const store = ParameterStore.initialise(traceVaeSpecs(config, operationCount, known), SEED);
  const model: TrainingModel = {
    store,
    config,
    operationCount,
    ...(known && { paths: openKnownPaths(known, operationCount) }),
  };
  const results =
    question.what === 'train'
      ? [
          await timeTraining(model, data, 'joint', question, meter),
          await timeTraining(model, data, 'time', question, meter),
        ]
      : [await timeScoring(model, data, question, meter)];
  store.dispose();
  return results;
}

async function timeTraining(
  model: TrainingModel,
  data: DetectorData,
  phase: Phase,
  { units, batch, steps }: SpeedQuestion,
  meter: Meter,
): Promise<SpeedResult> {
  const { config } = model;
  const noiseOf = ({ size }: TraceBatch) => ({
    z: normals(createRandom(SEED, 1), size * config.latent),
    z2: normals(createRandom(SEED, 2), size * config.latent2),
  });
  const batches = epochBatches(data.train, batch, createRandom(SEED, 3))
    .filter(({ length }) => length === batch)
    .flatMap((whole) => (model.paths === undefined ? [whole] : cutBatch(data.traces, whole)));
  let next = 0;
  let traces = 0;
  const batchOf = () => {
    const selected = batches[next++ % batches.length]!;
    traces += selected.length;
    return modelBatch(data, config, selected, batchNodes(data, config, selected));
  };
  const first = batchOf();
  warmUp(model, phase, first, noiseOf(first));
  const optimiser = createOptimiser(model, phase);
  const recorded = createSteps((what, why) => console.error(`${what} is not replayed: ${why}`));
  const lossOf = () => {
    const of = batchOf();
    return batchLoss(model, phase, optimiser, of, noiseOf(of), 'train');
  };
  const step = () => takeStep(recorded, model.store, optimiser, lossOf, 1e-4).dispose();
  await warmUpSteps(step, steps, meter);
  // counting takes time
  const counts = await countSteps(step, meter);
  traces = 0;
  const started = performance.now();
  const scriptMs = new Float64Array(steps);
  const processorMs = processorTime();
  for (let i = 0; i < steps; i++) {
    const startedMs = performance.now();
    step();
    scriptMs[i] = performance.now() - startedMs;
    // as training does, so that the queue of a GPU is bounded
    if (i % 10 === 9) await meter.settled();
  }
  await meter.settled();
  const seconds = (performance.now() - started) / 1e3;
  const processorMsPerStep = processorMs === null ? null : (processorTime()! - processorMs) / steps;
  const peakBytes = meter.peakBytes();
  recorded.dispose();
  optimiser.dispose();
  return {
    name: phase === 'joint' ? 'training, whole model' : 'training, time VAE alone',
    backend: meter.backend,
    units,
    batch,
    maxNodes: config.maxNodes,
    tracesPerSecond: traces / seconds,
    stepsPerSecond: steps / seconds,
    scriptMsPerStep:
      counts === null ? null : { median: scriptMs.sort()[steps >> 1]!, least: scriptMs[0]! },
    processorMsPerStep,
    perStep: counts,
    peakBytes,
  };
}

/** ms of this process; null in a browser. */
function processorTime(): number | null {
  const { process } = globalThis as { process?: { cpuUsage?(): { user: number; system: number } } };
  const usage = process?.cpuUsage?.();
  return usage === undefined ? null : (usage.user + usage.system) / 1e3;
}

/** On a GPU until every kind of step was recorded: some in a row make no bind group. */
async function warmUpSteps(step: () => void, steps: number, meter: Meter): Promise<void> {
  let recorded = 0;
  for (let i = 0; i < MOST_WARM_UP_STEPS && recorded < RECORDED_STEPS; i++) {
    const counting = meter.count();
    step();
    if (i % 10 === 9) await meter.settled();
    if (counting === null && i + 1 >= Math.min(steps, WARM_UP_STEPS)) break;
    recorded = counting?.stop().newBindGroups === 0 ? recorded + 1 : 0;
  }
  await meter.settled();
}

async function countSteps(step: () => void, meter: Meter): Promise<GpuCounts | null> {
  const counting = meter.count();
  if (counting === null) return null;
  for (let i = 0; i < COUNTED_STEPS; i++) step();
  const counts = counting.stop();
  await meter.settled();
  const means = Object.entries(counts).map(([what, count]) => [what, count / COUNTED_STEPS]);
  return Object.fromEntries(means) as unknown as GpuCounts;
}

async function timeScoring(
  model: TrainingModel,
  data: DetectorData,
  { units, batch, traces, distinct }: SpeedQuestion,
  meter: Meter,
): Promise<SpeedResult> {
  const stdLimits = await findStdLimits(model, data, data.val, SEED);
  const scored = distinct
    ? { ...data, traces: withDistinctStructures(data.traces, data.train, traces) }
    : data;
  const selected = Uint32Array.from({ length: traces }, (_, i) =>
    distinct ? i : data.train[i % data.train.length]!,
  );
  const options = {
    samples: model.config.samples,
    seed: SEED,
    stdLimits,
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  await scoreTraces(model, scored, selected.subarray(0, VALIDATION), options);
  const started = performance.now();
  await scoreTraces(model, scored, selected, options);
  const seconds = (performance.now() - started) / 1e3;
  const peakBytes = meter.peakBytes();
  return {
    name: `scoring ${traces} traces${distinct ? ' of as many structures' : ''}, L = ${model.config.samples}`,
    backend: meter.backend,
    units,
    batch,
    maxNodes: model.config.maxNodes,
    tracesPerSecond: traces / seconds,
    stepsPerSecond: null,
    scriptMsPerStep: null,
    processorMsPerStep: null,
    perStep: null,
    peakBytes,
  };
}
