/** sigma_p99 of section 5.3: where the stds of the Gaussian std-limit are cut. */
import { percentileOfSorted } from '../../base/statistics.ts';
import type { StdLimits } from '../../scoring/score-terms.ts';
import type { DetectorData } from '../detector.ts';
import { nextTask } from '../shared/pacer.ts';
import { modelBatch } from './inputs.ts';
import { latenciesOf, sampleLatencies } from './latency-scores.ts';
import {
  chunksBySize,
  concatFloats,
  decodedNodes,
  latencyNoise,
  noiseKey,
  structureNoise,
} from './scoring.ts';
import { sampleStructures } from './structure-scores.ts';
import type { TrainingModel } from './train-step.ts';

const PERCENT = 99;

/**
 * An operation's limit is at least the std that its standardised latency has by itself: below that
 * it would call an ordinary node of a steady moment unlikely (docs/decisions/0007).
 */
const LEAST_OF_OPERATION = 1;

/**
 * sigma_p99 of section 5.3: the 99th percentile of the predicted stds of all nodes of these traces,
 * one sample each (as the authors' code).
 *
 * Differs from the paper: beside its one number there is one of each operation's own nodes, an
 * option of the authors' code too, here not below 1.
 *
 * @param selected [T] trace indices, the validation traces in the paper
 * @returns        one number and [operations], unitless (standardised latency); infinity, no limit,
 *   where there are no traces
 */
export async function findStdLimits(
  model: TrainingModel,
  data: DetectorData,
  selected: Uint32Array,
  seed: number,
): Promise<StdLimits> {
  const ofOperation = Array.from({ length: model.operationCount }, (): number[] => []);
  for (const chunk of chunksBySize(model.config, data, selected, 1)) {
    const picked = chunk.map((t) => selected[t]!);
    const { traces, firstRow, logStd } = await sampleOnce(model, data, picked, seed);
    for (let t = 0; t < traces.size; t++) {
      for (let i = 0; i < traces.nodeCount[t]!; i++) {
        const operation = traces.operation[t * traces.maxNodes + i]!;
        ofOperation[operation]!.push(Math.exp(logStd[firstRow[t]! + i]!));
      }
    }
    await nextTask();
  }
  const global = p99(ofOperation.flat()) ?? Number.POSITIVE_INFINITY;
  const limitOf = (stds: readonly number[]): number => {
    const own = p99(stds);
    return own === null ? global : Math.max(own, LEAST_OF_OPERATION);
  };
  return { global, byOperation: Float64Array.from(ofOperation, limitOf) };
}

async function sampleOnce(
  model: TrainingModel,
  data: DetectorData,
  picked: Uint32Array,
  seed: number,
): ReturnType<typeof sampleLatencies> {
  const { config } = model;
  const batch = modelBatch(data, config, picked, decodedNodes(config, data, picked.at(-1)!));
  const noise = (of: (trace: number) => Float32Array): Float32Array =>
    concatFloats(Array.from(picked, of));
  if (config.ablation !== 'singlez') {
    return sampleLatencies(
      model,
      batch,
      noise((trace) => latencyNoise(seed, trace, config.latent2)),
    );
  }
  const structures = modelBatch(data, config, picked, config.maxNodes);
  const noiseZ = noise((trace) =>
    structureNoise(seed, noiseKey(config, data, trace), config.latent),
  );
  const { z } = await sampleStructures(model, structures, noiseZ);
  return latenciesOf(model, batch, z, 1);
}

const p99 = (values: readonly number[]): number | null =>
  values.length === 0 ? null : percentileOfSorted(Float64Array.from(values).sort(), PERCENT);
