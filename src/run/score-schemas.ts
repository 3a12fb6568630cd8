/**
 * Scores as they are stored: columns whose lengths have to fit each other, because who reads them
 * goes from one to the next without looking.
 */
import * as v from 'valibot';
import type { PlainScores } from '../scoring/plain-scores.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import type { ScoreOutcome } from './outcome.ts';
import {
  bytes,
  count,
  doubles,
  floats,
  integers,
  list,
  name,
  number,
  shorts,
  signed,
} from './stored-record.ts';

const limits = v.looseObject({ global: number, byOperation: doubles });

const terms = v.pipe(
  v.looseObject({
    samples: count,
    maxNodes: count,
    stdLimits: v.looseObject({
      percentile: v.exactOptional(number),
      global: number,
      byOperation: doubles,
      wide: v.exactOptional(limits),
    }),
    tailStds: v.exactOptional(number),
    trace: integers,
    structureRow: integers,
    nodeCount: shorts,
    latencyNodes: shorts,
    mismatch: bytes,
    structure: v.looseObject({
      logQz: floats,
      logPz: floats,
      logPNodeCount: floats,
      logPAdjacency: floats,
      logPAdjacencyUnlikely: floats,
      logPNodeType: floats,
    }),
    latency: v.looseObject({
      logQz2: floats,
      logPz2: floats,
      logPLatency: floats,
      logPLatencyLimited: floats,
      logPLatencyLimitedByOperation: floats,
    }),
    status: v.exactOptional(v.looseObject({ logP: floats, logPUnlikely: floats })),
    detail: v.exactOptional(
      v.looseObject({
        edges: v.looseObject({
          filled: bytes,
          bin: bytes,
          count: shorts,
          sum: floats,
          entries: v.exactOptional(integers),
        }),
        nodes: v.looseObject({
          operation: integers,
          logStd: floats,
          wide: shorts,
          wideNode: shorts,
          wideLogStd: floats,
          wideDeviation: floats,
        }),
        latents: v.looseObject({ z: floats, z2: floats }),
      }),
    ),
  }),
  v.check((of) => termsFit(of), 'terms whose columns fit each other'),
);

function termsFit(of: ScoreTerms): boolean {
  const { samples, trace, structureRow, structure, latency, status = {}, detail } = of;
  const traces = trace.length;
  const perTrace = [structureRow, of.nodeCount, of.latencyNodes, of.mismatch];
  if (samples < 1 || perTrace.some(({ length }) => length !== traces)) return false;
  const ofTraces = [...columnsOf(latency), ...columnsOf(status)];
  if (ofTraces.some(({ length }) => length !== traces * samples)) return false;
  const structures = structure.logQz.length / samples;
  if (columnsOf(structure).some(({ length }) => length !== structures * samples)) return false;
  if (structureRow.some((row) => row >= structures)) return false;
  if (detail === undefined) return true;
  const { edges, nodes } = detail;
  return (
    edges.filled.length === structures * samples &&
    [edges.count, edges.sum].every(({ length }) => length === edges.bin.length) &&
    edges.bin.length === total(edges.filled) &&
    nodes.wide.length === traces * samples &&
    nodes.operation.length === nodes.logStd.length &&
    nodes.operation.length === total(of.latencyNodes) &&
    [nodes.wideLogStd, nodes.wideDeviation].every(
      ({ length }) => length === nodes.wideNode.length,
    ) &&
    nodes.wideNode.length === total(nodes.wide)
  );
}

/** Those named in a schema; what else a record has is not looked at. */
const columnsOf = (record: object): Float32Array[] =>
  Object.values(record).filter((column): column is Float32Array => column instanceof Float32Array);

function total(column: Uint8Array | Uint16Array): number {
  let sum = 0;
  for (const value of column) sum += value;
  return sum;
}

const plain = v.pipe(
  v.looseObject({
    trace: integers,
    nodeCount: shorts,
    score: doubles,
    terms: v.exactOptional(
      list(v.looseObject({ id: name, label: name, unit: name, values: doubles })),
    ),
    worstNode: v.exactOptional(signed),
    absentCall: v.exactOptional(signed),
  }),
  v.check((of) => plainFit(of), 'scores whose columns fit each other'),
);

const plainFit = ({ trace, nodeCount, score, terms: named, worstNode, absentCall }: PlainScores) =>
  [
    nodeCount,
    score,
    ...(named ?? []).map(({ values }) => values),
    ...(worstNode === undefined ? [] : [worstNode]),
    ...(absentCall === undefined ? [] : [absentCall]),
  ].every(({ length }) => length === trace.length);

const speed = {
  scoreSeconds: number,
  scoreTracesPerSecond: number,
  measured: v.exactOptional(integers),
};
const sets = v.looseObject({ val: doubles, test: doubles });

/** @param report the schema of a report */
export function scoreOutcome(
  report: v.GenericSchema<unknown, unknown>,
): v.GenericSchema<unknown, ScoreOutcome> {
  const reports = v.objectWithRest({ full: report }, report);
  const ofTerms = v.pipe(
    v.looseObject({
      ...speed,
      kind: v.literal('terms'),
      val: terms,
      test: terms,
      scores: v.objectWithRest({ full: sets }, sets),
      reports,
      byFile: list(v.looseObject({ file: count, reports })),
    }),
    v.check(
      ({ val, test, scores }) =>
        Object.values(scores).every(
          (of) => of.val.length === val.trace.length && of.test.length === test.trace.length,
        ),
      'scores of as many traces as there are terms',
    ),
  );
  const ofPlain = v.looseObject({
    ...speed,
    kind: v.literal('plain'),
    val: plain,
    test: plain,
    report,
    byFile: list(v.looseObject({ file: count, report })),
  });
  return v.variant('kind', [ofTerms, ofPlain]) as unknown as v.GenericSchema<unknown, ScoreOutcome>;
}

/** Whether scores are of traces that a dataset of so many has. */
export function scoresFit({ val, test }: ScoreOutcome, traces: number): boolean {
  return [val, test].every(({ trace }) => trace.every((index) => index < traces));
}
