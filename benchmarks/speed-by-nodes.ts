/**
 * What training and scoring cost by the size of trees, under either structure decoder: on WASM in
 * Node, by the clock and in processor time, in which other work on the machine hardly counts.
 */
import { createRandom, normals } from '../src/base/random.ts';
import { takeStep } from '../src/detectors/shared/training-step.ts';
import { batchNodes, cutBatch, modelBatch } from '../src/detectors/tracevae/inputs.ts';
import { collectKnownPaths, openKnownPaths } from '../src/detectors/tracevae/known-paths.ts';
import {
  type StructureDecoder,
  TRACEVAE_PRESETS,
  traceVaeConfig,
} from '../src/detectors/tracevae/meta.ts';
import { scoreTraces } from '../src/detectors/tracevae/scoring.ts';
import { findStdLimits } from '../src/detectors/tracevae/std-limit.ts';
import { traceVaeSpecs } from '../src/detectors/tracevae/trace-vae.ts';
import {
  batchLoss,
  createOptimiser,
  type TrainingModel,
  warmUp,
} from '../src/detectors/tracevae/train-step.ts';
import { epochBatches } from '../src/features/epoch-batches.ts';
import { fitLatencyScale } from '../src/features/latency-scale.ts';
import type { TraceBatch } from '../src/features/trace-batch.ts';
import { ParameterStore } from '../src/nn/parameters.ts';
import { plainSteps } from '../src/nn/steps.ts';
import * as tf from '../src/nn/tf.ts';
import { readSource } from '../src/node/run-source.ts';
import { createStringColumnBuilder } from '../src/trace/string-column.ts';
import { createStructureInterner } from '../src/trace/structure-interner.ts';
import { nodeCount, type TraceSet } from '../src/trace/trace-set.ts';

export { startWasm } from '../src/node/backends.ts';

export interface NodesQuestion {
  readonly structureDecoder: StructureDecoder;
  /** N_max; generated trees have three quarters of it to all of it. */
  readonly maxNodes: number;
  readonly units: number;
  readonly batch: number;
  /** Timed steps. */
  readonly steps: number;
  /** Traces scored. */
  readonly traces: number;
}

export interface NodesResult extends NodesQuestion {
  readonly nodesPerTrace: number;
  /** Per second of processor time, as all but what says otherwise. */
  readonly trainTracesPerSecond: number;
  readonly scoreTracesPerSecond: number;
  readonly trainTracesPerSecondByClock: number;
  readonly scoreTracesPerSecondByClock: number;
  /** Training: traces per second times nodes per trace. */
  readonly trainNodesPerSecond: number;
  readonly scoreNodesPerSecond: number;
  readonly parameters: number;
  /** Of WASM's memory, which never shrinks. */
  readonly heapBytes: number;
  /** Of the whole process at the end. */
  readonly residentBytes: number;
}

const SEED = 1;
const WARM_UP_STEPS = 3;
const VALIDATION = 64;

/** @returns what was asked, and the speeds in processor time of one thread */
export async function measureNodes(
  traces: TraceSet,
  question: NodesQuestion,
): Promise<NodesResult> {
  const { structureDecoder, maxNodes, units, batch, steps } = question;
  const { model: preset, ...rest } = TRACEVAE_PRESETS.small;
  const config = traceVaeConfig({
    ...rest,
    model: { ...preset, units, maxNodes, structureDecoder },
  });
  const train = Uint32Array.from(traces.structureOf.keys()).filter((trace) => {
    const nodes = nodeCount(traces, trace);
    return nodes >= 2 && nodes <= maxNodes;
  });
  const data = {
    traces,
    train,
    val: train.subarray(0, VALIDATION),
    scale: fitLatencyScale(traces, train, config.latencyScale),
  };
  const operationCount = traces.operations.length;
  const known = structureDecoder === 'paper' ? undefined : collectKnownPaths(traces, train);
  const store = ParameterStore.initialise(traceVaeSpecs(config, operationCount, known), SEED);
  const model: TrainingModel = {
    store,
    config,
    operationCount,
    ...(known && { paths: openKnownPaths(known, operationCount) }),
  };

  const noiseOf = ({ size }: TraceBatch) => ({
    z: normals(createRandom(SEED, 1), size * config.latent),
    z2: normals(createRandom(SEED, 2), size * config.latent2),
  });
  const batches = epochBatches(train, batch, createRandom(SEED, 3))
    .filter(({ length }) => length === batch)
    .flatMap((whole) => (known === undefined ? [whole] : cutBatch(traces, whole)));
  let next = 0;
  let stepped = 0;
  const batchOf = () => {
    const selected = batches[next++ % batches.length]!;
    stepped += selected.length;
    return modelBatch(data, config, selected, batchNodes(data, config, selected));
  };
  const first = batchOf();
  warmUp(model, 'joint', first, noiseOf(first));
  const optimiser = createOptimiser(model, 'joint');
  const lossOf = () => {
    const of = batchOf();
    return batchLoss(model, 'joint', optimiser, of, noiseOf(of), 'train');
  };
  const step = (): void => takeStep(plainSteps, store, optimiser, lossOf, 1e-4).dispose();
  for (let i = 0; i < WARM_UP_STEPS; i++) step();
  stepped = 0;
  const trained = await timed(() => {
    for (let i = 0; i < steps; i++) step();
  });
  optimiser.dispose();

  const stdLimits = await findStdLimits(model, data, data.val, SEED);
  const selected = Uint32Array.from(
    { length: question.traces },
    (_, i) => train[(i * 7919) % train.length]!,
  );
  const options = {
    samples: config.samples,
    seed: SEED,
    stdLimits,
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  await scoreTraces(model, data, selected.subarray(0, VALIDATION), options);
  const scored = await timed(() => scoreTraces(model, data, selected, options));
  const nodesPerTrace =
    train.reduce((sum, trace) => sum + nodeCount(traces, trace), 0) / train.length;
  const result = {
    ...question,
    nodesPerTrace,
    trainTracesPerSecond: stepped / trained.processor,
    scoreTracesPerSecond: question.traces / scored.processor,
    trainTracesPerSecondByClock: stepped / trained.clock,
    scoreTracesPerSecondByClock: question.traces / scored.clock,
    trainNodesPerSecond: (nodesPerTrace * stepped) / trained.processor,
    scoreNodesPerSecond: (nodesPerTrace * question.traces) / scored.processor,
    parameters: store.parameterCount(),
    heapBytes: heapBytes(),
    residentBytes: process.memoryUsage().rss,
  };
  store.dispose();
  return result;
}

const heapBytes = (): number =>
  (tf.backend() as unknown as { readonly wasm: { readonly HEAPU8: Uint8Array } }).wasm.HEAPU8
    .byteLength;

/** Seconds by the clock, and of the processor: of the whole process, its garbage collection included. */
async function timed(work: () => unknown): Promise<{ clock: number; processor: number }> {
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { clock: (performance.now() - started) / 1e3, processor: (user + system) / 1e6 };
}

/** Training traces of a file. */
export async function tracesOf(path: string): Promise<TraceSet> {
  const read = await readSource({ kind: 'files', files: [{ path, role: 'train' }] }, false);
  if (!read.ok) throw new Error(read.error.what);
  return read.value.imported.traces;
}

const OPERATIONS = 120;
const KINDS = 24;
const TRACES = 1536;
/** Calls of a node, where as many nodes are left. */
const CALLS = 4;

/** Requests of several kinds of three quarters to all of `nodes`, some with a call left out. */
export function generatedTraces(nodes: number): TraceSet {
  const random = createRandom(SEED, nodes);
  const interner = createStructureInterner();
  const kinds = Array.from({ length: KINDS }, (_, kind) => {
    const size = Math.max(2, Math.round(nodes * (0.75 + (0.25 * kind) / (KINDS - 1))));
    const parent = Int32Array.from({ length: size }, (_unused, i) =>
      i === 0 ? -1 : Math.floor((i - 1) / CALLS),
    );
    // siblings are of different operations
    const operation = Uint32Array.from({ length: size }, (_unused, i) =>
      i === 0 ? 1 : 1 + ((5 * (kind % 6) + CALLS * parent[i]! + (i % CALLS)) % (OPERATIONS - 1)),
    );
    // the last leaf is not always called
    return [size, size - 1].map((part) => ({
      size: part,
      structure: interner.intern(parent.subarray(0, part), operation.subarray(0, part), part),
    }));
  });
  const drawn = Array.from({ length: TRACES }, () => {
    const [whole, less] = kinds[random.integer(KINDS)]!;
    return random.uniform() < 0.9 || less!.size < 2 ? whole! : less!;
  });
  const nodeOffset = new Uint32Array(TRACES + 1);
  drawn.forEach(({ size }, trace) => {
    nodeOffset[trace + 1] = nodeOffset[trace]! + size;
  });
  const traceIds = createStringColumnBuilder();
  for (let trace = 0; trace < TRACES; trace++) traceIds.append(String(trace));
  const all = nodeOffset.at(-1)!;
  return {
    services: ['', 'service'],
    operations: Array.from({ length: OPERATIONS + 1 }, (_, id) => ({
      service: id === 0 ? 0 : 1,
      name: id === 0 ? '' : `operation-${id}`,
    })),
    structures: interner.finish(),
    structureOf: Uint32Array.from(drawn, ({ structure }) => structure),
    nodeOffset,
    latencyUs: Float32Array.from({ length: all }, () => 1000 * Math.exp(random.normal())),
    spanCount: new Uint32Array(all).fill(1),
    startUs: new Float64Array(TRACES).fill(Number.NaN),
    label: new Uint8Array(TRACES),
    file: new Uint16Array(TRACES),
    traceIds: traceIds.finish(),
  };
}
