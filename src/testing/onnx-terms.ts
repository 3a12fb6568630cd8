/** The graphs of an exported model, run by onnxruntime, next to the terms that the notebook computes. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DetectorId } from '../detectors/catalog.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { openedWeights, scoredData } from '../model/opened-model.ts';
import { exportOnnx, type TrainedModel } from '../onnx/export-onnx.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { nodeCount, structureSize, type TraceSet } from '../trace/trace-set.ts';

/** Dense columns of some traces, as an engine without Node would have them. */
function columnsOf(traces: TraceSet, selected: Uint32Array, places: number) {
  const size = selected.length * places;
  const operation = new BigInt64Array(size).fill(3n); // beyond the nodes there may be anything
  const parent = new BigInt64Array(size);
  const spanCount = new BigInt64Array(size);
  const latency = new Float32Array(size).fill(1e9);
  const nodes = BigInt64Array.from(selected, (trace) => BigInt(nodeCount(traces, trace)));
  selected.forEach((trace, row) => {
    const structure = traces.structureOf[trace]!;
    const shape = traces.structures.nodeOffset[structure]!;
    const first = traces.nodeOffset[trace]!;
    for (let i = 0; i < structureSize(traces.structures, structure); i++) {
      const at = row * places + i;
      operation[at] = BigInt(traces.structures.operation[shape + i]!);
      parent[at] = BigInt(traces.structures.parent[shape + i]!);
      latency[at] = traces.latencyUs[first + i]!;
      spanCount[at] = BigInt(traces.spanCount[first + i]!);
    }
  });
  const of = (data: BigInt64Array): Tensor => new Tensor('int64', data, [selected.length, places]);
  return {
    operation: of(operation),
    parent: of(parent),
    span_count: of(spanCount),
    latency_us: new Tensor('float32', latency, [selected.length, places]),
    nodes: new Tensor('int64', nodes, [selected.length]),
  };
}

/** Runs a graph with those of the values that it takes. */
async function run(bytes: Uint8Array, given: Readonly<Record<string, Tensor>>) {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, given[name]!]));
  const results = await session.run(feeds);
  await session.release();
  return results;
}

async function termsByNotebook(
  model: TrainedModel,
  detector: DetectorId,
  traces: TraceSet,
  selected: Uint32Array,
): Promise<ScoreTerms> {
  const kept = model.detectors.find((one) => one.detector === detector)!;
  const { settings } = model;
  const restored = DETECTORS[detector].restore(
    settings,
    model.scale.meanUs.length,
    openedWeights(kept),
  );
  if (restored.kind !== 'terms') throw new Error('no terms');
  const terms = await restored.scoreTerms(scoredData(model, traces), selected, {
    samples: settings.scoring.samples,
    seed: settings.seed,
    stdLimits: kept.stdLimits!,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  restored.dispose();
  return terms;
}

/** |a - b| / (1 + |b|), the largest; infinity where one of them is no number. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, x, i) => {
    const apart = Math.abs(x - b[i]!) / (1 + Math.abs(b[i]!));
    return Math.max(most, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }, 0);

/**
 * How far the terms of the graphs are from the notebook's, by name: the largest |a - b| / (1 + |b|).
 *
 * @param traces   their vocabulary begins with the model's
 * @param selected trace indices
 */
export async function distancesOf(
  model: TrainedModel,
  detector: DetectorId,
  traces: TraceSet,
  selected: Uint32Array,
): Promise<Record<string, number>> {
  const exported = exportOnnx(model, detector);
  if (!exported.ok) throw new Error(exported.error.what);
  const terms = await termsByNotebook(model, detector, traces, selected);
  const places = model.settings.model.maxNodes;
  // a trace of each row of the structure terms
  const examples = new Uint32Array(terms.structure.logPz.length / terms.samples);
  terms.structureRow.forEach((row, t) => {
    examples[row] = selected[t]!;
  });
  const structure = await run(exported.value.structure, columnsOf(traces, examples, places));
  const rows = BigInt64Array.from(terms.structureRow, BigInt);
  const latency = await run(exported.value.latency, {
    ...columnsOf(traces, selected, places),
    ...structure,
    structure: new Tensor('int64', rows, [rows.length]),
  });
  const pairs = [
    ...Object.entries(terms.structure).map(([name, own]) => [name, structure[name], own] as const),
    ...Object.entries(terms.latency).map(([name, own]) => [name, latency[name], own] as const),
  ];
  return Object.fromEntries(
    pairs.map(([name, given, own]) => [
      name,
      distance(given!.data as Float32Array, own as Float32Array),
    ]),
  );
}
