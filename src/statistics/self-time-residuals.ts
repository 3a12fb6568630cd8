/**
 * How far a node's self time is from what the other nodes of the same trace lead to expect. Per
 * structure the logarithms of self times are standardised, and each is predicted from all others by
 * ridge regression: with P the inverse of the regularised correlation matrix, the residual of node i
 * is z_i + sum over j other than i of P_ij z_j / P_ii. A slow host slows many calls and is no
 * residual; one slow call is.
 */
import { createFloatSort, type SortFloats } from '../base/sort-floats.ts';
import { createSelfTimes } from '../trace/self-times.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { createStructureFinder, type KnownStructures } from './known-structures.ts';
import type { WriteTimes } from './path-values.ts';
import { inverseOfPositiveDefinite } from './positive-definite.ts';
import { innerStd, populationStd } from './spread.ts';
import { cutsOf, levelOf, standardisedTailIn } from './tail.ts';
import { binsOf, type ValueBins } from './value-bins.ts';

/** Training traces from which a structure's correlations are trusted. */
const FEWEST_TRACES = 100;
/** A larger matrix costs more than it tells. */
const MOST_NODES = 128;
/** Before the logarithm a self time has this share of its median on top, and 10 us at least. */
const OFFSET_SHARE = 0.2;
const LEAST_OFFSET_US = 10;
/** No node is taken to be steadier than this, in stds of the logarithm. */
const LEAST_STD = 0.1;
/** Ridge: this, and this times nodes per training trace. */
const RIDGE = 0.1;
const RIDGE_PER_NODE = 4;
/** Other nodes speak with at most so many stds, so that one that stands out bends none of the rest. */
const MOST_STDS = 4;
/** Residuals are not taken to be steadier than this, in their unit. */
const LEAST_SEEN_STD = 0.5;

/** What was learnt of one structure of n nodes and m training traces. */
export interface StructureResiduals {
  /** [n] microseconds */
  readonly offsetUs: Float32Array;
  /** [n] of the logarithm */
  readonly mean: Float32Array;
  readonly std: Float32Array;
  /** [n, n] P_ij / P_ii, 0 on the diagonal */
  readonly weight: Float32Array;
  /** [n, m] residuals of the training traces, node after node, each ascending */
  readonly seen: Float32Array;
  /** [n] their std, at least {@link LEAST_SEEN_STD} */
  readonly seenStd: Float32Array;
}

/** @returns [known structures] null of those with too few traces or too many nodes */
export function* learnResiduals(
  traces: TraceSet,
  train: Uint32Array,
  known: KnownStructures,
): Generator<void, (StructureResiduals | null)[]> {
  const find = createStructureFinder(known)(traces);
  const ofStructure = Array.from(known.size, (): number[] => []);
  for (const trace of train) ofStructure[find(traces.structureOf[trace]!)]!.push(trace);
  const sortFloats = createFloatSort();
  const learned: (StructureResiduals | null)[] = [];
  for (const [structure, members] of ofStructure.entries()) {
    yield;
    const nodes = known.size[structure]!;
    const enough = members.length >= FEWEST_TRACES && nodes >= 2 && nodes <= MOST_NODES;
    learned.push(enough ? learnStructure(traces, members, nodes, sortFloats) : null);
  }
  return learned;
}

function learnStructure(
  traces: TraceSet,
  members: readonly number[],
  n: number,
  sortFloats: SortFloats,
): StructureResiduals | null {
  const m = members.length;
  const writeSelf = createSelfTimes(traces);
  // [n, m]: a node's values lie together
  const self = new Float64Array(n * m);
  const one = new Float64Array(n);
  members.forEach((trace, t) => {
    writeSelf(trace, one);
    for (let i = 0; i < n; i++) self[i * m + t] = one[i]!;
  });
  const [offsetUs, mean, std] = [0, 1, 2].map(() => new Float32Array(n)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const inner = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    const column = self.subarray(i * m, (i + 1) * m);
    const ascending = sortFloats(column.slice());
    const offset = Math.fround(Math.max(LEAST_OFFSET_US, OFFSET_SHARE * ascending[m >> 1]!));
    offsetUs[i] = offset;
    logsOf(ascending, offset);
    logsOf(column, offset);
    const of = innerStd(ascending);
    mean[i] = of.mean;
    std[i] = Math.max(LEAST_STD, of.std);
    const [middle, unit] = [mean[i]!, std[i]!];
    for (let t = 0; t < m; t++) {
      const log = column[t]!;
      inner[i * m + t] = (Math.min(of.high, Math.max(of.low, log)) - middle) / unit;
      column[t] = (log - middle) / unit;
    }
  }
  const weight = weightsOf(inner, n, m);
  if (weight === null) return null;
  for (let at = 0; at < self.length; at++) inner[at] = bounded(self[at]!);
  const seen = new Float32Array(n * m);
  const seenStd = new Float32Array(n);
  const columns = Array.from({ length: n }, (_, j) => inner.subarray(j * m, (j + 1) * m));
  for (let i = 0; i < n; i++) {
    const residual = self.subarray(i * m, (i + 1) * m);
    addWeighted(residual, columns, weight.subarray(i * n, (i + 1) * n));
    const own = seen.subarray(i * m, (i + 1) * m);
    own.set(residual);
    seenStd[i] = Math.max(LEAST_SEEN_STD, populationStd(sortFloats(own)));
  }
  return { offsetUs, mean, std, weight, seen, seenStd };
}

/**
 * Adds w_j of column j to the sum, j after j; four columns per pass, since most of a pass is reading
 * and writing the sum.
 *
 * @param sum     [m]
 * @param columns [n][m]
 * @param weight  [n]
 */
function addWeighted(
  sum: Float64Array,
  columns: readonly Float64Array[],
  weight: Float32Array,
): void {
  const n = columns.length;
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const [a, b, c, d] = fourFrom(columns, j);
    const [wa, wb, wc, wd] = fourFrom(weight, j);
    for (let t = 0; t < sum.length; t++) {
      sum[t] = sum[t]! + wa * a[t]! + wb * b[t]! + wc * c[t]! + wd * d[t]!;
    }
  }
  for (; j < n; j++) {
    const [of, w] = [columns[j]!, weight[j]!];
    for (let t = 0; t < sum.length; t++) sum[t]! += w * of[t]!;
  }
}

const fourFrom = <Value>(of: ArrayLike<Value>, j: number) =>
  [of[j]!, of[j + 1]!, of[j + 2]!, of[j + 3]!] as const;

/** Of whole microseconds, so that logarithms keep their order. */
function logsOf(us: Float64Array, offset: number): void {
  for (let t = 0; t < us.length; t++) us[t] = Math.log(Math.max(0, us[t]!) + offset);
}

const bounded = (stds: number): number => Math.min(MOST_STDS, Math.max(-MOST_STDS, stds));

/** @param standardised [n, m] */
function weightsOf(standardised: Float64Array, n: number, m: number): Float32Array | null {
  const matrix = new Float64Array(n * n);
  const columns = Array.from({ length: n }, (_, i) => standardised.subarray(i * m, (i + 1) * m));
  const products = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    writeProducts(columns[i]!, columns, i + 1, products);
    for (let j = 0; j <= i; j++) {
      matrix[i * n + j] = products[j]! / m;
      matrix[j * n + i] = products[j]! / m;
    }
    matrix[i * n + i]! += RIDGE + (RIDGE_PER_NODE * n) / m;
  }
  const inverse = inverseOfPositiveDefinite(matrix, n);
  return inverse === null
    ? null
    : Float32Array.from(inverse, (value, at) => {
        const i = Math.floor(at / n);
        return at % n === i ? 0 : value / inverse[i * n + i]!;
      });
}

/** Inner products of a column with the first of all columns; four at a time, whose sums wait for no other. */
function writeProducts(
  of: Float64Array,
  columns: readonly Float64Array[],
  count: number,
  products: Float64Array,
): void {
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const [a, b, c, d] = fourFrom(columns, j);
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let t = 0; t < of.length; t++) {
      const x = of[t]!;
      sumA += x * a[t]!;
      sumB += x * b[t]!;
      sumC += x * c[t]!;
      sumD += x * d[t]!;
    }
    products.set([sumA, sumB, sumC, sumD], j);
  }
  for (; j < count; j++) {
    let sum = 0;
    for (let t = 0; t < of.length; t++) sum += of[t]! * columns[j]![t]!;
    products[j] = sum;
  }
}

/**
 * @param values [n] self times, microseconds; afterwards residuals, in stds of a node's logarithm
 * @param others [n] is written
 */
function toResiduals(
  { offsetUs, mean, std, weight }: Omit<StructureResiduals, 'seen' | 'seenStd'>,
  values: Float64Array,
  others: Float64Array,
): void {
  const n = mean.length;
  for (let i = 0; i < n; i++) {
    const z = (Math.log(Math.max(0, values[i]!) + offsetUs[i]!) - mean[i]!) / std[i]!;
    values[i] = z;
    others[i] = bounded(z);
  }
  let i = 0;
  // four rows at a time, whose sums wait for no other
  for (; i + 4 <= n; i += 4) {
    const [a, b, c, d] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
    let sumA = values[i]!;
    let sumB = values[i + 1]!;
    let sumC = values[i + 2]!;
    let sumD = values[i + 3]!;
    for (let j = 0; j < n; j++) {
      const other = others[j]!;
      sumA += weight[a + j]! * other;
      sumB += weight[b + j]! * other;
      sumC += weight[c + j]! * other;
      sumD += weight[d + j]! * other;
    }
    values[i] = sumA;
    values[i + 1] = sumB;
    values[i + 2] = sumC;
    values[i + 3] = sumD;
  }
  for (; i < n; i++) {
    let sum = values[i]!;
    const row = i * n;
    for (let j = 0; j < n; j++) sum += weight[row + j]! * others[j]!;
    values[i] = sum;
  }
}

/** The residuals of a node that training had, to be looked up. */
interface SeenNode {
  /** [m] ascending */
  readonly values: Float32Array;
  readonly bins: ValueBins;
  readonly std: number;
  readonly cuts: Float32Array;
}

function openSeen({ seen, seenStd, mean }: StructureResiduals): readonly SeenNode[] {
  const m = seen.length / mean.length;
  return Array.from(seenStd, (std, i) => {
    const values = seen.subarray(i * m, (i + 1) * m);
    return { values, bins: binsOf(values), std, cuts: cutsOf(values) };
  });
}

/** Of the nodes of a trace, nats; nothing where nothing was learnt of its structure. */
export interface ResidualReader {
  /** Whether something was learnt of the trace's structure. */
  knows(trace: number): boolean;
  /** Writes the tail of each node of a trace that is known. */
  read(trace: number, tails: Float64Array): void;
  /** The largest of these tails, of which few are looked up. */
  largest(trace: number): number;
  /** The first node that has it, of the trace asked for last. */
  readonly oddestNode: number;
}

export function openResiduals(
  learned: readonly (StructureResiduals | null)[],
  known: KnownStructures,
): (traces: TraceSet, writeSelf: WriteTimes) => ResidualReader {
  const finder = createStructureFinder(known);
  const opened: (readonly SeenNode[] | undefined)[] = learned.map(() => undefined);
  const others = new Float64Array(MOST_NODES);
  const values = new Float64Array(MOST_NODES);
  return (traces, writeSelf) => {
    const find = finder(traces);
    const learnedOf = (trace: number): StructureResiduals | null => {
      const structure = find(traces.structureOf[trace]!);
      return structure < 0 ? null : learned[structure]!;
    };
    const residualsOf = (trace: number): readonly SeenNode[] => {
      const of = learnedOf(trace)!;
      writeSelf(trace, values);
      toResiduals(of, values, others);
      const structure = find(traces.structureOf[trace]!);
      opened[structure] ??= openSeen(of);
      return opened[structure];
    };
    let oddestNode = -1;
    return {
      knows: (trace) => learnedOf(trace) !== null,
      read(trace, tails) {
        residualsOf(trace).forEach(({ values: seen, bins, std }, i) => {
          tails[i] = standardisedTailIn(seen, bins, std, values[i]!);
        });
      },
      largest(trace) {
        const nodes = residualsOf(trace);
        let most = 0;
        let level = 0;
        oddestNode = 0;
        for (let i = 0; i < nodes.length; i++) {
          const { values: seen, bins, std, cuts } = nodes[i]!;
          if (values[i]! <= cuts[level]!) continue;
          const nats = standardisedTailIn(seen, bins, std, values[i]!);
          if (nats <= most) continue;
          most = nats;
          level = levelOf(most);
          oddestNode = i;
        }
        return most;
      },
      get oddestNode() {
        return oddestNode;
      },
    };
  };
}
