/**
 * The terms of equation (3), sample by sample, from which every variant of the score is combined
 * without the model (equations 6 and 7, the std limit). Columns of nats, float32.
 *
 * Structure terms depend on the structure and its sample of z alone, so they are stored once per
 * unique structure; latency terms once per trace.
 */
export interface ScoreTerms {
  /** L, samples of (z, z2). */
  readonly samples: number;
  /** N_max of the model. */
  readonly maxNodes: number;
  readonly stdLimits: StdLimits;
  /** Stds where the tails of p(x_i | A, Y, z2) begin; absent or infinity: a Gaussian throughout. */
  readonly tailStds?: number;
  /** Scored traces, as indices into the TraceSet. */
  readonly trace: Uint32Array;
  /** [T] row of each trace in the structure terms. */
  readonly structureRow: Uint32Array;
  /** [T] merged nodes. */
  readonly nodeCount: Uint16Array;
  /**
   * [T] nodes that log p(X | .) sums over: the merged nodes, or N_max where dummies fill a trace.
   */
  readonly latencyNodes: Uint16Array;
  /** [T] 1 where the reconstructed structure (at the posterior mean) differs from the trace's. */
  readonly mismatch: Uint8Array;
  readonly structure: StructureTerms;
  readonly latency: LatencyTerms;
  /** Absent where the model does not know which nodes fail. */
  readonly status?: StatusTerms;
  /** Absent from runs that were scored before it was kept. */
  readonly detail?: ScoreDetail;
}

/**
 * What other boundaries of equation (6) and other percentiles of section 5.3 are combined from, and
 * where the traces lie in latent space. Sparse: a trained model finds most edges likely and most
 * stds small, and those need no row.
 */
export interface ScoreDetail {
  readonly edges: EdgeBins;
  readonly nodes: NodeStds;
  readonly latents: Latents;
}

/**
 * log p(A_ij | z) of each sample's entries by p(A_ij | z), in the bins of {@link EDGE_BOUNDARIES};
 * those of the last bin, at least as probable as the last boundary, are left out.
 */
export interface EdgeBins {
  /** [S, L] bins that hold an entry */
  readonly filled: Uint8Array;
  /** [filled bins] of the rows one after the other, rising within a row */
  readonly bin: Uint8Array;
  /** [filled bins] entries */
  readonly count: Uint16Array;
  /** [filled bins] sum of log p(A_ij | z), nats */
  readonly sum: Float32Array;
  /** [S] all Bernoullis of a structure; absent: the N_max (N_max - 1) / 2 of the paper's decoder */
  readonly entries?: Uint32Array;
}

/** Boundaries between bins of p(A_ij | z): 0.05, 0.1, … 0.95. */
export const EDGE_STEP = 1 / 20;
export const EDGE_BOUNDARIES: readonly number[] = Array.from(
  { length: 19 },
  (_, i) => (i + 1) / 20,
);

/** Stds that the model gives to latencies, as logs, standardised. */
export interface NodeStds {
  /** [nodes] operation of each node that log p(X | .) sums over, the traces one after the other */
  readonly operation: Uint32Array;
  /** [nodes] log std, of the first sample alone, as sigma_p99 is measured */
  readonly logStd: Float32Array;
  /** [T, L] nodes whose std is above the lower of the two limits {@link StdLimits.wide} */
  readonly wide: Uint16Array;
  /** [wide nodes] place within the trace */
  readonly wideNode: Uint16Array;
  /** [wide nodes] */
  readonly wideLogStd: Float32Array;
  /** [wide nodes] latency minus mean */
  readonly wideDeviation: Float32Array;
}

/** Means of the posteriors. */
export interface Latents {
  /** [S, K] of q(z | A, Y) */
  readonly z: Float32Array;
  /** [T, K2] of q(z2 | A, X, Y); K2 is 0 where there is no z2 */
  readonly z2: Float32Array;
}

/** Each [S, L]. */
export interface StructureTerms {
  /** log q(z | A, Y) */
  readonly logQz: Float32Array;
  /** log p(z), RealNVP prior */
  readonly logPz: Float32Array;
  /** log p(N | z) */
  readonly logPNodeCount: Float32Array;
  /** sum of log p(A_ij | z) over the strict upper triangle */
  readonly logPAdjacency: Float32Array;
  /** the part of {@link logPAdjacency} from entries with p(A_ij | z) < 0.5 */
  readonly logPAdjacencyUnlikely: Float32Array;
  /** sum of log p(y_i | z) over all N_max positions, which equation (6) does not scale */
  readonly logPNodeType: Float32Array;
}

/** Each [T, L]. */
export interface LatencyTerms {
  /** log q(z2 | A, X, Y) */
  readonly logQz2: Float32Array;
  /** log p(z2 | z) */
  readonly logPz2: Float32Array;
  /** sum of log p(x_i | A, Y, z2) over the trace's nodes */
  readonly logPLatency: Float32Array;
  /** the same with every std at most the global limit of {@link StdLimits} */
  readonly logPLatencyLimited: Float32Array;
  /** the same with every std at most its operation's limit */
  readonly logPLatencyLimitedByOperation: Float32Array;
}

/** Each [T, L], 0 where the dataset does not say how spans ended. Not the paper's. */
export interface StatusTerms {
  /** sum of log p(e_i | z, y_i, .) over the trace's nodes */
  readonly logP: Float32Array;
  /** the part of it from nodes whose status has a probability below 0.5 */
  readonly logPUnlikely: Float32Array;
}

/** sigma_p99 of section 5.3 over the validation nodes, unitless (stds of standardised latency). */
export interface StdLimits {
  /** Which percentile these are; absent: the 99th. */
  readonly percentile?: number;
  readonly global: number;
  /** [operations] the limit of each operation's own nodes; the global one where it has none */
  readonly byOperation: Float64Array;
  /** The same at the 90th, the lowest to choose; absent from runs that were scored before it was kept. */
  readonly wide?: Pick<StdLimits, 'global' | 'byOperation'>;
}

/**
 * Where the Gaussian std-limit takes sigma_p99 from. The paper has one number; the authors' code
 * offers one an operation beside it.
 */
export type StdLimitSource = 'global' | 'operation';
/** Scores of validation and test traces under one variant, nats, in the order of their terms. */
export interface ScoredSets {
  readonly val: Float64Array;
  readonly test: Float64Array;
}

/** The terms of a score in the order of equation (2); the KL divergences are log q - log p. */
export const TERM_PARTS = [
  'nodeCount',
  'edges',
  'operations',
  'latency',
  'klStructure',
  'klLatency',
  'status',
] as const;
export type TermPart = (typeof TERM_PARTS)[number];

/** How many of {@link TERM_PARTS} these terms have: the status is the last of them, and may be absent. */
export const partCount = ({ status }: Pick<ScoreTerms, 'status'>): number =>
  status === undefined ? TERM_PARTS.length - 1 : TERM_PARTS.length;
