/** Scores from kept terms against scores summed anew from the samples, for any setting of a slider. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, normals } from '../../base/random.ts';
import { logMeanExp } from '../../base/statistics.ts';
import { makeBatch } from '../../features/trace-batch.ts';
import { combineScores } from '../../scoring/combine.ts';
import type { Corrections } from '../../scoring/corrections/list.ts';
import { limitsFor } from '../../scoring/corrections/stdlimit.ts';
import {
  EDGE_BOUNDARIES,
  type ScoreTerms,
  type StdLimitSource,
} from '../../scoring/score-terms.ts';
import { sortStds, stdLimitsAt } from '../../scoring/std-limits.ts';
import { toyData } from '../../testing/toy-traces.ts';
import { nodeTypeLogProb } from './decoded-structures.ts';
import { type LatencySamples, nodeLatencyLogProb } from './latency-scores.ts';
import { decodePaper } from './paper-scores.ts';
import { createDetailWriter } from './score-detail.ts';
import { emptyTerms, writeLatencyTerms, writeStructureTerms } from './scoring.ts';
import type { StructureSamples } from './structure-scores.ts';

const MAX_NODES = 6;
const data = toyData(30);
const { traces, scale } = data;
const OPERATIONS = traces.operations.length;

/** Samples of no model in particular: every trace its own structure row. */
function randomSamples(seed: number, samples: number, selected: Uint32Array, tailStds: number) {
  const random = createRandom(seed);
  const batch = makeBatch(traces, scale, selected, MAX_NODES);
  const rows = batch.size * samples;
  const floats = (length: number, spread: number) =>
    normals(random, length).map((value) => value * spread);
  const firstRow = Int32Array.from({ length: rows }, (_, row) => row * MAX_NODES);
  const structure: StructureSamples = {
    structures: batch,
    samples,
    meanZ: floats(batch.size * 2, 1),
    z: floats(rows * 2, 1),
    logQz: Float64Array.from(floats(rows, 1)),
    logPz: floats(rows, 1),
    decoded: decodePaper(batch, samples, {
      nodeCount: floats(rows * (MAX_NODES + 1), 2),
      edges: floats(rows * MAX_NODES * MAX_NODES, 3),
      operationLogProbs: floats(rows * MAX_NODES, 1).map((value) => -Math.abs(value)),
    }),
    prior2: { mean: new Float32Array(0), logStd: new Float32Array(0) },
    statusLogits: null,
  };
  const latency: LatencySamples = {
    traces: batch,
    samples,
    meanZ2: floats(batch.size * 3, 1),
    z2: floats(rows * 3, 1),
    logQz2: Float64Array.from(floats(rows, 1)),
    firstRow,
    tailStds,
    mean: floats(rows * MAX_NODES, 1),
    logStd: floats(rows * MAX_NODES, 1),
  };
  return { structure, latency, logPz2: Float64Array.from(floats(rows, 1)) };
}

type Samples = ReturnType<typeof randomSamples>;

/** The std of every node's first sample, as sigma_p99 is measured. */
function firstStds({ latency }: Samples) {
  const stds: number[] = [];
  const operations: number[] = [];
  for (let t = 0; t < latency.traces.size; t++) {
    for (let i = 0; i < latency.traces.nodeCount[t]!; i++) {
      stds.push(Math.exp(latency.logStd[latency.firstRow[t * latency.samples]! + i]!));
      operations.push(latency.traces.operation[t * MAX_NODES + i]!);
    }
  }
  return sortStds(stds, operations, OPERATIONS);
}

function termsOf(drawn: Samples, selected: Uint32Array, limitsOf: Samples): ScoreTerms {
  const { structure, latency, logPz2 } = drawn;
  const { samples, structures } = structure;
  const sorted = firstStds(limitsOf);
  const places = Uint32Array.from(selected.keys());
  const terms = emptyTerms({
    samples,
    maxNodes: MAX_NODES,
    stdLimits: { ...stdLimitsAt(sorted, 99), wide: stdLimitsAt(sorted, 90) },
    tailStds: latency.tailStds,
    trace: selected,
    structureRow: places,
    nodeCount: Uint16Array.from(structures.nodeCount),
    latencyNodes: Uint16Array.from(structures.nodeCount),
    structures: structures.size,
  });
  const writer = createDetailWriter(terms);
  writeStructureTerms(terms, structure, 0);
  writeLatencyTerms(terms, latency, logPz2, places);
  writer.addStructures(structure);
  writer.addLatencies(latency, places);
  return { ...terms, detail: writer.finish() };
}

/** Equations (3), (6), (7) and section 5.3, from each sample's own probabilities. */
function scoreAnew(
  { structure, latency, logPz2 }: Samples,
  { bcscale, ncnorm }: Corrections,
  limitOf: (operation: number) => number,
): number[] {
  const { samples, structures } = structure;
  const { boundary, scalingFactor } = { ...bcscale };
  const { nodeCountExponent } = { ...ncnorm };
  const [logBoundary, factor] = [Math.log(Number(boundary)), Number(scalingFactor)];
  const scaled = (logP: number, times: number) =>
    bcscale !== undefined && logP < logBoundary ? logP * times : logP;
  return Array.from({ length: structures.size }, (_, t) => {
    const nodes = structures.nodeCount[t]!;
    const weight = ncnorm === undefined ? 1 : (MAX_NODES / nodes) ** Number(nodeCountExponent);
    const logWeights = Array.from({ length: samples }, (_unused, l) => {
      const row = t * samples + l;
      let sum = scaled(structure.decoded.nodeCount(row), factor ** 2);
      structure.decoded.forEachEdge(row, (_i, _j, logP) => {
        sum += scaled(logP, factor);
      });
      sum +=
        nodeTypeLogProb(structure.decoded, row) + structure.logPz[row]! - structure.logQz[row]!;
      for (let i = 0; i < nodes; i++) {
        const limit = limitOf(structures.operation[t * MAX_NODES + i]!);
        sum += weight * nodeLatencyLogProb(latency, row, i, Math.log(limit));
      }
      return sum + logPz2[row]! - latency.logQz2[row]!;
    });
    return -logMeanExp(logWeights);
  });
}

test('scores under any setting of the sliders are those of a recomputation from the samples', () => {
  const selected = Uint32Array.from({ length: 8 }, (_, i) => i);
  const settings = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    samples: fc.integer({ min: 1, max: 4 }),
    corrections: fc.record(
      {
        bcscale: fc.record({
          scalingFactor: fc.double({ min: 1, max: 64, noNaN: true }),
          boundary: fc.constantFrom(...EDGE_BOUNDARIES),
        }),
        ncnorm: fc.record({ nodeCountExponent: fc.double({ min: 0, max: 2, noNaN: true }) }),
        stdlimit: fc.record({
          source: fc.constantFrom<StdLimitSource>('global', 'operation'),
          stdPercentile: fc.double({ min: 90, max: 100, noNaN: true }),
        }),
      },
      { requiredKeys: [] },
    ),
    // infinity: no tails; 1.5: many nodes lie in them
    tailStds: fc.constantFrom(1.5, 6, Number.POSITIVE_INFINITY),
  });
  fc.assert(
    fc.property(settings, ({ seed, samples, tailStds, corrections }) => {
      const drawn = randomSamples(seed, samples, selected, tailStds);
      const val = randomSamples(seed + 1, samples, selected, tailStds);
      const terms = termsOf(drawn, selected, val);
      const valTerms = termsOf(val, selected, val);
      const scores = combineScores(terms, corrections, limitsFor(valTerms, corrections));

      const { stdlimit } = corrections;
      const exact = stdLimitsAt(firstStds(val), stdlimit?.stdPercentile ?? 99);
      const limitOf = (operation: number): number =>
        stdlimit === undefined
          ? Number.POSITIVE_INFINITY
          : stdlimit.source === 'global'
            ? exact.global
            : exact.byOperation[operation]!;
      const expected = scoreAnew(drawn, corrections, limitOf);
      expected.forEach((score, t) => {
        // terms are kept in float32
        expect(Math.abs(scores[t]! - score)).toBeLessThan(1e-5 * Math.max(1, Math.abs(score)));
      });
    }),
    { numRuns: 200 },
  );
});
