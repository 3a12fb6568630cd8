/** The model of a golden file with its traces: what every comparison reads. */
import { assert } from '../base/assert.ts';
import type { TraceVaeConfig } from '../detectors/tracevae/meta.ts';
import { traceVaeSpecs } from '../detectors/tracevae/trace-vae.ts';
import type { TrainingModel } from '../detectors/tracevae/train-step.ts';
import type { TraceBatch } from '../features/trace-batch.ts';
import { ParameterStore } from '../nn/parameters.ts';
import { readBack } from '../nn/read-back.ts';
import * as tf from '../nn/tf.ts';
import { batchOf, type Golden, goldenConfig, goldenWeights } from './golden-file.ts';
import type { Report } from './measure.ts';

export interface GoldenModel extends TrainingModel {
  readonly golden: Golden;
  /** All traces of the file, in its order. */
  readonly batch: TraceBatch;
  readonly names: readonly string[];
}

/** A comparison of one subject; it owns no tensor when it is done. */
export type Comparison = (model: GoldenModel, report: Report) => Promise<void>;

/** With parameters of its own, owned by the caller (`store.dispose()`). */
export function loadGolden(golden: Golden, changes: Partial<TraceVaeConfig> = {}): GoldenModel {
  const config = { ...goldenConfig(golden), ...changes };
  const operationCount = golden.config.num_operations;
  const specs = traceVaeSpecs(config, operationCount);
  sameNames(
    specs.map(({ name }) => name),
    Object.keys(golden.weights),
  );
  return {
    golden,
    config,
    operationCount,
    store: ParameterStore.load(specs, goldenWeights(golden)),
    batch: batchOf(golden.traces, config.maxNodes),
    names: golden.traces.map(({ name }) => name),
  };
}

/** The authors' parameters, in their order. */
export function sameNames(ours: readonly string[], theirs: readonly string[]): void {
  const length = Math.max(ours.length, theirs.length);
  for (let i = 0; i < length; i++) {
    assert(ours[i] === theirs[i], `parameter ${i} is ${theirs[i]} in the file, ${ours[i]} here`);
  }
}

/** Computes within a tidy and reads every result, which is gone afterwards. */
export async function readNamed<K extends string>(
  compute: () => Readonly<Record<K, tf.Tensor>>,
): Promise<Record<K, Float32Array>> {
  let names: K[] = [];
  const values = await readBack(() => {
    const tensors = compute();
    names = Object.keys(tensors) as K[];
    return names.map((name) => tensors[name]);
  });
  return Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<K, Float32Array>;
}

export const tensor2d = (rows: readonly (readonly number[])[]): tf.Tensor2D =>
  tf.tensor2d(rows.map((row) => [...row]));
