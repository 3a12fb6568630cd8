/** Terms of no model in particular, of the shapes that scoring gives: for tests of what is made of them. */
import { createRandom } from '../base/random.ts';
import { EDGE_BOUNDARIES, type ScoreTerms } from '../scoring/score-terms.ts';

interface Sizes {
  readonly traces: number;
  readonly structures: number;
  readonly samples: number;
  readonly operations: number;
}

export const RANDOM_MAX_NODES = 8;

/** @param sizes at most as many operations as there are limits; trees of 1 to N_max nodes */
export function randomTerms(seed: number, sizes: Sizes): ScoreTerms {
  const { traces, structures, samples, operations } = sizes;
  const random = createRandom(seed);
  const column = (rows: number, around: number): Float32Array =>
    Float32Array.from({ length: rows * samples }, () => around + 2 * random.uniform());
  const sizeOf = Uint16Array.from(
    { length: structures },
    () => 1 + random.integer(RANDOM_MAX_NODES),
  );
  const structureRow = Uint32Array.from({ length: traces }, () => random.integer(structures));
  const nodeCount = Uint16Array.from(structureRow, (row) => sizeOf[row]!);
  const nodes = nodeCount.reduce((sum, count) => sum + count, 0);
  const floats = (length: number): Float32Array =>
    Float32Array.from({ length }, () => 2 * random.normal());

  const bins = Uint8Array.from({ length: structures * samples }, () => random.integer(4));
  const filled = bins.reduce((sum, count) => sum + count, 0);
  const bin = Uint8Array.from(
    [...bins].flatMap((count) =>
      Array.from({ length: count }, () => random.integer(EDGE_BOUNDARIES.length)).sort(
        (a, b) => a - b,
      ),
    ),
  );
  const wide = Uint16Array.from({ length: traces * samples }, (_, row) =>
    random.integer(nodeCount[Math.floor(row / samples)]! + 1),
  );
  const wideNodes = wide.reduce((sum, count) => sum + count, 0);
  const wideNode = new Uint16Array(wideNodes);
  let at = 0;
  for (const count of wide) for (let i = 0; i < count; i++) wideNode[at++] = i;
  const limit = (value: number) => new Float64Array(operations).fill(value);
  const unlikely = column(traces, -5);
  return {
    samples,
    maxNodes: RANDOM_MAX_NODES,
    stdLimits: {
      global: 1.5,
      byOperation: limit(1.2),
      wide: { global: 0.5, byOperation: limit(1) },
    },
    trace: Uint32Array.from({ length: traces }, (_, t) => t),
    structureRow,
    nodeCount,
    latencyNodes: nodeCount.slice(),
    mismatch: Uint8Array.from({ length: traces }, () => random.integer(2)),
    structure: {
      logQz: column(structures, 1),
      logPz: column(structures, -3),
      logPNodeCount: column(structures, -2.5),
      logPAdjacency: column(structures, -4),
      logPAdjacencyUnlikely: column(structures, -3),
      logPNodeType: column(structures, -4),
    },
    latency: {
      logQz2: column(traces, -9),
      logPz2: column(traces, -12),
      logPLatency: column(traces, -20),
      logPLatencyLimited: column(traces, -22),
      logPLatencyLimitedByOperation: column(traces, -23),
    },
    status: {
      logP: unlikely.map((value) => value - random.uniform()),
      logPUnlikely: unlikely,
    },
    detail: {
      edges: {
        filled: bins,
        bin,
        count: Uint16Array.from({ length: filled }, () => 1 + random.integer(3)),
        sum: floats(filled).map((value) => -Math.abs(value)),
      },
      nodes: {
        operation: Uint32Array.from({ length: nodes }, () => random.integer(operations)),
        logStd: floats(nodes),
        wide,
        wideNode,
        wideLogStd: floats(wideNodes),
        wideDeviation: floats(wideNodes),
      },
      latents: { z: floats(structures * 2), z2: floats(traces * 3) },
    },
  };
}
