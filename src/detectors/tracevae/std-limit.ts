/** sigma_p99 of section 5.3: where the stds of the Gaussian std-limit are cut. */
import { percentileOfSorted } from '../../base/statistics.ts';
import { makeBatch } from '../../features/trace-batch.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import type { DetectorData } from '../detector.ts';
import { sampleLatencies } from './latency-scores.ts';
import { nextTask } from './pacer.ts';
import { chunksBySize, concatFloats, latencyNoise } from './scoring.ts';
import type { TrainingModel } from './train-step.ts';

const PERCENT = 99;

/**
 * The 99th percentile of the predicted stds of all nodes of these traces, one sample of z2 each.
 *
 * @returns unitless (standardised latency); infinity, no limit, where there are no traces
 */
export async function findStdLimit(
  model: TrainingModel,
  data: DetectorData,
  selected: Uint32Array,
  seed: number,
): Promise<number> {
  const { traces, scale } = data;
  const stds: Float64Array[] = [];
  for (const chunk of chunksBySize(data, selected, 1)) {
    const picked = chunk.map((t) => selected[t]!);
    const maxNodes = nodeCount(traces, picked.at(-1)!);
    const batch = makeBatch(traces, scale, picked, maxNodes);
    const noise = concatFloats(
      [...picked].map((trace) => latencyNoise(seed, trace, model.config.latent2)),
    );
    const { firstRow, logStd } = await sampleLatencies(model, batch, noise);
    for (let t = 0; t < batch.size; t++) {
      const start = firstRow[t]!;
      const nodes = logStd.subarray(start, start + batch.nodeCount[t]!);
      stds.push(Float64Array.from(nodes, (value) => Math.exp(value)));
    }
    await nextTask();
  }
  const all = new Float64Array(stds.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of stds) {
    all.set(part, offset);
    offset += part.length;
  }
  return all.length === 0 ? Number.POSITIVE_INFINITY : percentileOfSorted(all.sort(), PERCENT);
}
