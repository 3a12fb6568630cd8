/** The terms of equation (3) under a choice of corrections: what scores and their parts are made of. */
import { assert } from '../base/assert.ts';
import type { Correction, Formula } from './corrections/correction.ts';
import { CORRECTIONS, type CorrectionsOf, FORMULA } from './corrections/list.ts';
import type { ScoreTerms, StdLimits, TermPart } from './score-terms.ts';

export interface CorrectedTerms {
  /** What was corrected; the terms that have no column here are as they were. */
  readonly terms: ScoreTerms;
  /** [S, L] log p(N | z), nats */
  readonly nodeCount: ArrayLike<number>;
  /** [S, L] log p(A | z), nats */
  readonly edges: ArrayLike<number>;
  /** [T, L] log p(X | A, Y, z2), nats */
  readonly logPLatency: Float32Array;
  /** [T, L] log p(E | z, A, Y), nats; null where the model does not know which nodes fail */
  readonly logPStatus: ArrayLike<number> | null;
  /** Of a term of a trace of the T; 1 where absent. */
  readonly factors: Readonly<Partial<Record<TermPart, (trace: number) => number>>>;
}

/**
 * @param corrections by id; those that the list lacks are an error. A formula changes no term.
 * @param stdLimits   at the percentile that the corrections name
 * @returns           in the order of the list
 */
export function formulasOf(
  terms: ScoreTerms,
  corrections: CorrectionsOf,
  stdLimits: StdLimits,
  list: readonly Correction[] = CORRECTIONS,
): Formula[] {
  const unknown = Object.keys(corrections).filter(
    (id) => id !== FORMULA && !list.some((one) => one.id === id),
  );
  assert(unknown.length === 0, `no such correction: ${unknown.join(', ')}`);
  return list.flatMap(({ id, formula }) => {
    const constants = corrections[id];
    return constants === undefined ? [] : [formula(terms, constants, stdLimits)];
  });
}

/** The terms under these corrections, one after the other in the order of the list. */
export const correctTerms = (
  terms: ScoreTerms,
  corrections: CorrectionsOf,
  stdLimits: StdLimits = terms.stdLimits,
  list: readonly Correction[] = CORRECTIONS,
): CorrectedTerms => applyFormulas(terms, formulasOf(terms, corrections, stdLimits, list));

export const applyFormulas = (terms: ScoreTerms, formulas: readonly Formula[]): CorrectedTerms => ({
  terms,
  ...correctStructures(terms, formulas),
  logPLatency: correctLatencies(terms, formulas),
  logPStatus: correctStatus(terms, formulas),
  factors: joinFactors(formulas),
});

export function correctStructures(
  { structure }: ScoreTerms,
  formulas: readonly Formula[],
): Pick<CorrectedTerms, 'nodeCount' | 'edges'> {
  let nodeCount: ArrayLike<number> = structure.logPNodeCount;
  let edges: ArrayLike<number> = structure.logPAdjacency;
  for (const formula of formulas) {
    if (formula.nodeCount !== undefined)
      nodeCount = Float64Array.from(nodeCount, formula.nodeCount);
    if (formula.edges !== undefined) edges = Float64Array.from(edges, formula.edges.sum);
  }
  return { nodeCount, edges };
}

export function correctLatencies({ latency }: ScoreTerms, formulas: readonly Formula[]) {
  const cuts = formulas.flatMap(({ stds }) => stds ?? []);
  assert(cuts.length <= 1, 'two corrections limit the stds');
  return cuts[0]?.logPLatency() ?? latency.logPLatency;
}

/** Its part that is unlikely is in the sum once already, as of edges. */
export function correctStatus(
  { status }: ScoreTerms,
  formulas: readonly Formula[],
): ArrayLike<number> | null {
  if (status === undefined) return null;
  let logP: ArrayLike<number> = status.logP;
  for (const { status: formula } of formulas) {
    if (formula !== undefined) logP = Float64Array.from(logP, formula.sum);
  }
  return logP;
}

/** Factors of one term multiply. */
export function joinFactors(formulas: readonly Formula[]): CorrectedTerms['factors'] {
  const joined: Partial<Record<TermPart, (trace: number) => number>> = {};
  for (const { factors = {} } of formulas) {
    for (const [part, factor] of Object.entries(factors) as [TermPart, (t: number) => number][]) {
      const before = joined[part];
      joined[part] = before === undefined ? factor : (trace) => before(trace) * factor(trace);
    }
  }
  return joined;
}

/** A sample's log weight in equation (3), nats: `sample` of the L of a trace of the T. */
export function sampleLogWeight(
  { terms, nodeCount, edges, logPLatency, logPStatus, factors }: CorrectedTerms,
  trace: number,
  sample: number,
): number {
  const { structure, latency, samples, structureRow } = terms;
  const s = structureRow[trace]! * samples + sample;
  const x = trace * samples + sample;
  const times = (part: TermPart, nats: number): number => (factors[part]?.(trace) ?? 1) * nats;
  return (
    times('nodeCount', nodeCount[s]!) +
    times('edges', edges[s]!) +
    times('operations', structure.logPNodeType[s]!) +
    times('klStructure', structure.logPz[s]! - structure.logQz[s]!) +
    times('latency', logPLatency[x]!) +
    times('klLatency', latency.logPz2[x]! - latency.logQz2[x]!) +
    times('status', logPStatus?.[x] ?? 0)
  );
}
