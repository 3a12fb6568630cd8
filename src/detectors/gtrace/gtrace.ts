/**
 * GTrace (Xie et al., ESEC/FSE 2023) as a detector, after the facts of its public training code. A
 * trace's score is that of its oddest position and that of its oddest latency, each over the 99th
 * percentile of the validation traces: what its visualisation adds up.
 *
 * What differs from that code, and why: docs/decisions/0014-how-the-baselines-are-read.md.
 */
import { err, ok } from '../../base/result.ts';
import { percentile } from '../../base/statistics.ts';
import { largestTree } from '../../features/trace-batch.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import type {
  DetectorData,
  FitContext,
  FitResult,
  SavedWeights,
  ScoresModel,
} from '../detector.ts';
import type { ScoreExplanation } from '../explanation.ts';
import { cancelledFit, unusableData } from '../shared/check-data.ts';
import type { Method } from '../shared/method.ts';
import { trainVae, type VaeSchedule } from '../shared/vae-training.ts';
import { factsOf, type GTraceFacts, learnFacts, withFacts } from './facts.ts';
import { gtraceBatch, POSITIONS_BEHIND, prepareLoss } from './loss.ts';
import { GTRACE_META, type GTraceConfig } from './meta.ts';
import { type GTraceModel, gtraceSpecs } from './network.ts';
import { latencyScores, rawScores, type TrainedGTrace, treeOpinions } from './scores.ts';

const { label } = GTRACE_META;

const ADAM_W = { clipNorm: 10, decay: 0.01 } as const;
/** What scores are divided by at least, nats: where every validation trace is as expected. */
const LEAST_UNIT = 0.1;

export const GTRACE: Method<GTraceConfig> = {
  fit: (data, { config, schedule }, context) => fitGTrace(data, config, schedule, context),
  restore: ({ config }, operationCount, weights) => restoreGTrace(config, operationCount, weights),
};

async function fitGTrace(
  data: DetectorData,
  config: GTraceConfig,
  schedule: VaeSchedule,
  context: FitContext,
): FitResult {
  const unusable = unusableData(data, label);
  if (unusable !== null) return err(unusable);
  const { traces, train, val } = data;
  const facts = learnFacts(traces, train, config.stdFloorMs);
  const model: GTraceModel = {
    config,
    operationCount: traces.operations.length,
    serviceCount: traces.services.length,
    positions: largestTree(traces, train) + POSITIONS_BEHIND,
  };
  const trained = await trainVae(
    data,
    {
      label,
      specs: gtraceSpecs(model),
      learningRate: config.learningRate,
      structure: true,
      adamW: ADAM_W,
      prepare(store, selected, random) {
        const batch = gtraceBatch(traces, facts, selected, largestTree(traces, selected));
        return prepareLoss(store, model, facts, batch, random);
      },
    },
    { ...schedule, epochs: config.epochs === 0 ? schedule.epochs : config.epochs },
    context,
  );
  if (!trained.ok) {
    const { lastGood, ...failure } = trained.error;
    if (lastGood === undefined) return err(failure);
    return err({
      ...failure,
      lastGood: { ...lastGood, weights: withFacts(lastGood.weights, facts) },
    });
  }
  const store = trained.value;
  const { signal } = context.control;
  const { structure, latency } = await rawScores(
    { ...model, facts, store },
    traces,
    val.length > 0 ? val : train,
    context.seed,
    { signal, onProgress: () => {} },
  );
  if (signal.aborted) {
    store.dispose();
    return err(cancelledFit(label));
  }
  const unitOf = (scores: Float64Array): number => Math.max(LEAST_UNIT, percentile(scores, 99));
  const units = Float32Array.of(unitOf(structure), unitOf(latency));
  return ok(modelOf({ ...model, facts: { ...facts, units }, store }));
}

function restoreGTrace(
  config: GTraceConfig,
  operationCount: number,
  weights: SavedWeights,
): ScoresModel {
  const rowsOf = (name: string): number =>
    weights.tensors.find((tensor) => tensor.name === name)!.shape[0]!;
  const model: GTraceModel = {
    config,
    operationCount,
    serviceCount: rowsOf('service'),
    positions: rowsOf('p1.positions.weight_store.value') / (2 * config.decoder),
  };
  const store = ParameterStore.load(gtraceSpecs(model), weights.tensors);
  return modelOf({ ...model, facts: factsOf(weights), store });
}

function modelOf(model: TrainedGTrace): ScoresModel {
  const { facts, store } = model;
  const [ofStructure, ofLatency] = unitsOf(facts);
  return {
    kind: 'scores',
    parameterCount: store.parameterCount(),
    saveWeights: async () => withFacts({ formatVersion: 1, tensors: await store.save() }, facts),
    async scoreTraces({ traces }, selected, { seed, ...options }) {
      const raw = await rawScores(model, traces, selected, seed, options);
      const structure = raw.structure.map((score) => score / ofStructure);
      const latency = raw.latency.map((score) => score / ofLatency);
      return {
        score: structure.map((score, i) => score + latency[i]!),
        terms: { structure, latency },
        worstNode: raw.worstNode,
      };
    },
    explain: (data, trace, { seed }) => explainTrace(model, data, trace, seed),
    dispose: () => store.dispose(),
  };
}

/** What the oddest position and the oddest latency are divided by, nats. */
const unitsOf = ({ units }: GTraceFacts): readonly [number, number] => [units[0]!, units[1]!];

async function explainTrace(
  model: TrainedGTrace,
  { traces }: DetectorData,
  trace: number,
  seed: number,
): Promise<ScoreExplanation> {
  const { facts, config } = model;
  const [opinion] = await treeOpinions(model, traces, Uint32Array.of(trace), seed);
  const { mean, logStd, structure } = opinion!;
  const nodes = latencyScores(model, traces, trace, opinion!);
  const shape = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
  const first = traces.nodeOffset[trace]!;
  const operationOf = (node: number): number => traces.structures.operation[shape + node]!;
  const overSamples = (node: number, of: (at: number) => number): number => {
    let sum = 0;
    for (let l = 0; l < config.samples; l++) sum += of(node * config.samples + l);
    return sum / config.samples;
  };
  const [ofStructure, ofLatency] = unitsOf(facts);
  const terms = {
    structure: structure / ofStructure,
    latency: Math.max(...nodes) / ofLatency,
  };
  return {
    kind: 'scores',
    trace,
    score: terms.structure + terms.latency,
    says: 'the oddest position of the operations in breadth-first order and the oddest latency of a node, each as a multiple of the 99th percentile of the validation traces; a latency is expected from the calls below it',
    nodes: {
      observedMs: nodes.map((_, node) => traces.latencyUs[first + node]! / 1e3),
      expectedMs: nodes.map((_, node) => {
        const op = operationOf(node);
        return facts.meanMs[op]! + facts.stdMs[op]! * overSamples(node, (at) => mean[at]!);
      }),
      stdMs: nodes.map(
        (_, node) =>
          facts.stdMs[operationOf(node)]! * overSamples(node, (at) => Math.exp(logStd[at]!)),
      ),
      score: nodes.map((score) => score / ofLatency),
    },
    terms,
    critical: null,
    transitions: null,
    absent: null,
  };
}
