/**
 * How well a setting ranks time anomalies, judged without any test trace or label: every validation
 * trace as it is, against copies with injected anomalies. `mild`: one random node slowed to 1 to 3
 * times its operation's p99; `severe`: section A.4, a share U[0.1, 0.5] of the nodes slowed 2 to 10
 * times. Ancestors last longer by the same increment.
 */
import { openAsBlob, statSync } from 'node:fs';
import { basename } from 'node:path';
import { createRandom, type Random } from '../src/base/random.ts';
import { percentile } from '../src/base/statistics.ts';
import type { DetectorData } from '../src/detectors/detector.ts';
import {
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  withEpochs,
} from '../src/detectors/tracevae/meta.ts';
import { fitTraceVae } from '../src/detectors/tracevae/tracevae.ts';
import { fitLatencyScale, type LatencyScale } from '../src/features/latency-scale.ts';
import type { SourceFile } from '../src/ingest/import.ts';
import { importFiles } from '../src/ingest/import-files.ts';
import { combineScores, correctionsOf } from '../src/scoring/corrections.ts';
import { evaluate } from '../src/scoring/evaluate.ts';
import { startTestBackend } from '../src/testing/backends.ts';
import { labelCode, nodeCount, structureSize, type TraceSet } from '../src/trace/trace-set.ts';

export { TRACEVAE_PRESETS, withEpochs };

export interface Question {
  readonly trainFile: string;
  readonly valFile: string;
  readonly config: TraceVaeConfig;
  readonly seed: number;
  /** The scale to judge, made from the training set's. */
  readonly scaleOf: (authors: LatencyScale, robust: LatencyScale) => LatencyScale;
  readonly onEpoch: (epoch: number, valLoss: number | null) => void;
}

const KINDS = ['severe', 'mild'] as const;
type Kind = (typeof KINDS)[number];

export interface Answer {
  readonly kind: Kind;
  readonly stdLimit: 'global' | 'operation';
  readonly bestF: number | null;
  readonly averagePrecision: number | null;
  readonly fAtThreshold: number | null;
}

const control = {
  signal: new AbortController().signal,
  stopRequested: () => false,
  whenRunning: async () => {},
};

async function fileOf(path: string): Promise<SourceFile> {
  const blob = await openAsBlob(path);
  const stream = () => blob.stream() as ReadableStream<Uint8Array>;
  return { name: basename(path), size: statSync(path).size, stream };
}

export async function judge(question: Question): Promise<Answer[]> {
  const { config, seed } = question;
  await startTestBackend('wasm');
  const files = await Promise.all([fileOf(question.trainFile), fileOf(question.valFile)]);
  const imported = await importFiles(files, { signal: control.signal, onProgress: () => {} });
  if (!imported.ok) throw new Error(imported.error.what);
  const { traces } = imported.value;
  const ofFile = (file: number): Uint32Array =>
    Uint32Array.from(traces.structureOf.keys()).filter((trace) => {
      const nodes = structureSize(traces.structures, traces.structureOf[trace]!);
      return traces.file[trace] === file && nodes >= 2 && nodes <= config.maxNodes;
    });
  const [train, val] = [ofFile(0), ofFile(1)];
  const scale = question.scaleOf(
    fitLatencyScale(traces, train, 'authors'),
    fitLatencyScale(traces, train, 'robust'),
  );
  const injected = injectAll(traces, train, val);
  const data: DetectorData = { traces: injected.traces, train, val, scale };

  const fitted = await fitTraceVae(data, config, {
    seed,
    control,
    onEvent: (event) => {
      if (event.kind === 'epoch') question.onEpoch(event.point.epoch, event.point.valLoss);
    },
  });
  if (!fitted.ok) throw new Error(fitted.error.what);
  const model = fitted.value;
  const stdLimits = await model.stdLimits(data, val, seed);
  const termsOf = (selected: Uint32Array) =>
    model.scoreTerms(data, selected, {
      samples: config.samples,
      seed,
      stdLimits,
      signal: control.signal,
      onProgress: () => {},
    });
  const normal = await termsOf(val);
  const answers: Answer[] = [];
  for (const kind of KINDS) {
    const anomalous = await termsOf(injected.of[kind]);
    for (const stdLimit of ['global', 'operation'] as const) {
      const corrections = correctionsOf('full', stdLimit);
      const valScores = combineScores(normal, corrections);
      const slowScores = combineScores(anomalous, corrections);
      const labels = [
        ...Array.from(valScores, () => labelCode('normal')),
        ...Array.from(slowScores, () => labelCode('time')),
      ];
      const scores = Float64Array.from([...valScores, ...slowScores]);
      const { total, atThreshold } = evaluate(scores, Uint8Array.from(labels), valScores);
      const { bestF, averagePrecision } = total;
      answers.push({ kind, stdLimit, bestF, averagePrecision, fAtThreshold: atThreshold.total.f });
    }
  }
  model.dispose();
  return answers;
}

/** The traces with slowed copies of the validation traces behind them, one of each kind. */
function injectAll(
  traces: TraceSet,
  train: Uint32Array,
  val: Uint32Array,
): { traces: TraceSet; of: Record<Kind, Uint32Array> } {
  const p99 = p99ByOperation(traces, train);
  const random = createRandom(12345);
  const of: Record<Kind, number[]> = { severe: [], mild: [] };
  const structureOf = [...traces.structureOf];
  const nodeOffset = [...traces.nodeOffset];
  const latencyUs = [...traces.latencyUs];
  for (const trace of val) {
    for (const kind of KINDS) {
      of[kind].push(structureOf.length);
      structureOf.push(traces.structureOf[trace]!);
      latencyUs.push(...slowed(traces, trace, p99, kind, random));
      nodeOffset.push(latencyUs.length);
    }
  }
  return {
    traces: {
      ...traces,
      structureOf: Uint32Array.from(structureOf),
      nodeOffset: Uint32Array.from(nodeOffset),
      latencyUs: Float32Array.from(latencyUs),
    },
    of: { severe: Uint32Array.from(of.severe), mild: Uint32Array.from(of.mild) },
  };
}

function slowed(
  traces: TraceSet,
  trace: number,
  p99Us: readonly number[],
  kind: Kind,
  random: Random,
): Float32Array {
  const first = traces.nodeOffset[trace]!;
  const shape = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
  const n = nodeCount(traces, trace);
  const latency = traces.latencyUs.slice(first, first + n);
  const nodes = kind === 'mild' ? 1 : Math.ceil((0.1 + 0.4 * random.uniform()) * n);
  const untouched = Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < nodes; k++) {
    const node = untouched.splice(random.integer(untouched.length), 1)[0]!;
    const rho = kind === 'mild' ? 1 + 2 * random.uniform() : 2 + 8 * random.uniform();
    const usual = p99Us[traces.structures.operation[shape + node]!]! || latency[node]!;
    const increment = Math.max(0, rho * usual - latency[node]!);
    for (let i = node; i >= 0; i = traces.structures.parent[shape + i]!) latency[i]! += increment;
  }
  return latency;
}

/** [operations] microseconds, 0 where the training traces have none */
function p99ByOperation(traces: TraceSet, train: Uint32Array): number[] {
  const latencies = traces.operations.map((): number[] => []);
  for (const trace of train) {
    const first = traces.nodeOffset[trace]!;
    const shape = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
    for (let i = 0; i < nodeCount(traces, trace); i++) {
      latencies[traces.structures.operation[shape + i]!]!.push(traces.latencyUs[first + i]!);
    }
  }
  return latencies.map((values) => (values.length === 0 ? 0 : percentile(values, 99)));
}
