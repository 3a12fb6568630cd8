/**
 * Why one trace has its score: the reconstruction, and the split of the score over nodes and terms.
 * All arrays are plain, so that they cross the worker door.
 */
export interface TraceExplanation {
  readonly kind: 'terms';
  readonly trace: number;
  /** n, merged nodes of the trace; N, N_max of the model. */
  readonly nodeCount: number;
  readonly maxNodes: number;

  /** The most probable tree given the posterior mean of z: BFS order, -1 for the root. */
  readonly reconstruction: {
    readonly parent: Int32Array;
    readonly operation: Uint32Array;
    /** p(A_ij | z) of each reconstructed node's edge to its parent; 1 for the root. */
    readonly edgeProbability: Float32Array;
    /** p(y_i | z) of each reconstructed node's operation. */
    readonly operationProbability: Float32Array;
    /**
     * p(N | z) of the reconstructed and of the observed node count; null where the structure decoder
     * has none.
     */
    readonly nodeCount: { readonly probability: number; readonly observed: number } | null;
  };

  /**
   * Calls that nodes of the trace did not make, though training had them there, [C]; null where the
   * structure decoder knows no calls by name.
   */
  readonly absentCalls: {
    /** The observed node that would make it. */
    readonly caller: Int32Array;
    readonly operation: Uint32Array;
    /** How often it is made in such traces: p(A | z), averaged over the samples. */
    readonly probability: Float32Array;
  } | null;

  /** Per observed node, [n], averaged over the samples. */
  readonly nodes: {
    /** p(A_ij | z) of the node's observed edge to its parent; 1 for the root. */
    readonly edgeProbability: Float32Array;
    /** p(y_i | z) of the node's observed operation. */
    readonly operationProbability: Float32Array;
    /**
     * Milliseconds. Expected is what the structure leads to expect, by z2 from p(z2 | z), at least 0:
     * what the posterior of z2 expects has seen the trace's own latencies.
     */
    readonly observedMs: Float64Array;
    readonly expectedMs: Float64Array;
    readonly stdMs: Float64Array;
    /** Standardised, as the score has them: mean and std (before any limit) by the posterior of z2. */
    readonly mean: Float64Array;
    readonly std: Float64Array;
    readonly latency: Float64Array;
    /** (observed - expected) / std of what is expected */
    readonly zScore: Float64Array;
    /** log p(x_i | A, Y, z2), nats, before any limit or weight */
    readonly logLikelihood: Float64Array;
  };

  /**
   * What adds to the score, in nats, for the plain NLL and under the chosen corrections. Samples are
   * weighted by their share of the importance-weighted mean, so the parts and the remainder sum to
   * the score.
   */
  readonly contributions: {
    readonly nll: ScoreSplit;
    readonly corrected: ScoreSplit;
  };
}

export interface ScoreSplit {
  readonly score: number;
  /** log q(z) - log p(z), weighted. */
  readonly klStructure: number;
  /** log q(z2) - log p(z2 | z), weighted. */
  readonly klLatency: number;
  /** -log p(N | z) */
  readonly nodeCount: number;
  /** [n] per observed node: its operation, its latency. */
  readonly nodeType: Float64Array;
  readonly nodeLatency: Float64Array;
  /** [n (n - 1) / 2] per pair i < j of observed nodes, at `pairIndex(i, j)`: the edge, or that there is none. */
  readonly edges: Float64Array;
  /** [C] per absent call: that it was not made. */
  readonly absentCalls: Float64Array;
  /** [n] per observed node: that it failed, or not; null where the model or the dataset does not tell. */
  readonly status: Float64Array | null;
  /**
   * Operations, edges and (of dummies) latencies of padding positions: what N_max decides. Of call
   * paths: that there is no call that training never saw.
   */
  readonly padding: number;
  /** What the log of the mean over samples adds: score minus all parts. */
  readonly remainder: number;
}

/** The same of a detector that gives a score and no terms. Times are milliseconds. */
export interface ScoreExplanation {
  readonly kind: 'scores';
  readonly trace: number;
  readonly score: number;
  /** How the score of the trace comes from those of its nodes, in words. */
  readonly says: string;
  /** Per node, [n]; NaN where the detector has no such number. */
  readonly nodes: {
    readonly observedMs: Float64Array;
    readonly expectedMs: Float64Array;
    readonly stdMs: Float64Array;
    /** The node's own score, in the unit of the trace's. */
    readonly score: Float64Array;
  };
  /** The terms that the detector's meta names, by id; they add up to the score. */
  readonly terms?: Readonly<Record<string, number>>;
  /** [n] 1 where the node is on the critical path; null where that plays no part. */
  readonly critical: Uint8Array | null;
  /** Of an automaton: the transitions that the trace takes, in order; else null. */
  readonly transitions: readonly TransitionTaken[] | null;
  /** Of a vector of paths: paths that the trace lacks, the highest score first; else null. */
  readonly absent: readonly AbsentPath[] | null;
}

export interface TransitionTaken {
  /** Node that is left; null for the start. */
  readonly from: number | null;
  /** Node that is entered; null for the end. */
  readonly to: number | null;
  /** Times that training took this transition, 0 for never. */
  readonly seen: number;
  readonly verdict: 'accepted' | 'unseen' | 'latency';
  /** Stds between the latency and its mean; NaN where there is nothing to compare with. */
  readonly deviations: number;
}

export interface AbsentPath {
  /** Operation ids from the root on. */
  readonly operations: readonly number[];
  readonly score: number;
}

export type Explanation = TraceExplanation | ScoreExplanation;
