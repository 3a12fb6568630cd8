/** sigma_p99 of section 5.3: where the stds of the Gaussian std-limit are cut. */

import { nextTask } from '../../base/next-task.ts';
import type { StdLimits } from '../../scoring/score-terms.ts';
import {
  STD_PERCENTILE,
  sortStds,
  stdLimitsAt,
  WIDE_PERCENTILE,
} from '../../scoring/std-limits.ts';
import type { DetectorData } from '../detector.ts';
import { batchNodes, modelBatch } from './inputs.ts';
import { latenciesFromZ, sampleLatencies } from './latency-scores.ts';
import { chunksBySize, decodedNodes, repeated, scoreNoise } from './scoring.ts';
import { sampleStructures } from './structure-scores.ts';
import type { TrainingModel } from './train-step.ts';

/**
 * sigma_p99 of section 5.3: the 99th percentile of the predicted stds of all nodes of these traces,
 * one sample each (as the authors' code); beside it that of each operation's own nodes, and both at
 * a lower percentile, which says what else is kept of the stds.
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
  const stds: number[] = [];
  const operations: number[] = [];
  for (const chunk of chunksBySize(model.config, data, selected, 1)) {
    const picked = chunk.map((t) => selected[t]!);
    const { traces, firstRow, logStd } = await sampleOnce(model, data, picked, seed);
    for (let t = 0; t < traces.size; t++) {
      for (let i = 0; i < traces.nodeCount[t]!; i++) {
        operations.push(traces.operation[t * traces.maxNodes + i]!);
        stds.push(Math.exp(logStd[firstRow[t]! + i]!));
      }
    }
    await nextTask();
  }
  const sorted = sortStds(stds, operations, model.operationCount);
  return { ...stdLimitsAt(sorted, STD_PERCENTILE), wide: stdLimitsAt(sorted, WIDE_PERCENTILE) };
}

async function sampleOnce(
  model: TrainingModel,
  data: DetectorData,
  picked: Uint32Array,
  seed: number,
): ReturnType<typeof sampleLatencies> {
  const { config } = model;
  const batch = modelBatch(data, config, picked, decodedNodes(config, data, picked.at(-1)!));
  const noiseOf = (latent: 'z' | 'z2', size: number): Float32Array =>
    repeated(scoreNoise(seed, latent, size), picked.length);
  if (config.ablation !== 'singlez') {
    return sampleLatencies(model, batch, noiseOf('z2', config.latent2));
  }
  const structures = modelBatch(data, config, picked, batchNodes(data, config, picked));
  const { z } = await sampleStructures(model, structures, noiseOf('z', config.latent));
  return latenciesFromZ(model, batch, z, 1);
}
