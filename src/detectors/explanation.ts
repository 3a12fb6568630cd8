/**
 * Why one trace has its score: the reconstruction, and the split of the score over nodes and terms.
 * All arrays are plain, so that they cross the worker door.
 */
export interface TraceExplanation {
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
    /** p(N | z) of the reconstructed and of the observed node count. */
    readonly nodeCountProbability: number;
    readonly observedNodeCountProbability: number;
  };

  /** Per observed node, [n], averaged over the samples. */
  readonly nodes: {
    /** p(A_ij | z) of the node's observed edge to its parent; 1 for the root. */
    readonly edgeProbability: Float32Array;
    /** p(y_i | z) of the node's observed operation. */
    readonly operationProbability: Float32Array;
    /** Milliseconds. */
    readonly observedMs: Float64Array;
    readonly expectedMs: Float64Array;
    readonly stdMs: Float64Array;
    /** Standardised: mean, std (before any limit) and latency as the model sees them. */
    readonly mean: Float64Array;
    readonly std: Float64Array;
    readonly latency: Float64Array;
    /** (latency - mean) / std */
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
  /** Operations, edges and (of dummies) latencies of padding positions: what N_max decides. */
  readonly padding: number;
  /** What the log of the mean over samples adds: score minus all parts. */
  readonly remainder: number;
}
