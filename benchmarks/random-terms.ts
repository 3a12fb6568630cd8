/** Terms about as large as those of a trained model, for what is timed without one. */
import type { Random } from '../src/base/random.ts';
import type { ScoreDetail, ScoreTerms } from '../src/scoring/score-terms.ts';

const SAMPLES = 10;
export const MAX_NODES = 32;
export const NODES = 12;
export const STRUCTURES = 1000;
/** Share of nodes whose stds are above the 90th percentile. */
const WIDE = 0.1;

/** Each term has a nat of noise. */
export function randomTerms(random: Random, traces: number): ScoreTerms {
  const terms = plainTerms(random, traces);
  return { ...terms, detail: randomDetail(random, traces, Math.min(STRUCTURES, traces)) };
}

/** The same without what other boundaries and percentiles are combined from. */
export function plainTerms(random: Random, traces: number): ScoreTerms {
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

function randomDetail(random: Random, traces: number, structures: number): ScoreDetail {
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
