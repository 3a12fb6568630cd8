/**
 * Scoring: the terms of equation (3) for many traces. Structure terms once per distinct structure,
 * latency terms per trace; noise is drawn per structure and per trace, so that a trace's score does
 * not depend on what else is scored.
 */
import { createRandom, normals } from '../../base/random.ts';
import { makeBatch } from '../../features/trace-batch.ts';
import type { ScoreTerms } from '../../scoring/score-terms.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import type { DetectorData, ScoreProgress } from '../detector.ts';
import {
  type LatencySamples,
  latencyLogProbOf,
  logLimit,
  priorLogProbs,
  sampleLatencies,
} from './latency-scores.ts';
import { nextTask, YIELD_EVERY_MS } from './pacer.ts';
import {
  adjacencyLogProb,
  findMismatches,
  nodeCountLogProb,
  nodeTypeLogProb,
  type StructureSamples,
  sampleStructures,
} from './structure-scores.ts';
import type { TrainingModel } from './train-step.ts';

export interface ScoreOptions {
  readonly samples: number;
  readonly seed: number;
  readonly stdLimit: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ScoreProgress) => void;
}

/** Node rows that one pass decodes at most: bounds memory, and keeps Cancel prompt. */
const ROWS_PER_PASS = 4096;
/** Traces of one encoder pass at most: its pooling matrix is traces x rows. */
const TRACES_PER_PASS = 128;

const STREAM = { z: 11, z2: 12 } as const;

/** [L, K] of one structure, whatever else is scored. */
export const structureNoise = (seed: number, structure: number, length: number): Float32Array =>
  normals(createRandom(seed, STREAM.z, structure), length);

/** [L, K2] of one trace. */
export const latencyNoise = (seed: number, trace: number, length: number): Float32Array =>
  normals(createRandom(seed, STREAM.z2, trace), length);

/** On abort the remaining terms stay 0; the caller drops them. */
export async function scoreTraces(
  model: TrainingModel,
  data: DetectorData,
  selected: Uint32Array,
  options: ScoreOptions,
): Promise<ScoreTerms> {
  const { config } = model;
  const { samples, signal } = options;
  const { traces } = data;
  const { structureOf } = traces;

  // a row of structure terms for each distinct structure, with a trace that has it
  const rowOfStructure = new Map<number, number>();
  const example: number[] = [];
  const structureRow = Uint32Array.from(selected, (trace) => {
    const structure = structureOf[trace]!;
    const known = rowOfStructure.get(structure);
    if (known !== undefined) return known;
    const row = example.push(trace) - 1;
    rowOfStructure.set(structure, row);
    return row;
  });
  const terms = emptyTerms({
    samples,
    maxNodes: config.maxNodes,
    stdLimit: options.stdLimit,
    trace: selected.slice(),
    structureRow,
    nodeCount: Uint16Array.from(selected, (trace) => nodeCount(traces, trace)),
    structures: example.length,
  });
  const prior2 = {
    mean: new Float32Array(example.length * samples * config.latent2),
    logStd: new Float32Array(example.length * samples * config.latent2),
  };
  const mismatchOf = new Uint8Array(example.length);

  // progress in node rows of decoder work, told in traces
  const structureWork = example.length * (samples + 1) * config.maxNodes;
  const latencyWork = selected.reduce((sum, trace) => sum + samples * nodeCount(traces, trace), 0);
  let work = 0;
  let yieldedMs = performance.now();
  const advance = async (rows: number): Promise<void> => {
    work += rows;
    const done = Math.floor((selected.length * work) / (structureWork + latencyWork));
    if (performance.now() - yieldedMs < YIELD_EVERY_MS) return;
    options.onProgress({ done, total: selected.length });
    await nextTask();
    yieldedMs = performance.now();
  };

  const structuresPerPass = Math.max(1, Math.floor(ROWS_PER_PASS / (samples * config.maxNodes)));
  for (let start = 0; start < example.length; start += structuresPerPass) {
    if (signal.aborted) return terms;
    const chunk = Uint32Array.from(example.slice(start, start + structuresPerPass));
    const batch = makeBatch(traces, data.scale, chunk, config.maxNodes);
    const noise = concatFloats(
      [...chunk].map((trace) =>
        structureNoise(options.seed, structureOf[trace]!, samples * config.latent),
      ),
    );
    const scores = await sampleStructures(model, batch, noise);
    writeStructureTerms(terms, scores, start);
    prior2.mean.set(scores.prior2.mean, start * samples * config.latent2);
    prior2.logStd.set(scores.prior2.logStd, start * samples * config.latent2);
    mismatchOf.set(await findMismatches(model, batch), start);
    await advance(chunk.length * (samples + 1) * config.maxNodes);
  }
  structureRow.forEach((row, t) => {
    terms.mismatch[t] = mismatchOf[row]!;
  });

  for (const chunk of chunksBySize(data, selected, samples)) {
    if (signal.aborted) return terms;
    const picked = chunk.map((t) => selected[t]!);
    const maxNodes = terms.nodeCount[chunk.at(-1)!]!;
    const batch = makeBatch(traces, data.scale, picked, maxNodes);
    const noise = concatFloats(
      [...picked].map((trace) => latencyNoise(options.seed, trace, samples * config.latent2)),
    );
    const scores = await sampleLatencies(model, batch, noise);
    const logPz2 = priorLogProbs(scores, config.latent2, prior2, (t, l) => {
      return (structureRow[chunk[t]!]! * samples + l) * config.latent2;
    });
    writeLatencyTerms(terms, scores, logPz2, chunk);
    await advance(samples * batch.nodeCount.reduce((sum, n) => sum + n, 0));
  }
  options.onProgress({ done: selected.length, total: selected.length });
  return terms;
}

/** Terms of 0, to be written in passes. */
export function emptyTerms(
  head: Omit<ScoreTerms, 'structure' | 'latency' | 'mismatch'> & { readonly structures: number },
): ScoreTerms {
  const { structures, ...rest } = head;
  const { samples, trace } = rest;
  const perStructure = (): Float32Array => new Float32Array(structures * samples);
  const perTrace = (): Float32Array => new Float32Array(trace.length * samples);
  return {
    ...rest,
    mismatch: new Uint8Array(trace.length),
    structure: {
      logQz: perStructure(),
      logPz: perStructure(),
      logPNodeCount: perStructure(),
      logPAdjacency: perStructure(),
      logPAdjacencyUnlikely: perStructure(),
      logPNodeType: perStructure(),
    },
    latency: {
      logQz2: perTrace(),
      logPz2: perTrace(),
      logPLatency: perTrace(),
      logPLatencyLimited: perTrace(),
    },
  };
}

/** @param start row of the first structure */
export function writeStructureTerms(
  { structure }: Pick<ScoreTerms, 'structure'>,
  scores: StructureSamples,
  start: number,
): void {
  const rows = scores.structures.size * scores.samples;
  const offset = start * scores.samples;
  structure.logQz.set(scores.logQz, offset);
  structure.logPz.set(scores.logPz, offset);
  for (let row = 0; row < rows; row++) {
    const adjacency = adjacencyLogProb(scores, row);
    structure.logPNodeCount[offset + row] = nodeCountLogProb(scores, row);
    structure.logPAdjacency[offset + row] = adjacency.all;
    structure.logPAdjacencyUnlikely[offset + row] = adjacency.unlikely;
    structure.logPNodeType[offset + row] = nodeTypeLogProb(scores, row);
  }
}

/** @param places [chunk] row of each of the chunk's traces in the terms */
export function writeLatencyTerms(
  { latency, stdLimit, samples }: Pick<ScoreTerms, 'latency' | 'stdLimit' | 'samples'>,
  scores: LatencySamples,
  logPz2: Float64Array,
  places: ArrayLike<number>,
): void {
  const limit = logLimit(stdLimit);
  for (let t = 0; t < places.length; t++) {
    for (let l = 0; l < samples; l++) {
      const row = t * samples + l;
      const to = places[t]! * samples + l;
      latency.logQz2[to] = scores.logQz2[row]!;
      latency.logPz2[to] = logPz2[row]!;
      latency.logPLatency[to] = latencyLogProbOf(scores, row, Number.POSITIVE_INFINITY);
      latency.logPLatencyLimited[to] = latencyLogProbOf(scores, row, limit);
    }
  }
}

/** Positions in `selected`, smallest trees first, cut into passes of bounded work. */
export function chunksBySize(
  { traces }: DetectorData,
  selected: Uint32Array,
  samples: number,
): Uint32Array[] {
  const sizes = Uint16Array.from(selected, (trace) => nodeCount(traces, trace));
  const order = Uint32Array.from(selected.keys()).sort((a, b) => sizes[a]! - sizes[b]! || a - b);
  const chunks: Uint32Array[] = [];
  let start = 0;
  let rows = 0;
  for (let at = 0; at < order.length; at++) {
    const more = sizes[order[at]!]! * samples;
    const full = rows + more > ROWS_PER_PASS || at - start >= TRACES_PER_PASS;
    if (full && at > start) {
      chunks.push(order.subarray(start, at));
      start = at;
      rows = 0;
    }
    rows += more;
  }
  if (start < order.length) chunks.push(order.subarray(start));
  return chunks;
}

export function concatFloats(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
