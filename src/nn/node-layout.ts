/**
 * Where the nodes of a batch of trees lie in one [R, F] matrix of node features, and their edges.
 *
 * Rows of one graph are contiguous, graph after graph. Plain arrays, no tensors.
 */

/** A batch of trees, padded: row-major [B, N]. */
export interface TreeArrays {
  /** B */
  readonly size: number;
  /** N, the stride of the rows below */
  readonly maxNodes: number;
  /** [B] */
  readonly nodeCount: Int32Array;
  /** [B, N] parent within the tree, -1 for the root and for padding */
  readonly parent: Int32Array;
}

/**
 * Which padding nodes get rows. `all`: N - n each, for decoders whose padding nodes differ.
 * `one`: a single row that stands for the N - n equal ones, by its weight. `none`: real nodes only.
 */
export type Padding = 'none' | 'one' | 'all';

export interface NodeLayout {
  /** B */
  readonly graphs: number;
  /** R */
  readonly rows: number;
  /** [B] first row of each graph; its node i is row firstRow + i, padding follows */
  readonly firstRow: Int32Array;
  /** [R] graph of each row; -1 for a row that only fills */
  readonly graphOf: Int32Array;
  /** [R] node within its graph; -1 for fill */
  readonly nodeOf: Int32Array;
  /** [R] nodes that the row stands for, 0 for fill; the weight in batch statistics */
  readonly weight: Float32Array;
  /** [R + 1] first incoming edge of each row */
  readonly edgeStart: Int32Array;
  /** [edges] source row: the row itself first, then its parent, then its children */
  readonly edgeSource: Int32Array;
  /** [edges] the edge that goes the other way; a self loop's is itself */
  readonly edgeReverse: Int32Array;
}

export interface LayoutOptions {
  readonly padding: Padding;
  /** [B] how many equal graphs each one stands for, 1 by default */
  readonly multiplicity?: Float32Array;
  /**
   * `tight`: graphs alone. `stepped`: behind them rows that only fill, so that the number of rows is
   * one of four per octave.
   */
  readonly packing: 'tight' | 'stepped';
}

/**
 * Rows and edges of the trees' adjacency matrices A (section 2), for R rows in all.
 *
 * Differs from the paper: messages flow both ways along an edge and from each node to itself, as in
 * the authors' code; section 2 has A_ij = 1 only where i is the parent of j.
 *
 * As the authors' code: with padding, the N - n nodes have a self loop alone.
 *
 * @param trees [B, N] parents, [B] node counts
 * @returns     [B], [R] and [edges] indices, [R] weights
 */
export function layoutNodes(trees: TreeArrays, options: LayoutOptions): NodeLayout {
  const { size, maxNodes, nodeCount, parent } = trees;
  const { padding, multiplicity, packing } = options;
  const rowsOf = (graph: number): number => {
    const nodes = nodeCount[graph]!;
    if (padding === 'none' || nodes === maxNodes) return nodes;
    return padding === 'all' ? maxNodes : nodes + 1;
  };
  const firstRow = new Int32Array(size);
  let end = 0;
  for (let graph = 0; graph < size; graph++) {
    firstRow[graph] = end;
    end += rowsOf(graph);
  }
  const rows = packing === 'stepped' ? nextStep(end) : end;

  const graphOf = new Int32Array(rows).fill(-1);
  const nodeOf = new Int32Array(rows).fill(-1);
  const weight = new Float32Array(rows);
  const parentRow = new Int32Array(rows).fill(-1);
  const degree = new Int32Array(rows).fill(1); // every row has a self loop
  for (let graph = 0; graph < size; graph++) {
    const first = firstRow[graph]!;
    const nodes = nodeCount[graph]!;
    const copies = multiplicity?.[graph] ?? 1;
    for (let i = 0; i < rowsOf(graph); i++) {
      const row = first + i;
      graphOf[row] = graph;
      nodeOf[row] = i;
      weight[row] = padding === 'one' && i === nodes ? copies * (maxNodes - nodes) : copies;
      const p = i < nodes ? parent[graph * maxNodes + i]! : -1;
      if (p < 0) continue;
      parentRow[row] = first + p;
      degree[row]!++;
      degree[first + p]!++;
    }
  }

  const edgeStart = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) edgeStart[row + 1] = edgeStart[row]! + degree[row]!;
  const edgeSource = new Int32Array(edgeStart[rows]!);
  const edgeReverse = new Int32Array(edgeStart[rows]!);
  const next = edgeStart.slice(0, rows);
  const addEdge = (to: number, from: number): number => {
    const edge = next[to]!++;
    edgeSource[edge] = from;
    return edge;
  };
  const addPair = (row: number, other: number): void => {
    const edge = addEdge(row, other);
    const back = row === other ? edge : addEdge(other, row);
    edgeReverse[edge] = back;
    edgeReverse[back] = edge;
  };
  for (let row = 0; row < rows; row++) addPair(row, row);
  for (let row = 0; row < rows; row++) {
    if (parentRow[row]! >= 0) addPair(row, parentRow[row]!);
  }
  const placement = { graphs: size, rows, firstRow, graphOf, nodeOf, weight };
  return { ...placement, edgeStart, edgeSource, edgeReverse };
}

/** The least number from n on that is one of four evenly spaced ones per octave. */
export function nextStep(n: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(n)) - 2);
  return step * Math.ceil(n / step);
}

/**
 * The value of each row's node.
 *
 * @param values [B, N]
 * @returns      [R] 0 for fill, and for padding as the batch has it
 */
export function rowValues<A extends Int32Array | Float32Array>(
  { maxNodes }: Pick<TreeArrays, 'maxNodes'>,
  { rows, graphOf, nodeOf }: NodeLayout,
  values: A,
): A {
  const out = (values instanceof Int32Array ? new Int32Array(rows) : new Float32Array(rows)) as A;
  for (let row = 0; row < rows; row++) {
    if (graphOf[row]! >= 0) out[row] = values[graphOf[row]! * maxNodes + nodeOf[row]!]!;
  }
  return out;
}
