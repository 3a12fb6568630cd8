/**
 * A model that the authors' code trained, with zero-noise scores of real traces: a JSON file beside
 * its weights (little-endian float32 in the order and shapes of the manifest).
 */
import { err, ok, type Result } from '../base/result.ts';
import { TRACEVAE_PRESETS, traceVaeConfig } from '../detectors/tracevae/meta.ts';
import { traceVaeSpecs } from '../detectors/tracevae/trace-vae.ts';
import { ParameterStore } from '../nn/parameters.ts';
import { combineScores } from '../scoring/combine.ts';
import {
  batchOf,
  GOLDEN_VARIANTS,
  type GoldenTree,
  type GoldenVariant,
  LOG_PROBS,
  type LogProbs,
  type Variants,
} from './golden-file.ts';
import { sameNames } from './golden-model.ts';
import { compare, type Report, rowParts, TOLERANCE } from './measure.ts';
import { correctedLogProbs, sampleTerms, toleranceOf } from './scores.ts';

/** The weights lie beside the JSON file under this name. */
export const WEIGHTS_FILE = 'weights.bin';

export interface TrainedGolden {
  readonly MAX_NODE_COUNT: number;
  readonly num_operations: number;
  readonly std_limit: number;
  readonly gnn_layers: readonly number[];
  readonly z_dim: number;
  readonly z2_dim: number;
  readonly manifest: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    /** In numbers. */
    readonly offset: number;
  }[];
  readonly traces: readonly (GoldenTree & {
    readonly label: string;
    readonly z: readonly number[];
    readonly z2: readonly number[];
    readonly nll: Variants<number>;
    readonly log_probs_plain: LogProbs<number>;
  })[];
}

export interface TrainedModel {
  readonly golden: TrainedGolden;
  readonly weights: Float32Array;
}

/** @param bytes of the weights file; null where there is none */
export function asTrainedModel(
  content: object,
  bytes: ArrayBuffer | null,
): Result<TrainedModel, string> {
  if (!('traces' in content)) return err('it lacks traces');
  if (bytes === null) return err(`its weights are missing: ${WEIGHTS_FILE} must come with it`);
  const golden = content as TrainedGolden;
  const numbers = golden.manifest.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (bytes.byteLength !== numbers * 4) {
    return err(`${WEIGHTS_FILE} holds ${bytes.byteLength} bytes, its manifest ${numbers * 4}`);
  }
  return ok({ golden, weights: new Float32Array(bytes) });
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** z and z2 at the posterior means, one sample a trace, eval mode. */
export async function compareTrainedModel(
  { golden, weights }: TrainedModel,
  report: Report,
): Promise<void> {
  const config = {
    ...traceVaeConfig(TRACEVAE_PRESETS.paper),
    units: golden.gnn_layers[0]!,
    layers: golden.gnn_layers.length,
    latent: golden.z_dim,
    latent2: golden.z2_dim,
    maxNodes: golden.MAX_NODE_COUNT,
  };
  const specs = traceVaeSpecs(config, golden.num_operations);
  sameNames(
    specs.map(({ name }) => name),
    golden.manifest.map(({ name }) => name),
  );
  const arrays = golden.manifest.map(({ name, shape, offset }) => ({
    name,
    shape,
    data: weights.slice(offset, offset + sizeOf(shape)),
  }));
  const store = ParameterStore.load(specs, arrays);
  const { traces } = golden;
  const batch = batchOf(traces, config.maxNodes);
  const { terms, structures, latencies } = await sampleTerms(
    { store, config, operationCount: golden.num_operations },
    batch,
    {
      z: new Float32Array(batch.size * config.latent),
      z2: new Float32Array(batch.size * config.latent2),
    },
    golden.std_limit,
  );
  store.dispose();

  const names = traces.map(({ label }, i) => `trace ${i} (${label})`);
  const z = traces.map((trace) => trace.z);
  const z2 = traces.map((trace) => trace.z2);
  compare(report, 'z', TOLERANCE.value, rowParts(names, structures.z, z));
  compare(report, 'z2', TOLERANCE.value, rowParts(names, latencies.z2, z2));
  const logProbs = correctedLogProbs(terms, GOLDEN_VARIANTS.nll);
  for (const name of LOG_PROBS) {
    const expected = traces.map((trace) => trace.log_probs_plain[name]);
    compare(report, name, toleranceOf(name), rowParts(names, logProbs[name], expected));
  }
  for (const variant of Object.keys(GOLDEN_VARIANTS) as GoldenVariant[]) {
    const scores = combineScores(terms, GOLDEN_VARIANTS[variant]);
    const expected = traces.map(({ nll }) => nll[variant]);
    compare(report, `score ${variant}`, TOLERANCE.value, rowParts(names, scores, expected));
  }
}
