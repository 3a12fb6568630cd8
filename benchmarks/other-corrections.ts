/** How long other corrections take from stored terms: what the page waits for after a switch. */
import { createRandom } from '../src/base/random.ts';
import { combineScores, correctionsOf } from '../src/scoring/corrections.ts';
import { evaluate } from '../src/scoring/evaluate.ts';
import type { ScoreTerms } from '../src/scoring/score-terms.ts';
import { labelCode } from '../src/trace/trace-set.ts';

const SAMPLES = 10;
const MAX_NODES = 32;
const NODES = 12;
const STRUCTURES = 1000;
/** One trace in so many is an anomaly. */
const ANOMALY_EVERY = 20;

export interface Timing {
  readonly traces: number;
  /** Milliseconds: copying the terms to the worker, combining them, all metrics. */
  readonly copyMs: number;
  readonly combineMs: number;
  readonly metricsMs: number;
}

export function timeCorrections(traces: number): Timing {
  const terms = randomTerms(traces);
  const labels = Uint8Array.from({ length: traces }, (_, i) =>
    labelCode(i % ANOMALY_EVERY === 0 ? 'time' : 'normal'),
  );
  const started = performance.now();
  structuredClone(terms);
  const copied = performance.now();
  const scores = combineScores(terms, correctionsOf('full', 'operation'));
  const combined = performance.now();
  evaluate(scores, labels, scores);
  const measured = performance.now();
  return {
    traces,
    copyMs: copied - started,
    combineMs: combined - copied,
    metricsMs: measured - combined,
  };
}

/** Terms about as large as those of a trained model, each with a nat of noise. */
function randomTerms(traces: number): ScoreTerms {
  const random = createRandom(1);
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
  };
}
