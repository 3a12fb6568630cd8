/**
 * A detector over vectors of call paths: TraceAnomaly where all nodes enter them, CRISP where those
 * on the critical path do. The score is the NLL of the vector, importance-weighted over samples of z.
 *
 * Differs from TraceAnomaly: its public code divides by the number of dimensions, which changes no
 * order; training is that of the other baselines here (RMSprop for Adam).
 */
import { normals } from '../../base/random.ts';
import { err, ok } from '../../base/result.ts';
import { logMeanExp } from '../../base/statistics.ts';
import { operationsOfPath } from '../../features/call-paths.ts';
import {
  ABSENT,
  eachPath,
  fitPathScale,
  makeVectors,
  type NodeChoice,
  type PathScale,
} from '../../features/path-vectors.ts';
import { normalLogProb } from '../../nn/distributions.ts';
import type { Gaussian } from '../../nn/gaussian.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import { readBack } from '../../nn/read-back.ts';
import { initialiseActNorms } from '../../nn/real-nvp.ts';
import * as tf from '../../nn/tf.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import type {
  DetectorData,
  FitContext,
  FitResult,
  SavedWeights,
  ScoresModel,
} from '../detector.ts';
import type { ScoreExplanation } from '../explanation.ts';
import { unusableData } from './check-data.ts';
import type { Method } from './method.ts';
import { finiteScore, sampleNoise, scoreInPasses } from './score-passes.ts';
import { trainVae, type VaeSchedule } from './vae-training.ts';
import type { VectorVaeConfig } from './vector-settings.ts';
import {
  decodeVector,
  encodeVector,
  POSTERIOR_FLOW,
  samplePosterior,
  vectorTerms,
  vectorVaeSpecs,
} from './vector-vae.ts';

/** What tells TraceAnomaly and CRISP apart. */
export interface VectorMethod {
  readonly label: string;
  /** Which nodes enter the vectors. */
  readonly choose: NodeChoice;
}

/** Rows of a pass at most, a sample a row. */
const ROWS_PER_PASS = 4096;
/** Paths that an explanation names at most. */
const ABSENT_PATHS = 8;

interface VectorModel {
  readonly method: VectorMethod;
  readonly config: VectorVaeConfig;
  readonly scale: PathScale;
  readonly store: ParameterStore;
}

/** The detector of a method. */
export const vectorDetector = (method: VectorMethod): Method<VectorVaeConfig> => ({
  fit: (data, { config, schedule }, context) => fitVectors(method, data, config, schedule, context),
  restore: ({ config }, _operationCount, weights) => restoreVectors(method, config, weights),
});

export async function fitVectors(
  method: VectorMethod,
  data: DetectorData,
  config: VectorVaeConfig,
  schedule: VaeSchedule,
  context: FitContext,
): FitResult {
  const { label, choose } = method;
  const unusable = unusableData(data, label);
  if (unusable !== null) return err(unusable);
  const { traces } = data;
  const scale = fitPathScale(traces, data.train, choose);
  const size = scale.paths.operation.length;
  const { flowLevels, latent, learningRate } = config;
  const vectorsOf = (selected: Uint32Array): tf.Tensor2D =>
    tf.tensor2d(makeVectors(traces, scale, selected, choose), [selected.length, size]);
  const trained = await trainVae(
    data,
    {
      label,
      specs: vectorVaeSpecs(config, size),
      learningRate,
      structure: false,
      prepare(store, selected, random) {
        const x = vectorsOf(selected);
        const count = selected.length;
        const noise = tf.tensor2d(normals(random, count * latent), [count, latent]);
        return () => {
          const posterior = samplePosterior(store, flowLevels, encodeVector(store, x), noise);
          const { logQz, logPz, logPx } = vectorTerms(store, posterior, x);
          return {
            kl: tf.mean(tf.sub(logQz, logPz)),
            nllStructure: null,
            nllTime: tf.neg(tf.mean<tf.Scalar>(logPx)),
          };
        };
      },
      warmUp(store, selected, random) {
        if (flowLevels === 0) return;
        const count = selected.length;
        const noise = tf.tensor2d(normals(random, count * latent), [count, latent]);
        const { z } = samplePosterior(store, 0, encodeVector(store, vectorsOf(selected)), noise);
        initialiseActNorms(store, POSTERIOR_FLOW, flowLevels, z);
      },
    },
    schedule,
    context,
  );
  if (trained.ok) return ok(modelOf({ method, config, scale, store: trained.value }));
  const { lastGood, ...failure } = trained.error;
  if (lastGood === undefined) return err(failure);
  const weights = withScale(lastGood.weights, scale);
  return err({ ...failure, lastGood: { ...lastGood, weights } });
}

const SCALE_COLUMNS = ['caller', 'operation', 'meanUs', 'stdUs'] as const;

/** The paths and their scale are stored beside the parameters. */
function withScale({ tensors }: SavedWeights, { paths, meanUs, stdUs }: PathScale): SavedWeights {
  const columns = { ...paths, meanUs, stdUs };
  return {
    formatVersion: 1,
    tensors: [
      ...tensors,
      ...SCALE_COLUMNS.map((name) => ({
        name: `paths.${name}`,
        shape: [columns[name].length],
        data: Float32Array.from(columns[name]),
      })),
    ],
  };
}

export function restoreVectors(
  method: VectorMethod,
  config: VectorVaeConfig,
  { tensors }: SavedWeights,
): ScoresModel {
  const column = (name: (typeof SCALE_COLUMNS)[number]): Float32Array =>
    tensors.find((tensor) => tensor.name === `paths.${name}`)!.data;
  const paths = {
    caller: Int32Array.from(column('caller')),
    operation: Int32Array.from(column('operation')),
  };
  const scale = { paths, meanUs: column('meanUs'), stdUs: column('stdUs') };
  const store = ParameterStore.load(vectorVaeSpecs(config, paths.caller.length), tensors);
  return modelOf({ method, config, scale, store });
}

function modelOf(model: VectorModel): ScoresModel {
  const { method, config, scale, store } = model;
  return {
    kind: 'scores',
    parameterCount: store.parameterCount(),
    saveWeights: async () => withScale({ formatVersion: 1, tensors: await store.save() }, scale),
    scoreTraces: (data, selected, { seed, ...options }) =>
      scoreInPasses(
        selected,
        Math.max(1, Math.floor(ROWS_PER_PASS / config.samples)),
        options,
        (traces) => vectorScores(model, data, traces, seed),
      ),
    explain: (data, trace, { seed }) => explainVector(model, data, trace, seed, method.choose),
    dispose: () => store.dispose(),
  };
}

/** [B, F] each row `samples` times. */
function repeated(x: tf.Tensor2D, samples: number): tf.Tensor2D {
  const [rows, width] = x.shape;
  return tf.reshape(tf.tile(tf.expandDims(x, 1), [1, samples, 1]), [rows * samples, width]);
}

/** Vectors and samples of q(z | x) of some traces, a row a sample. */
function samples(
  { method, config, scale, store }: VectorModel,
  { traces }: DetectorData,
  selected: Uint32Array,
  seed: number,
) {
  const { latent, flowLevels, samples: count } = config;
  const size = scale.paths.operation.length;
  const vectors = makeVectors(traces, scale, selected, method.choose);
  const x = tf.tensor2d(vectors, [selected.length, size]);
  const noise = tf.tensor2d(sampleNoise(seed, count * latent), [count, latent]);
  const { mean, logStd } = encodeVector(store, x);
  const rows: Gaussian = { mean: repeated(mean, count), logStd: repeated(logStd, count) };
  const drawn = tf.tile(noise, [selected.length, 1]);
  const posterior = samplePosterior(store, flowLevels, rows, drawn);
  return { posterior, x: repeated(x, count), vectors };
}

/** @returns [traces] -log 1/L sum_l p(x | z) p(z) / q(z | x), nats */
async function vectorScores(
  model: VectorModel,
  data: DetectorData,
  traces: Uint32Array,
  seed: number,
): Promise<Float64Array> {
  const [logQz, logPz, logPx] = await readBack(() => {
    const { posterior, x } = samples(model, data, traces, seed);
    const terms = vectorTerms(model.store, posterior, x);
    return [terms.logQz, terms.logPz, terms.logPx];
  });
  const count = model.config.samples;
  return Float64Array.from(traces, (_, i) => {
    const weights = Array.from({ length: count }, (__, l) => {
      const row = i * count + l;
      return logPx[row]! + logPz[row]! - logQz[row]!;
    });
    return finiteScore(-logMeanExp(weights));
  });
}

/** What each path of the vector, present or absent, has for an NLL: the mean over the samples. */
async function explainVector(
  model: VectorModel,
  data: DetectorData,
  trace: number,
  seed: number,
  choose: NodeChoice,
): Promise<ScoreExplanation> {
  const { scale, store, method } = model;
  const { traces } = data;
  const selected = Uint32Array.of(trace);
  const [score] = await vectorScores(model, data, selected, seed);
  const [nll, mean, std] = await readBack(() => {
    const { posterior, x } = samples(model, data, selected, seed);
    const likelihood = decodeVector(store, posterior.z);
    const logPx = normalLogProb(x, likelihood.mean, likelihood.logStd);
    return [
      tf.neg(tf.mean(logPx, 0)),
      tf.mean(likelihood.mean, 0),
      tf.mean(tf.exp(likelihood.logStd), 0),
    ];
  });
  const nodes = nodeCount(traces, trace);
  const first = traces.nodeOffset[trace]!;
  const unknown = () => new Float64Array(nodes).fill(Number.NaN);
  const [expectedMs, stdMs, nodeScore] = [unknown(), unknown(), unknown()];
  const present = new Set<number>();
  eachPath(
    traces,
    scale.paths,
    choose,
  )(trace, (path, _latencyUs, node) => {
    if (scale.stdUs[path] === 0) return;
    present.add(path);
    expectedMs[node] = (scale.meanUs[path]! + mean[path]! * scale.stdUs[path]!) / 1e3;
    stdMs[node] = (std[path]! * scale.stdUs[path]!) / 1e3;
    nodeScore[node] = nll[path]!;
  });
  const absent = Array.from(nll, (value, path) => ({ path, score: value }))
    .filter(({ path }) => !present.has(path))
    .sort((a, b) => b.score - a.score)
    .slice(0, ABSENT_PATHS)
    .map(({ path, score: value }) => ({
      operations: operationsOfPath(scale.paths, path),
      score: value,
    }));
  return {
    kind: 'scores',
    trace,
    score: score!,
    says: `${method.label} scores the vector of call paths by its NLL; a path’s part is its mean over the samples, and a path that is absent has the value ${ABSENT}`,
    nodes: {
      observedMs: Float64Array.from(
        { length: nodes },
        (_, i) => traces.latencyUs[first + i]! / 1e3,
      ),
      expectedMs,
      stdMs,
      score: nodeScore,
    },
    critical: choose(traces, trace),
    transitions: null,
    absent,
  };
}
