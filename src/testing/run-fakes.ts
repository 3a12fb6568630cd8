/** A training outcome and scores of the right shapes, with made-up numbers. */
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { CurvePoint } from '../detectors/fit-progress.ts';
import { TRACEVAE_PRESETS } from '../detectors/tracevae/meta.ts';
import type { PlainOutcome, TermsOutcome, TrainOutcome } from '../run/outcome.ts';
import {
  type DetectorRun,
  type InterruptedRun,
  RUN_FORMAT,
  type RunRecord,
} from '../run/record.ts';
import type { RunSettings } from '../run/settings.ts';
import { VARIANTS } from '../scoring/corrections/list.ts';
import { evaluate } from '../scoring/evaluate.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { nodeCount, type TraceSet } from '../trace/trace-set.ts';

export const fakeCurvePoint = (epoch: number, loss: number): CurvePoint => ({
  epoch,
  phase: 'joint',
  loss,
  valLoss: null,
  kl: 1,
  valKl: null,
  nllStructure: 2,
  valNllStructure: null,
  nllTime: 3,
  valNllTime: null,
  learningRate: 1e-3,
  seconds: 0.1,
});

export const fakeTrainOutcome = (): TrainOutcome => ({
  weights: { formatVersion: 1, tensors: [] },
  parameterCount: 1234,
  backend: { backend: 'wasm', adapter: 'WASM with SIMD', threads: 2, reason: 'a test' },
  stopped: false,
  trainSeconds: 2,
  trainTracesPerSecond: 60,
  flooredOperations: [],
});

export const fakeSettings = (): RunSettings => ({
  detectors: ['tracevae'],
  ...TRACEVAE_PRESETS.tiny,
  baselines: {},
  seed: 1,
  machine: { backend: 'wasm' },
  roles: ['train', 'val', 'test'],
  limitTrain: null,
});

/** Trained, not scored. */
export const fakeRun = (): RunRecord => ({
  formatVersion: RUN_FORMAT,
  id: 'run-1',
  datasetId: 'dataset-1',
  savedAt: 1,
  preset: 'tiny',
  settings: fakeSettings(),
  detectors: [fakeDetectorRun()],
  pending: [],
  failed: [],
  repeats: [],
  peakHeapBytes: null,
});

export const fakeDetectorRun = (): DetectorRun => ({
  detector: 'tracevae',
  outcome: fakeTrainOutcome(),
  curve: [fakeCurvePoint(1, 3)],
  scores: null,
  restarts: 0,
  incidents: [],
});

export const fakeCheckpoint = (epoch: number): FitCheckpoint => ({
  formatVersion: 1,
  attempt: 0,
  epoch,
  nextEpoch: epoch + 1,
  curve: Array.from({ length: epoch }, (_, i) => fakeCurvePoint(i + 1, 10 / (i + 1))),
  weights: Float32Array.of(epoch, 0.1, -3),
  optimiser: Float32Array.of(1e-9, epoch),
  best: null,
});

export const interruptedFixture = (epoch: number): InterruptedRun => ({
  runId: 'run-1',
  detector: 'tracevae',
  datasetId: 'dataset-1',
  savedAt: 1,
  preset: 'tiny',
  settings: fakeSettings(),
  checkpoint: fakeCheckpoint(epoch),
  peakHeapBytes: null,
  incidents: [],
});

function fakeTerms(traces: TraceSet, selected: Uint32Array): ScoreTerms {
  const column = () => new Float32Array(selected.length * 10);
  return {
    samples: 10,
    maxNodes: 32,
    stdLimits: { global: 1, byOperation: new Float64Array(traces.operations.length).fill(1) },
    trace: selected,
    structureRow: selected.map((_, row) => row),
    nodeCount: Uint16Array.from(selected, (trace) => nodeCount(traces, trace)),
    latencyNodes: Uint16Array.from(selected, (trace) => nodeCount(traces, trace)),
    mismatch: new Uint8Array(selected.length),
    structure: {
      logQz: column(),
      logPz: column(),
      logPNodeCount: column(),
      logPAdjacency: column(),
      logPAdjacencyUnlikely: column(),
      logPNodeType: column(),
    },
    latency: {
      logQz2: column(),
      logPz2: column(),
      logPLatency: column(),
      logPLatencyLimited: column(),
      logPLatencyLimitedByOperation: column(),
    },
  };
}

/** The score of a trace is its index; the first third validates, the last third is the test set. */
export function fakeScores(traces: TraceSet): TermsOutcome {
  const all = Uint32Array.from(traces.structureOf, (_, trace) => trace);
  const third = Math.floor(all.length / 3);
  const [val, test] = [all.slice(0, third), all.slice(-third)];
  const scores = { val: Float64Array.from(val), test: Float64Array.from(test) };
  const labels = Uint8Array.from(test, (trace) => traces.label[trace]!);
  const per = <V>(value: V) => Object.fromEntries(VARIANTS.map((v) => [v, value]));
  return {
    kind: 'terms',
    val: fakeTerms(traces, val),
    test: fakeTerms(traces, test),
    scores: per(scores) as TermsOutcome['scores'],
    reports: per(evaluate(scores.test, labels, scores.val)) as TermsOutcome['reports'],
    byFile: [],
    scoreSeconds: 1,
    scoreTracesPerSecond: all.length,
  };
}

/** The same of a detector without terms. */
export function fakePlainScores(traces: TraceSet): PlainOutcome {
  const { val, test, scores, reports, scoreSeconds, scoreTracesPerSecond } = fakeScores(traces);
  return {
    kind: 'plain',
    val: { trace: val.trace, nodeCount: val.nodeCount, score: scores.full.val },
    test: { trace: test.trace, nodeCount: test.nodeCount, score: scores.full.test },
    report: reports.full,
    byFile: [],
    scoreSeconds,
    scoreTracesPerSecond,
  };
}
