/**
 * How well a setting ranks time anomalies, judged without any test trace or label. Training and
 * validation traces together are divided anew: 55 % train, 15 % give sigma_p99 and the threshold,
 * and 30 % that the model has met in no way are judged, as they are and as copies with injected
 * anomalies. `mild`: one random node slowed to 1 to 3 times its operation's p99; `severe`: section
 * A.4, a share U[0.1, 0.5] of the nodes slowed 2 to 10 times. Ancestors last longer by the same
 * increment.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createRandom, type Random, shuffle } from '../src/base/random.ts';
import { mean, percentile } from '../src/base/statistics.ts';
import type { DetectorData } from '../src/detectors/detector.ts';
import {
  type PresetId,
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  traceVaeConfig,
} from '../src/detectors/tracevae/meta.ts';
import { fitTraceVae } from '../src/detectors/tracevae/tracevae.ts';
import { fitLatencyScale } from '../src/features/latency-scale.ts';
import { withChanges } from '../src/run/settings.ts';
import { combineScores } from '../src/scoring/combine.ts';
import { correctionsOf } from '../src/scoring/corrections/list.ts';
import { evaluate } from '../src/scoring/evaluate.ts';
import type { StdLimitSource } from '../src/scoring/score-terms.ts';
import { startTestBackend } from '../src/testing/backends.ts';
import { importedFrom, sourceFile } from '../src/testing/files.ts';
import { labelCode, nodeCount, structureSize, type TraceSet } from '../src/trace/trace-set.ts';

/** @param changes of settings by their names in the code */
export function configWith(
  preset: PresetId,
  changes: Readonly<Record<string, unknown>>,
): TraceVaeConfig {
  const settings = withChanges(TRACEVAE_PRESETS[preset], changes);
  if (!settings.ok) throw new Error(`no setting is called ${settings.error}`);
  return traceVaeConfig(settings.value);
}

export interface Question {
  /** Normal traces: the training and the validation file. */
  readonly files: readonly string[];
  readonly config: TraceVaeConfig;
  readonly seed: number;
  readonly onEpoch: (epoch: number, valLoss: number | null) => void;
}

/** Stream of the seed that divides the traces. */
const DIVISION = 21;

const KINDS = ['severe', 'mild'] as const;
type Kind = (typeof KINDS)[number];

/**
 * How often each normal trace counts beside its one anomalous copy: evenly, and so that about 5 % of
 * all are anomalous, as in test files, where few high normal traces cost many false alarms.
 */
const NORMALS_PER_ANOMALY = [1, 20] as const;

export interface Answer {
  readonly kind: Kind;
  readonly stdLimit: StdLimitSource | 'off';
  readonly normalsPerAnomaly: number;
  readonly bestF: number | null;
  readonly averagePrecision: number | null;
  readonly fAtThreshold: number | null;
  /** Mean score of the held-out traces as they are, nats. */
  readonly normalScore: number;
}

const control = {
  signal: new AbortController().signal,
  stopRequested: () => false,
  whenRunning: async () => {},
};

export async function judge(question: Question): Promise<Answer[]> {
  const { config, seed } = question;
  await startTestBackend('wasm');
  const files = question.files.map((path) => sourceFile(basename(path), readFileSync(path)));
  const { traces } = await importedFrom(...files);
  const usable = Uint32Array.from(traces.structureOf.keys()).filter((trace) => {
    const nodes = structureSize(traces.structures, traces.structureOf[trace]!);
    return nodes >= 2 && nodes <= config.maxNodes;
  });
  const order = shuffle(createRandom(seed, DIVISION), usable);
  const [trained, known] = [0.55, 0.7].map((share) => Math.round(share * order.length));
  const train = order.slice(0, trained);
  const val = order.slice(trained, known);
  const heldOut = order.slice(known);
  const scale = fitLatencyScale(traces, train, config.latencyScale);
  const injected = injectAll(traces, train, heldOut);
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
  const [own, normal] = [await termsOf(val), await termsOf(heldOut)];
  const answers: Answer[] = [];
  for (const kind of KINDS) {
    const anomalous = await termsOf(injected.of[kind]);
    for (const stdLimit of ['off', 'global', 'operation'] as const) {
      const corrections =
        stdLimit === 'off'
          ? { ...correctionsOf('full'), stdlimit: undefined }
          : correctionsOf('full', stdLimit);
      const usual = combineScores(normal, corrections);
      const slow = combineScores(anomalous, corrections);
      const valScores = combineScores(own, corrections);
      const normalScore = mean(usual);
      for (const normalsPerAnomaly of NORMALS_PER_ANOMALY) {
        const often = Array.from({ length: normalsPerAnomaly }, () => [...usual]).flat();
        const labels = Uint8Array.from([
          ...often.map(() => labelCode('normal')),
          ...Array.from(slow, () => labelCode('time')),
        ]);
        const scores = Float64Array.from([...often, ...slow]);
        const { total, atThreshold } = evaluate(scores, labels, valScores);
        answers.push({
          kind,
          stdLimit,
          normalsPerAnomaly,
          bestF: total.bestF,
          averagePrecision: total.averagePrecision,
          fAtThreshold: atThreshold.total.f,
          normalScore,
        });
      }
    }
  }
  model.dispose();
  return answers;
}

/** The traces with slowed copies of some of them behind, one of each kind. */
function injectAll(
  traces: TraceSet,
  train: Uint32Array,
  copied: Uint32Array,
): { traces: TraceSet; of: Record<Kind, Uint32Array> } {
  const p99 = p99ByOperation(traces, train);
  const random = createRandom(12345);
  const of: Record<Kind, number[]> = { severe: [], mild: [] };
  const structureOf = [...traces.structureOf];
  const nodeOffset = [...traces.nodeOffset];
  const latencyUs = [...traces.latencyUs];
  for (const trace of copied) {
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
