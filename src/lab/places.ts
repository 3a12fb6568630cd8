/** Where the lab's scatter plots put each trace: by node count, and in latent space. */
import { percentileOfSorted } from '../base/statistics.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { projectPoints } from './principal-components.ts';

/** One latent variable on its two main directions. */
export interface LatentPlane {
  /** [traces] each, 0 to 1 of the domain */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** Shares of the variance. */
  readonly explained: readonly [number, number];
}

export interface LatentPlanes {
  readonly z: LatentPlane;
  /** null where the model has none. */
  readonly z2: LatentPlane | null;
  /** [traces] rank of its structure by number of traces, at most the last of `structures` */
  readonly structure: Uint8Array;
  /** The most frequent ones, a trace of each; then null for all others. */
  readonly structures: readonly ({ readonly trace: number; readonly traces: number } | null)[];
  /** [traces] class of its score between the percentiles of {@link SCORE_CLASSES} */
  readonly score: Uint8Array;
  /** nats, boundaries between the classes */
  readonly scoreEdges: readonly number[];
}

/** Marks of one node count are spread over this much of a node, so that they part. */
const SPREAD = 0.7;

/**
 * @param nodes [R] merged nodes
 * @returns     [R] 0 to 1 of the domain, which is in nodes
 */
export function nodePlaces(nodes: Uint16Array): {
  readonly nodePlaces: Float32Array;
  readonly nodeDomain: readonly [number, number];
} {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const count of nodes) {
    low = Math.min(low, count);
    high = Math.max(high, count);
  }
  if (low > high) [low, high] = [1, 1];
  const nodeDomain = [low - 0.5, high + 0.5] as const;
  const width = high - low + 1;
  return {
    nodeDomain,
    nodePlaces: Float32Array.from(nodes, (count, r) => {
      // evenly spread, the same for a trace every time: Weyl's sequence of the golden ratio
      const beside = ((r * 0.6180339887498949) % 1) - 0.5;
      return (count - nodeDomain[0] + SPREAD * beside) / width;
    }),
  };
}

/** Structures with a colour of their own; the others share one. */
const NAMED_STRUCTURES = 7;

/** Percentiles between the classes of score: most of the room for the odd ones. */
export const SCORE_CLASSES = [50, 75, 90, 99] as const;

/**
 * @param rows   [R] of the terms' T traces
 * @param trace  [R] indices into the TraceSet
 * @param scores [R] nats
 */
export function latentPlanes(
  terms: ScoreTerms,
  rows: Uint32Array,
  trace: Uint32Array,
  scores: Float64Array,
): LatentPlanes {
  const { z, z2 } = terms.detail!.latents;
  const structures = terms.structure.logPz.length / terms.samples;
  const ofRow = (row: number): number => terms.structureRow[row]!;
  return {
    z: plane(gather(z, z.length / structures, Uint32Array.from(rows, ofRow)), rows.length),
    z2:
      z2.length === 0 ? null : plane(gather(z2, z2.length / terms.trace.length, rows), rows.length),
    ...byFrequency(Uint32Array.from(rows, ofRow), trace),
    ...byScore(scores),
  };
}

/** @returns [rows, size] */
function gather(points: Float32Array, size: number, rows: Uint32Array): Float32Array {
  const gathered = new Float32Array(rows.length * size);
  rows.forEach((row, r) => {
    gathered.set(points.subarray(row * size, (row + 1) * size), r * size);
  });
  return gathered;
}

function plane(points: Float32Array, count: number): LatentPlane {
  const { x, y, explained } = projectPoints(points, points.length / Math.max(1, count));
  const [across, down] = [domainOf(x), domainOf(y)];
  return {
    x: Float32Array.from(x, (value) => (value - across[0]) / (across[1] - across[0])),
    // screens count from the top
    y: Float32Array.from(y, (value) => 1 - (value - down[0]) / (down[1] - down[0])),
    xDomain: across,
    yDomain: down,
    explained,
  };
}

/** With some room around the outermost points. */
function domainOf(values: Float64Array): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const room = 0.04 * (high - low) || 0.5;
  return [low - room, high + room];
}

function byFrequency(
  structureRow: Uint32Array,
  trace: Uint32Array,
): Pick<LatentPlanes, 'structure' | 'structures'> {
  const found = new Map<number, { trace: number; traces: number }>();
  structureRow.forEach((row, r) => {
    const known = found.get(row);
    if (known === undefined) found.set(row, { trace: trace[r]!, traces: 1 });
    else known.traces++;
  });
  const frequent = [...found]
    .sort(([, a], [, b]) => b.traces - a.traces)
    .slice(0, NAMED_STRUCTURES);
  const rank = new Map(frequent.map(([row], i) => [row, i]));
  return {
    structure: Uint8Array.from(structureRow, (row) => rank.get(row) ?? frequent.length),
    structures: [
      ...frequent.map(([, structure]) => structure),
      ...(found.size > frequent.length ? [null] : []),
    ],
  };
}

function byScore(scores: Float64Array): Pick<LatentPlanes, 'score' | 'scoreEdges'> {
  const ascending = scores.slice().sort();
  const scoreEdges = SCORE_CLASSES.map((percent) => percentileOfSorted(ascending, percent));
  return {
    score: Uint8Array.from(scores, (score) => scoreEdges.filter((edge) => score > edge).length),
    scoreEdges,
  };
}
