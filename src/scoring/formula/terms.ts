/**
 * What a formula can name: the terms that a run keeps of each trace, sample or node, each with its
 * words. This list is all there is; completion, errors and the documentation follow from it.
 */
import { combineScores } from '../combine.ts';
import { correctLatencies, formulasOf } from '../corrected-terms.ts';
import { unlikelyEdges } from '../corrections/bcscale.ts';
import { VARIANT_STEPS, variantWith, variantWords } from '../corrections/list.ts';
import {
  edgesBelow,
  type Fill,
  type FormulaSource,
  latencyFill,
  ofNode,
  ofTrace,
  selfFill,
  stdFill,
  structureFill,
} from './fills.ts';

/**
 * How many values there are: one of the model, one per trace, one per trace and sample of (z, z2), or
 * one per node of a trace.
 */
export const LEVELS = ['model', 'trace', 'sample', 'node'] as const;
export type Level = (typeof LEVELS)[number];

/** A name with words for people. */
export interface Named {
  readonly name: string;
  readonly level: Level;
  /** "nats", "ms", or empty of a number. */
  readonly unit: string;
  readonly words: string;
}

export interface Term extends Named {
  readonly of: (source: FormulaSource) => Fill;
  /** Why a run or its dataset does not have it; null where it does. */
  readonly absent: (kept: Kept) => string | null;
}

/** A term of edges below a probability, which is one of the boundaries that are kept. */
export interface EdgeTerm extends Named {
  readonly of: (source: FormulaSource, below: number) => Fill;
  readonly absent: (kept: Kept, below: number) => string | null;
}

/** What some terms need. */
export interface Kept {
  /** Edges by their probability, and stds: the run's `detail`. */
  readonly detail: boolean;
  /** How spans of the dataset ended. */
  readonly status: boolean;
}

const always = (): null => null;
const inDetail = ({ detail }: Kept): string | null =>
  detail ? null : 'this run was scored before edges and stds were kept';
const inStatus = ({ status }: Kept): string | null =>
  status ? null : 'no span of this dataset says how it ended';

const makeTerm =
  (level: Level) =>
  (
    name: string,
    unit: string,
    words: string,
    of: Term['of'],
    absent: Term['absent'] = always,
  ): Term => ({ name, level, unit, words, of, absent });
const modelTerm = makeTerm('model');
const traceTerm = makeTerm('trace');
const sampleTerm = makeTerm('sample');
const nodeTerm = makeTerm('node');

const variantTerms: readonly Term[] = VARIANT_STEPS.map((variant) =>
  traceTerm(variant, 'nats', `the score: ${variantWords(variant)}`, (source) => {
    const { terms, corrections, limits } = source;
    const scores = combineScores(terms, variantWith(variant, corrections), limits);
    return ({ from, to }, into) => into.set(scores.subarray(from, to));
  }),
);

export const TERMS: readonly Term[] = [
  ...variantTerms.toReversed(),
  sampleTerm('nll.nodes', 'nats', '−log p(N | z): the number of nodes', ({ terms }) =>
    structureFill(terms, terms.structure.logPNodeCount, -1),
  ),
  sampleTerm('nll.edges', 'nats', '−log p(A | z): which nodes call which', ({ terms }) =>
    structureFill(terms, terms.structure.logPAdjacency, -1),
  ),
  sampleTerm('nll.operations', 'nats', '−log p(Y | z): operations of the nodes', ({ terms }) =>
    structureFill(terms, terms.structure.logPNodeType, -1),
  ),
  sampleTerm('nll.time', 'nats', '−log p(X | A, Y, z2): latencies', ({ terms }) =>
    latencyFill(terms, terms.latency.logPLatency),
  ),
  sampleTerm(
    'nll.time.limited',
    'nats',
    'nll.time with stds cut as the Gaussian std-limit says',
    ({ terms, corrections, limits }) => {
      const limited = formulasOf(terms, variantWith('stdlimit', corrections), limits);
      return latencyFill(terms, correctLatencies(terms, limited));
    },
  ),
  sampleTerm(
    'nll.status',
    'nats',
    '−log p(E | z, A, Y): which nodes failed; 0 of a model that does not know which do',
    ({ terms }) =>
      terms.status === undefined
        ? (_, into) => into.fill(0)
        : latencyFill(terms, terms.status.logP),
  ),
  sampleTerm('kl.z', 'nats', 'log q(z | A, Y) − log p(z)', ({ terms }) => {
    const { logQz, logPz } = terms.structure;
    const difference = Float64Array.from(logQz, (q, s) => q - logPz[s]!);
    return structureFill(terms, difference, 1);
  }),
  sampleTerm('kl.z2', 'nats', 'log q(z2 | A, X, Y) − log p(z2 | z)', ({ terms }) => {
    const { logQz2, logPz2 } = terms.latency;
    return ({ from, to }, into) => {
      const first = from * terms.samples;
      for (let x = first; x < to * terms.samples; x++) into[x - first] = logQz2[x]! - logPz2[x]!;
    };
  }),
  traceTerm(
    'nodes',
    '',
    'nodes of the merged tree',
    ofTrace(({ terms }, t) => terms.nodeCount[t]!),
  ),
  traceTerm(
    'nodes.time',
    '',
    'nodes that nll.time is the sum of: N_max where dummies fill a trace',
    ofTrace(({ terms }, t) => terms.latencyNodes[t]!),
  ),
  traceTerm(
    'mismatch',
    '',
    '1 where the reconstructed structure is another one',
    ofTrace(({ terms }, t) => terms.mismatch[t]!),
  ),
  traceTerm(
    'duration',
    'ms',
    'latency of the root',
    ofTrace(({ terms, traces }, t) => traces.latencyUs[traces.nodeOffset[terms.trace[t]!]!]! / 1e3),
  ),
  modelTerm('n_max', '', 'nodes of the largest tree that the model takes', ({ terms }) => {
    return (_, into) => into.fill(terms.maxNodes);
  }),
  nodeTerm(
    'latency',
    'ms',
    'latency of each node',
    ofNode(({ latencyUs }, i) => latencyUs[i]! / 1e3),
  ),
  nodeTerm('self', 'ms', 'latency of each node less the calls that it makes', selfFill),
  nodeTerm(
    'spans',
    '',
    'spans merged into each node',
    ofNode(({ spanCount }, i) => spanCount[i]!),
  ),
  nodeTerm(
    'status',
    '',
    '1 for each node with a span that failed',
    ofNode(({ errorCount }, i) => Number(errorCount![i]! > 0)),
    inStatus,
  ),
  nodeTerm(
    'std',
    '',
    'the std that the model gives to each latency, standardised',
    stdFill,
    inDetail,
  ),
];

export const EDGE_TERMS: readonly EdgeTerm[] = [
  {
    name: 'nll.edges.below',
    level: 'sample',
    unit: 'nats',
    words: 'the part of nll.edges from edges with a probability below p',
    of: ({ terms }, below) => structureFill(terms, unlikelyEdges(terms, below), -1),
    absent: (kept, below) => (below === 0.5 ? null : inDetail(kept)),
  },
  {
    name: 'edges.below',
    level: 'sample',
    unit: '',
    words: 'how many edges have a probability below p',
    of: ({ terms }, below) => structureFill(terms, edgesBelow(terms, below), 1),
    absent: inDetail,
  },
];
