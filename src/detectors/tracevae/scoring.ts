/**
 * Scoring: the terms of equation (3) for many traces. Structure terms once per distinct structure,
 * latency terms per trace.
 */
import { concatFloats } from '../../base/concatenate.ts';
import { nextTask } from '../../base/next-task.ts';
import { createRandom, normals } from '../../base/random.ts';
import { byBackend } from '../../nn/routine.ts';
import { logStdLimit } from '../../scoring/corrections/limited-latency.ts';
import type { ScoreTerms, StatusTerms, StdLimits } from '../../scoring/score-terms.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import type { DetectorData, ScoreProgress } from '../detector.ts';
import { YIELD_EVERY_MS } from '../shared/pacer.ts';
import { adjacencyLogProb, nodeTypeLogProb } from './decoded-structures.ts';
import { batchNodes, modelBatch } from './inputs.ts';
import {
  type LatencySamples,
  latenciesFromZ,
  latencyLogProbsOf,
  priorLogProbs,
  sampleLatencies,
  unlimited,
} from './latency-scores.ts';
import { tailsFrom } from './latency-vae.ts';
import type { TraceVaeConfig } from './meta.ts';
import { createDetailWriter } from './score-detail.ts';
import { writeStatusTerms } from './status-scores.ts';
import { findMismatches, type StructureSamples, sampleStructures } from './structure-scores.ts';
import type { TrainingModel } from './train-step.ts';

export interface ScoreOptions {
  readonly samples: number;
  readonly seed: number;
  readonly stdLimits: StdLimits;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ScoreProgress) => void;
}

/**
 * Node rows that one pass decodes at most: bounds memory, and keeps Cancel prompt. On a GPU a pass
 * waits for what it reads back, and small ones leave it idle.
 */
const rowsPerPass = byBackend({ cpu: () => 4096, wasm: 'as cpu', webgpu: () => 16384 });
/** Traces of one encoder pass at most: its pooling matrix is traces x rows. */
const TRACES_PER_PASS = 128;

const STREAM = { z: 11, z2: 12 } as const;

/**
 * What shares its samples of z: a structure, whose q(z | A, Y) of equation (2) is one, or a trace
 * where z knows its latencies (SingleZ, section 6.6).
 */
export const sharedSamples = (
  { ablation }: TraceVaeConfig,
  { traces }: DetectorData,
  trace: number,
): number => (ablation === 'singlez' ? trace : traces.structureOf[trace]!);

/**
 * Nodes of a trace that p(X | .) decodes. Of FC and DimEx (section 6.6), fully connected and filled
 * up, there are N_max of them.
 */
export const decodedNodes = (
  { ablation, maxNodes }: TraceVaeConfig,
  { traces }: DetectorData,
  trace: number,
): number => (ablation === 'fc' || ablation === 'dimex' ? maxNodes : nodeCount(traces, trace));

/** Nodes whose latencies add to the score: dummies are nodes, padding is not. */
const countedNodes = (config: TraceVaeConfig, data: DetectorData, trace: number): number =>
  config.ablation === 'dimex' ? config.maxNodes : nodeCount(data.traces, trace);

/**
 * Rows that a structure takes: the paper's decoder writes N_max nodes for each sample; of call paths
 * a sample is a row, so that the nodes that the encoder reads are the more.
 */
const structureRowsOf = (
  { structureDecoder, maxNodes }: TraceVaeConfig,
  { traces }: DetectorData,
  trace: number,
  samples: number,
): number =>
  structureDecoder === 'paper' ? samples * maxNodes : samples + nodeCount(traces, trace);

/** Where passes of bounded work end, one after the other. @param rows [S] of each structure */
function passEnds(rows: Float64Array, mostStructures: number): number[] {
  const ends: number[] = [];
  let start = 0;
  let sum = 0;
  for (let s = 0; s < rows.length; s++) {
    if (s > start && (sum + rows[s]! > rowsPerPass() || s - start >= mostStructures)) {
      ends.push(s);
      start = s;
      sum = 0;
    }
    sum += rows[s]!;
  }
  if (start < rows.length) ends.push(rows.length);
  return ends;
}

/**
 * Noise of the samples of equation (3), the same for every trace: scores are compared under common
 * random numbers, and a trace's score depends on nothing but the trace (docs/decisions/0002).
 *
 * @param latent z or z2, which have streams of their own
 * @param length L K or L K2
 * @returns      [L, K] or [L, K2] standard normal
 */
export const scoreNoise = (
  seed: number,
  latent: keyof typeof STREAM,
  length: number,
): Float32Array => normals(createRandom(seed, STREAM[latent]), length);

/**
 * The terms of equation (3) and, beside them, of the Gaussian std-limit of section 5.3. On abort
 * the remaining terms stay 0; the caller drops them.
 *
 * @param selected [T] trace indices
 * @param options  L samples a trace; limits of standardised latency's stds
 * @returns        [S, L] structure and [T, L] latency terms, nats, with their detail
 */
export async function scoreTraces(
  model: TrainingModel,
  data: DetectorData,
  selected: Uint32Array,
  options: ScoreOptions,
): Promise<ScoreTerms> {
  const { config } = model;
  const { samples, signal } = options;
  const { traces } = data;
  // a row of structure terms for each distinct structure, with a trace that has it; where z knows
  // the latencies too, one for each trace
  const rowOf = new Map<number, number>();
  const example: number[] = [];
  const structureRow = Uint32Array.from(selected, (trace) => {
    const key = sharedSamples(config, data, trace);
    const known = rowOf.get(key);
    if (known !== undefined) return known;
    const row = example.push(trace) - 1;
    rowOf.set(key, row);
    return row;
  });
  const noiseZ = scoreNoise(options.seed, 'z', samples * config.latent);
  const noiseZ2 = scoreNoise(options.seed, 'z2', samples * config.latent2);
  const singleZ = config.ablation === 'singlez';
  const latents = new Float32Array(singleZ ? example.length * samples * config.latent : 0);
  const terms = emptyTerms({
    samples,
    maxNodes: config.maxNodes,
    stdLimits: options.stdLimits,
    tailStds: tailsFrom(config),
    trace: selected.slice(),
    structureRow,
    nodeCount: Uint16Array.from(selected, (trace) => nodeCount(traces, trace)),
    latencyNodes: Uint16Array.from(selected, (trace) => countedNodes(config, data, trace)),
    structures: example.length,
  });
  const priorSize = singleZ ? 0 : example.length * samples * config.latent2;
  const prior2 = { mean: new Float32Array(priorSize), logStd: new Float32Array(priorSize) };
  const mismatchOf = new Uint8Array(example.length);
  const detail = createDetailWriter(terms);
  const status = model.status === undefined ? null : emptyStatus(terms);
  /** [S] places among the T traces that have each structure */
  const placesOf: number[][] = example.map(() => []);
  structureRow.forEach((row, t) => {
    placesOf[row]!.push(t);
  });

  // progress in node rows of decoder work, told in traces
  const structureRows = Float64Array.from(example, (trace) =>
    structureRowsOf(config, data, trace, samples),
  );
  const structureWork = structureRows.reduce((sum, rows) => sum + rows, 0);
  const rowsOf = (trace: number): number => samples * decodedNodes(config, data, trace);
  const latencyWork = selected.reduce((sum, trace) => sum + rowsOf(trace), 0);
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

  // the encoder's pooling matrix, structures x nodes, is small beside what the paper's decoder writes
  const mostStructures = config.structureDecoder === 'paper' ? Infinity : TRACES_PER_PASS;
  let start = 0;
  for (const end of passEnds(structureRows, mostStructures)) {
    if (signal.aborted) return terms;
    const chunk = Uint32Array.from(example.slice(start, end));
    const batch = modelBatch(data, config, chunk, batchNodes(data, config, chunk));
    const scores = await sampleStructures(model, batch, repeated(noiseZ, chunk.length));
    writeStructureTerms(terms, scores, start);
    detail.addStructures(scores);
    if (status !== null) {
      writeStatusTerms(status, scores, traces, placesOf.slice(start, end), selected);
    }
    if (singleZ) {
      latents.set(scores.z, start * samples * config.latent);
    } else {
      prior2.mean.set(scores.prior2.mean, start * samples * config.latent2);
      prior2.logStd.set(scores.prior2.logStd, start * samples * config.latent2);
    }
    mismatchOf.set(await findMismatches(model, scores), start);
    await advance(structureRows.subarray(start, end).reduce((sum, rows) => sum + rows, 0));
    start = end;
  }
  structureRow.forEach((row, t) => {
    terms.mismatch[t] = mismatchOf[row]!;
  });

  for (const chunk of chunksBySize(config, data, selected, samples)) {
    if (signal.aborted) return terms;
    const picked = chunk.map((t) => selected[t]!);
    const batch = modelBatch(data, config, picked, decodedNodes(config, data, picked.at(-1)!));
    if (singleZ) {
      const width = samples * config.latent;
      const z = concatFloats(
        [...chunk].map((t) => latents.subarray(structureRow[t]! * width).subarray(0, width)),
      );
      const scores = await latenciesFromZ(model, batch, z, samples);
      writeLatencyTerms(terms, scores, new Float64Array(chunk.length * samples), chunk);
      detail.addLatencies(scores, chunk);
    } else {
      const scores = await sampleLatencies(model, batch, repeated(noiseZ2, chunk.length));
      const logPz2 = priorLogProbs(scores, config.latent2, prior2, (t, l) => {
        return (structureRow[chunk[t]!]! * samples + l) * config.latent2;
      });
      writeLatencyTerms(terms, scores, logPz2, chunk);
      detail.addLatencies(scores, chunk);
    }
    await advance(picked.reduce((sum, trace) => sum + rowsOf(trace), 0));
  }
  options.onProgress({ done: selected.length, total: selected.length });
  return { ...terms, ...(status && { status }), detail: detail.finish() };
}

/** Of T traces, L samples each, in which nothing is known to have failed or not. */
export function emptyStatus({
  trace,
  samples,
}: Pick<ScoreTerms, 'trace' | 'samples'>): StatusTerms {
  const column = (): Float32Array => new Float32Array(trace.length * samples);
  return { logP: column(), logPUnlikely: column() };
}

/**
 * Terms of 0, to be written in passes: structure terms [S, L], latency terms [T, L], nats.
 *
 * @param head `structures` is S, `samples` L, and `trace` has T
 */
export function emptyTerms(
  head: Omit<ScoreTerms, 'structure' | 'latency' | 'mismatch' | 'detail'> & {
    readonly structures: number;
  },
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
      logPLatencyLimitedByOperation: perTrace(),
    },
  };
}

/**
 * Copies a pass's structure terms of equation (3) to their rows.
 *
 * @param scores samples of the pass's structures, L each
 * @param start  row of the first one in the [S, L] terms, nats
 */
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
    const adjacency = adjacencyLogProb(scores.decoded, row);
    structure.logPNodeCount[offset + row] = scores.decoded.nodeCount(row);
    structure.logPAdjacency[offset + row] = adjacency.all;
    structure.logPAdjacencyUnlikely[offset + row] = adjacency.unlikely;
    structure.logPNodeType[offset + row] = nodeTypeLogProb(scores.decoded, row);
  }
}

/**
 * Copies a pass's latency terms of equation (3) to their rows, each log p(X | A, Y, z2) without and
 * with the two std limits of section 5.3.
 *
 * @param scores samples of the chunk's traces, L each
 * @param logPz2 [chunk, L] nats
 * @param places [chunk] row of each of the chunk's traces in the [T, L] terms, nats
 */
export function writeLatencyTerms(
  { latency, stdLimits, samples }: Pick<ScoreTerms, 'latency' | 'stdLimits' | 'samples'>,
  scores: LatencySamples,
  logPz2: Float64Array,
  places: ArrayLike<number>,
): void {
  const limits = [unlimited, logStdLimit(stdLimits, 'global'), logStdLimit(stdLimits, 'operation')];
  for (let t = 0; t < places.length; t++) {
    for (let l = 0; l < samples; l++) {
      const row = t * samples + l;
      const to = places[t]! * samples + l;
      latency.logQz2[to] = scores.logQz2[row]!;
      latency.logPz2[to] = logPz2[row]!;
      const [free, limited, limitedByOperation] = latencyLogProbsOf(scores, row, limits);
      latency.logPLatency[to] = free!;
      latency.logPLatencyLimited[to] = limited!;
      latency.logPLatencyLimitedByOperation[to] = limitedByOperation!;
    }
  }
}

/**
 * Positions in `selected`, smallest trees first, cut into passes of bounded work.
 *
 * @param selected [T] trace indices
 * @param samples  L
 * @returns        chunks that hold each of 0 to T - 1 once
 */
export function chunksBySize(
  config: TraceVaeConfig,
  data: DetectorData,
  selected: Uint32Array,
  samples: number,
): Uint32Array[] {
  const sizes = Uint16Array.from(selected, (trace) => decodedNodes(config, data, trace));
  const order = Uint32Array.from(selected.keys()).sort((a, b) => sizes[a]! - sizes[b]! || a - b);
  const chunks: Uint32Array[] = [];
  const mostRows = rowsPerPass();
  let start = 0;
  let rows = 0;
  for (let at = 0; at < order.length; at++) {
    const more = sizes[order[at]!]! * samples;
    const full = rows + more > mostRows || at - start >= TRACES_PER_PASS;
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

/** [times x length] the same numbers again and again. */
export function repeated(values: Float32Array, times: number): Float32Array {
  const all = new Float32Array(times * values.length);
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return all;
}
