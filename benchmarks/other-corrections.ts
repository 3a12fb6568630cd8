/** How long other corrections take from stored terms: what the page waits for after a switch or a slider. */
import { createRandom } from '../src/base/random.ts';
import { combineScores, correctionsOf } from '../src/scoring/corrections.ts';
import { evaluate } from '../src/scoring/evaluate.ts';
import type { ScoreDetail, ScoreTerms } from '../src/scoring/score-terms.ts';
import { paperTuning, type Tuning } from '../src/scoring/tuning.ts';
import { labelCode, type TraceSet } from '../src/trace/trace-set.ts';
import { createLab } from '../src/worker/lab.ts';

const SAMPLES = 10;
const MAX_NODES = 32;
const NODES = 12;
const STRUCTURES = 1000;
/** One trace in so many is an anomaly. */
const ANOMALY_EVERY = 20;
/** A validation trace for so many test traces, as section A.4 parts them. */
const TEST_PER_VAL = 2.5;
/** Share of nodes whose stds are above the 90th percentile. */
const WIDE = 0.1;

/** Each slider, moved by a little. */
const MOVES: readonly ((tuning: Tuning, i: number) => Partial<Tuning>)[] = [
  (_, i) => ({ scalingFactor: 20 + i }),
  (_, i) => ({ boundary: (11 + i) / 20 }),
  (_, i) => ({ nodeCountExponent: 0.5 + i / 20 }),
  (_, i) => ({ stdPercentile: 95 + i / 10 }),
  (_, i) => ({ thresholdPercentile: 98 - i / 10 }),
];
const REPEATS = 5;

export interface Timing {
  readonly traces: number;
  /** Milliseconds: copying the terms to the worker, combining them, all metrics. */
  readonly copyMs: number;
  readonly combineMs: number;
  readonly metricsMs: number;
  /**
   * Milliseconds of a moved slider, with all corrections: scores, metrics and ranks of the test
   * traces and the threshold of the validation traces; the median and the longest of all moves.
   */
  readonly sliderMs: { readonly median: number; readonly longest: number };
  /** The same with what the page draws: histograms, precision and recall, places of the marks. */
  readonly drawnMs: { readonly median: number; readonly longest: number };
}

export function timeCorrections(traces: number): Timing {
  const random = createRandom(1);
  const test = randomTerms(random, traces);
  const val = randomTerms(random, Math.round(traces / TEST_PER_VAL));
  const label = Uint8Array.from({ length: traces }, (_, i) =>
    labelCode(i % ANOMALY_EVERY === 0 ? 'time' : 'normal'),
  );
  const started = performance.now();
  structuredClone(test);
  const copied = performance.now();
  const scores = combineScores(test, correctionsOf('full', 'operation'));
  const combined = performance.now();
  evaluate(scores, label, scores);
  const measured = performance.now();
  return {
    traces,
    copyMs: copied - started,
    combineMs: combined - copied,
    metricsMs: measured - combined,
    ...timeSliders(val, test, label),
  };
}

function timeSliders(val: ScoreTerms, test: ScoreTerms, label: Uint8Array) {
  const lab = createLab();
  // the lab reads no more of a dataset than its labels and files
  const traces = { label, file: new Uint16Array(label.length) } as unknown as TraceSet;
  lab.open(traces, { sessionId: 'lab', val, test, source: 'operation', file: null });
  const paper = paperTuning(MAX_NODES);
  const slider: number[] = [];
  const drawn: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    for (const move of MOVES) {
      const setting = { tuning: { ...paper, ...move(paper, i) }, source: 'operation' } as const;
      const started = performance.now();
      const { tookMs } = lab.variant({ sessionId: 'lab', variant: 'full', setting })!;
      drawn.push(performance.now() - started);
      slider.push(tookMs);
    }
  }
  const summary = (times: readonly number[]) => ({
    median: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!,
    longest: Math.max(...times),
  });
  return { sliderMs: summary(slider), drawnMs: summary(drawn) };
}

/** Terms about as large as those of a trained model, each with a nat of noise. */
function randomTerms(random: ReturnType<typeof createRandom>, traces: number): ScoreTerms {
  const structures = Math.min(STRUCTURES, traces);
  const column = (rows: number, around: number): Float32Array =>
    Float32Array.from({ length: rows * SAMPLES }, () => around + random.uniform());
  return {
    samples: SAMPLES,
    maxNodes: MAX_NODES,
    stdLimits: { global: 1, byOperation: Float64Array.of(1) },
    trace: Uint32Array.from({ length: traces }, (_, i) => i),
    structureRow: Uint32Array.from({ length: traces }, () => random.integer(structures)),
    nodeCount: new Uint16Array(traces).fill(NODES),
    latencyNodes: new Uint16Array(traces).fill(NODES),
    mismatch: new Uint8Array(traces),
    structure: {
      logQz: column(structures, 1),
      logPz: column(structures, -1),
      logPNodeCount: column(structures, -1),
      logPAdjacency: column(structures, -2),
      logPAdjacencyUnlikely: column(structures, -1),
      logPNodeType: column(structures, -2),
    },
    latency: {
      logQz2: column(traces, -9),
      logPz2: column(traces, -14),
      logPLatency: column(traces, -30),
      logPLatencyLimited: column(traces, -31),
      logPLatencyLimitedByOperation: column(traces, -32),
    },
    detail: randomDetail(random, traces, structures),
  };
}

function randomDetail(
  random: ReturnType<typeof createRandom>,
  traces: number,
  structures: number,
): ScoreDetail {
  const wide = Uint16Array.from({ length: traces * SAMPLES }, () => {
    let count = 0;
    for (let i = 0; i < NODES; i++) count += random.uniform() < WIDE ? 1 : 0;
    return count;
  });
  const wideNodes = wide.reduce((sum, count) => sum + count, 0);
  const rows = structures * SAMPLES;
  const floats = (length: number): Float32Array =>
    Float32Array.from({ length }, () => random.uniform());
  return {
    edges: {
      filled: new Uint8Array(rows).fill(3),
      bin: Uint8Array.from({ length: 3 * rows }, (_, i) => 3 + 5 * (i % 3)),
      count: new Uint16Array(3 * rows).fill(1),
      sum: floats(3 * rows).map((value) => -value),
    },
    nodes: {
      operation: new Uint32Array(traces * NODES),
      logStd: floats(traces * NODES),
      wide,
      wideNode: Uint16Array.from({ length: wideNodes }, () => random.integer(NODES)),
      wideLogStd: floats(wideNodes),
      wideDeviation: floats(wideNodes),
    },
    latents: { z: floats(structures * 5), z2: floats(traces * 10) },
  };
}
