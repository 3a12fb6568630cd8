/** Why one trace has its score: its samples once more, taken apart by node and by term. */
import { pairIndex } from '../../base/pairs.ts';
import { microsToMillis } from '../../base/units.ts';
import { durationsOf } from '../../features/latency-target.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import { combineCorrected } from '../../scoring/combine.ts';
import { applyFormulas, formulasOf, joinFactors } from '../../scoring/corrected-terms.ts';
import type { Formula } from '../../scoring/corrections/correction.ts';
import type { Corrections } from '../../scoring/corrections/list.ts';
import type { ScoreTerms, StdLimits, TermPart } from '../../scoring/score-terms.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import type { DetectorData } from '../detector.ts';
import type { ScoreSplit, TraceExplanation } from '../explanation.ts';
import { batchNodes, modelBatch } from './inputs.ts';
import {
  type LatencySamples,
  latenciesFromZ,
  nodeLatencyLogProb,
  predictLatencies,
  priorLogProbs,
  sampleLatencies,
  unlimited,
} from './latency-scores.ts';
import { reconstructTree } from './reconstruction.ts';
import { createDetailWriter } from './score-detail.ts';
import {
  emptyStatus,
  emptyTerms,
  scoreNoise,
  writeLatencyTerms,
  writeStructureTerms,
} from './scoring.ts';
import { failedOf, statusReader, writeStatusTerms } from './status-scores.ts';
import { hasPaths, type StructureSamples, sampleStructures } from './structure-scores.ts';
import type { TrainingModel } from './train-step.ts';

interface ExplainOptions {
  readonly samples: number;
  readonly seed: number;
  readonly stdLimits: StdLimits;
  readonly corrections: Corrections;
}

/** The samples of one trace: the same ones that its score is made of. */
interface TraceSamples {
  readonly structure: StructureSamples;
  readonly reconstruction: TraceExplanation['reconstruction'];
  readonly latency: LatencySamples;
  /** The latencies of z2 from p(z2 | z), which does not know the trace's own. */
  readonly expected: Pick<LatencySamples, 'firstRow' | 'mean' | 'logStd'>;
  /** [L] log p(z2 | z) */
  readonly logPz2: Float64Array;
  /** Of a sample: [n] log p(e_i | z, .); null where the model or the dataset does not tell. */
  readonly statusOf: ((sample: number) => Float64Array) | null;
  readonly terms: ScoreTerms;
}

/**
 * The score of one trace, equation (3), split over its n nodes and its terms, under the corrections
 * of section 5.3. The split is not in the paper; with the same seed and samples it sums to the
 * score.
 *
 * @param trace index into the set
 * @returns     per node [n]: contributions in nats, latency in milliseconds and standardised
 */
export async function explainTrace(
  model: TrainingModel,
  data: DetectorData,
  trace: number,
  options: ExplainOptions,
): Promise<TraceExplanation> {
  const samples = await sampleTrace(model, data, trace, options);
  return {
    kind: 'terms',
    trace,
    nodeCount: samples.terms.nodeCount[0]!,
    maxNodes: samples.terms.maxNodes,
    reconstruction: samples.reconstruction,
    absentCalls: hasPaths(model) ? describeAbsentCalls(samples) : null,
    nodes: describeNodes(samples, data, trace),
    contributions: {
      nll: splitScore(samples, []),
      corrected: splitScore(
        samples,
        formulasOf(samples.terms, options.corrections, options.stdLimits),
      ),
    },
  };
}

async function sampleTrace(
  model: TrainingModel,
  data: DetectorData,
  trace: number,
  { samples, seed, stdLimits }: ExplainOptions,
): Promise<TraceSamples> {
  const { config } = model;
  const alone = Uint32Array.of(trace);
  const batch = modelBatch(data, config, alone, batchNodes(data, config, alone));
  const noiseZ = scoreNoise(seed, 'z', samples * config.latent);
  const { structure, reconstruction } = await structurePart(model, batch, noiseZ);
  const singleZ = config.ablation === 'singlez';
  const noiseZ2 = scoreNoise(seed, 'z2', samples * config.latent2);
  const latency = singleZ
    ? await latenciesFromZ(model, batch, structure.z, samples)
    : await sampleLatencies(model, batch, noiseZ2);
  // SingleZ has no other z than the one that knows the latencies
  const expected = singleZ
    ? latency
    : await predictLatencies(model, batch, samplePrior(structure.prior2, noiseZ2), samples);
  const priorStart = (_trace: number, sample: number): number => sample * config.latent2;
  const logPz2 = singleZ
    ? new Float64Array(samples)
    : priorLogProbs(latency, config.latent2, structure.prior2, priorStart);

  const terms = emptyTerms({
    samples,
    maxNodes: config.maxNodes,
    stdLimits,
    tailStds: latency.tailStds,
    trace: Uint32Array.of(trace),
    structureRow: Uint32Array.of(0),
    nodeCount: Uint16Array.of(nodeCount(data.traces, trace)),
    latencyNodes: Uint16Array.of(batch.nodeCount[0]!),
    structures: 1,
  });
  writeStructureTerms(terms, structure, 0);
  writeLatencyTerms(terms, latency, logPz2, [0]);
  const status = model.status === undefined ? null : emptyStatus(terms);
  if (status !== null) writeStatusTerms(status, structure, data.traces, [[0]], terms.trace);
  const failed = status === null ? null : failedOf(data.traces, trace);
  const detail = createDetailWriter(terms);
  detail.addStructures(structure);
  detail.addLatencies(latency, [0]);
  return {
    structure,
    reconstruction,
    latency,
    expected,
    logPz2,
    statusOf: failed === null ? null : statusReader(structure, 0, failed),
    terms: { ...terms, ...(status && { status }), detail: detail.finish() },
  };
}

/** @returns [L, K2] mean + std noise */
const samplePrior = (
  { mean, logStd }: StructureSamples['prior2'],
  noise: Float32Array,
): Float32Array => noise.map((value, i) => mean[i]! + Math.exp(logStd[i]!) * value);

type StructurePart = Pick<TraceSamples, 'structure' | 'reconstruction'>;

/**
 * The last one of each model: while a latency is dragged, or a correction switched, nothing of it
 * changes, and it is most of the work. A model that explains is not trained any more.
 */
const lastParts = new WeakMap<TrainingModel, { noise: Float32Array; part: StructurePart }>();

async function structurePart(
  model: TrainingModel,
  batch: TraceBatch,
  noise: Float32Array,
): Promise<StructurePart> {
  const last = lastParts.get(model);
  const known = last?.part.structure.structures;
  if (
    last !== undefined &&
    known !== undefined &&
    sameNumbers(last.noise, noise) &&
    sameNumbers(known.nodeCount, batch.nodeCount) &&
    sameNumbers(known.parent, batch.parent) &&
    sameNumbers(known.operation, batch.operation) &&
    // in SingleZ z knows the latencies
    (model.config.ablation !== 'singlez' || sameNumbers(known.latency, batch.latency))
  ) {
    return { ...last.part, structure: { ...last.part.structure, structures: batch } };
  }
  const structure = await sampleStructures(model, batch, noise);
  const part = { structure, reconstruction: await reconstructTree(model, structure) };
  lastParts.set(model, { noise, part });
  return part;
}

const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** What one sample adds to the score, nats. */
interface SampleParts {
  klStructure: number;
  klLatency: number;
  nodeCount: number;
  padding: number;
  readonly nodeType: Float64Array;
  readonly nodeLatency: Float64Array;
  readonly edges: Float64Array;
  readonly absentCalls: Float64Array;
  /** null where the model or the dataset does not tell which nodes failed. */
  readonly status: Float64Array | null;
}

const emptyParts = (nodes: number, absentCalls: number, status: boolean): SampleParts => ({
  klStructure: 0,
  klLatency: 0,
  nodeCount: 0,
  padding: 0,
  nodeType: new Float64Array(nodes),
  nodeLatency: new Float64Array(nodes),
  edges: new Float64Array((nodes * (nodes - 1)) / 2),
  absentCalls: new Float64Array(absentCalls),
  status: status ? new Float64Array(nodes) : null,
});

function partsOfSample(
  { structure, latency, logPz2, statusOf, terms }: TraceSamples,
  sample: number,
  formulas: readonly Formula[],
): SampleParts {
  const { decoded } = structure;
  const n = terms.nodeCount[0]!;
  const absentCalls = decoded.absentCalls[0]!.length;
  const factors = joinFactors(formulas);
  const factorOf = (part: TermPart): number => factors[part]?.(0) ?? 1;
  const ofNodeCount = factorOf('nodeCount');
  const ofEdge = factorOf('edges');
  const ofOperation = factorOf('operations');
  const ofLatency = factorOf('latency');
  const nodeCountOf = (logP: number): number =>
    formulas.reduce((value, { nodeCount }) => nodeCount?.(value) ?? value, logP);
  const edgeOf = (logP: number): number =>
    formulas.reduce((value, { edges }) => edges?.entry(value) ?? value, logP);
  const statusLogP = (logP: number): number =>
    formulas.reduce((value, { status }) => status?.entry(value) ?? value, logP);
  const limitOf = formulas.find(({ stds }) => stds !== undefined)?.stds?.most ?? unlimited;

  const parts = emptyParts(n, absentCalls, statusOf !== null);
  parts.klStructure =
    factorOf('klStructure') * (structure.logQz[sample]! - structure.logPz[sample]!);
  parts.klLatency = factorOf('klLatency') * (latency.logQz2[sample]! - logPz2[sample]!);
  parts.nodeCount = -ofNodeCount * nodeCountOf(decoded.nodeCount(sample));
  decoded.forEachEdge(sample, (i, j, logProb) => {
    const adds = -ofEdge * edgeOf(logProb);
    if (j < n) parts.edges[pairIndex(i, j)] = adds;
    else if (j - n < absentCalls) parts.absentCalls[j - n] = adds;
    else parts.padding += adds;
  });
  decoded.forEachOperation(sample, (i, logProb) => {
    const adds = -ofOperation * logProb;
    if (i < n) parts.nodeType[i] = adds;
    else parts.padding += adds;
  });
  for (let i = 0; i < terms.latencyNodes[0]!; i++) {
    const limit = limitOf(latency.traces.operation[i]!);
    const adds = -ofLatency * nodeLatencyLogProb(latency, sample, i, limit);
    if (i < n) parts.nodeLatency[i] = adds;
    else parts.padding += adds;
  }
  statusOf?.(sample).forEach((logProb, i) => {
    parts.status![i] = -factorOf('status') * statusLogP(logProb);
  });
  return parts;
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

const total = (parts: SampleParts): number =>
  parts.klStructure +
  parts.klLatency +
  parts.nodeCount +
  parts.padding +
  sum(parts.nodeType) +
  sum(parts.nodeLatency) +
  sum(parts.edges) +
  sum(parts.absentCalls) +
  sum(parts.status ?? []);

/**
 * The score is -log of the mean of exp(-total) over samples; each sample's parts are weighted by
 * its share of that mean.
 */
function splitScore(samples: TraceSamples, formulas: readonly Formula[]): ScoreSplit {
  const count = samples.terms.samples;
  const perSample = Array.from({ length: count }, (_, l) => partsOfSample(samples, l, formulas));
  const totals = perSample.map(total);
  const least = Math.min(...totals);
  const powers = totals.map((value) => Math.exp(least - value));
  const norm = sum(powers);
  const { absentCalls } = samples.structure.decoded;
  const mean = emptyParts(
    samples.terms.nodeCount[0]!,
    absentCalls[0]!.length,
    samples.statusOf !== null,
  );
  perSample.forEach((parts, l) => {
    const weight = powers[l]! / norm;
    mean.klStructure += weight * parts.klStructure;
    mean.klLatency += weight * parts.klLatency;
    mean.nodeCount += weight * parts.nodeCount;
    mean.padding += weight * parts.padding;
    for (let i = 0; i < mean.nodeType.length; i++) {
      mean.nodeType[i]! += weight * parts.nodeType[i]!;
      mean.nodeLatency[i]! += weight * parts.nodeLatency[i]!;
    }
    for (let e = 0; e < mean.edges.length; e++) mean.edges[e]! += weight * parts.edges[e]!;
    for (let c = 0; c < mean.absentCalls.length; c++) {
      mean.absentCalls[c]! += weight * parts.absentCalls[c]!;
    }
    parts.status?.forEach((value, i) => {
      mean.status![i]! += weight * value;
    });
  });
  const score = combineCorrected(applyFormulas(samples.terms, formulas))[0]!;
  return { score, ...mean, remainder: score - total(mean) };
}

function describeNodes(
  { structure, latency, expected, terms }: TraceSamples,
  { traces, scale }: DetectorData,
  trace: number,
): TraceExplanation['nodes'] {
  const { structures, samples, decoded } = structure;
  const { parent } = structures;
  const n = terms.nodeCount[0]!;
  const first = traces.nodeOffset[trace]!;
  const nodes = {
    edgeProbability: new Float32Array(n),
    operationProbability: new Float32Array(n),
    observedMs: new Float64Array(n),
    expectedMs: new Float64Array(n),
    stdMs: new Float64Array(n),
    mean: new Float64Array(n),
    std: new Float64Array(n),
    latency: new Float64Array(n),
    zScore: new Float64Array(n),
    logLikelihood: new Float64Array(n),
  };
  const [middle, square] = [new Float64Array(n), new Float64Array(n)];
  for (let l = 0; l < samples; l++) {
    decoded.forEachEdge(l, (i, j, logProb) => {
      if (j < n && parent[j] === i) nodes.edgeProbability[j]! += Math.exp(logProb) / samples;
    });
    decoded.forEachOperation(l, (i, logProb) => {
      if (i < n) nodes.operationProbability[i]! += Math.exp(logProb) / samples;
    });
    for (let i = 0; i < n; i++) {
      const row = latency.firstRow[l]! + i;
      nodes.mean[i]! += latency.mean[row]! / samples;
      nodes.logLikelihood[i]! +=
        nodeLatencyLogProb(latency, l, i, Number.POSITIVE_INFINITY) / samples;
      nodes.std[i]! += Math.exp(latency.logStd[row]!) / samples;
      const [mean, std] = [expected.mean[row]!, Math.exp(expected.logStd[row]!)];
      middle[i]! += mean / samples;
      square[i]! += (mean * mean + std * std) / samples;
    }
  }
  nodes.edgeProbability[0] = 1;
  // of the mixture over samples
  const std = middle.map((mean, i) => Math.sqrt(square[i]! - mean * mean));
  const { expectedUs, stdUs } = durationsOf(traces, trace, scale, { mean: middle, std });
  for (let i = 0; i < n; i++) {
    const observedUs = traces.latencyUs[first + i]!;
    nodes.observedMs[i] = microsToMillis(observedUs);
    nodes.expectedMs[i] = microsToMillis(expectedUs[i]!);
    nodes.stdMs[i] = microsToMillis(stdUs[i]!);
    nodes.latency[i] = structures.latency[i]!;
    nodes.zScore[i] =
      scale.target === undefined
        ? (observedUs - expectedUs[i]!) / stdUs[i]!
        : (nodes.latency[i]! - middle[i]!) / std[i]!;
  }
  return nodes;
}

/** How often calls that the trace lacks are made in such traces. */
function describeAbsentCalls({
  structure: { decoded, samples },
  terms,
}: TraceSamples): TraceExplanation['absentCalls'] {
  const calls = decoded.absentCalls[0]!;
  const probability = new Float32Array(calls.length);
  const n = terms.nodeCount[0]!;
  for (let l = 0; l < samples; l++) {
    decoded.forEachEdge(l, (_i, j, logProb) => {
      const call = j - n;
      // log-probability that it is absent
      if (call >= 0 && call < calls.length) probability[call]! -= Math.expm1(logProb) / samples;
    });
  }
  return {
    caller: Int32Array.from(calls, ({ caller }) => caller),
    operation: Uint32Array.from(calls, ({ operation }) => operation),
    probability,
  };
}
