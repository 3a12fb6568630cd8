/**
 * Isolation forest (Liu, Ting, Zhou 2008): trees of random cuts; a row that few cuts set apart from
 * all others is odd. A cut is drawn among the features that vary in the node. Trees are flat columns,
 * a node's left child right behind it.
 */
import type { Random } from '../base/random.ts';

/** All trees, node after node. */
export interface Forest {
  /** [trees] first node of each */
  readonly root: Float32Array;
  /** [nodes] feature that is cut, -1 for a leaf */
  readonly feature: Float32Array;
  /** [nodes] rows below it go left, all others right; of a leaf edges from the root + c(its rows) */
  readonly value: Float32Array;
  /** [nodes] the right child; 0 for a leaf */
  readonly right: Float32Array;
}

export interface ForestOptions {
  readonly trees: number;
  /** Rows that a tree is grown on, at most; drawn without replacement. */
  readonly sample: number;
}

const LEAF = -1;

/** c(n): edges that an unsuccessful search in a tree of n rows takes, in the mean. */
export function averagePath(rows: number): number {
  if (rows <= 1) return 0;
  let harmonic = 0;
  for (let i = 1; i < rows; i++) harmonic += 1 / i;
  return 2 * harmonic - (2 * (rows - 1)) / rows;
}

/** Rows of a tree: the sample, or as many as there are. */
export const sampleSize = (rows: number, { sample }: ForestOptions): number =>
  Math.min(sample, rows);

/**
 * @param rows  [n, features] row after row
 * @returns     trees that leave at most one row, equal rows, or the height limit log2 of the sample
 */
export function growForest(
  rows: Float32Array,
  features: number,
  options: ForestOptions,
  random: Random,
): Forest {
  const count = rows.length / features;
  const sample = sampleSize(count, options);
  const heightLimit = Math.ceil(Math.log2(sample));
  const paths = Float64Array.from({ length: sample + 1 }, (_, n) => averagePath(n));
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  const root: number[] = [];
  const feature: number[] = [];
  const value: number[] = [];
  const right: number[] = [];
  const lowest = new Float64Array(features);
  const highest = new Float64Array(features);
  const varying: number[] = [];

  /** Grows the node of rows `order[from, to)`. */
  const grow = (from: number, to: number, depth: number): void => {
    const node = feature.length;
    feature.push(LEAF);
    value.push(depth + paths[to - from]!);
    right.push(0);
    if (to - from <= 1 || depth >= heightLimit) return;
    lowest.fill(Number.POSITIVE_INFINITY);
    highest.fill(Number.NEGATIVE_INFINITY);
    for (let i = from; i < to; i++) {
      for (let f = 0; f < features; f++) {
        const x = rows[order[i]! * features + f]!;
        if (x < lowest[f]!) lowest[f] = x;
        if (x > highest[f]!) highest[f] = x;
      }
    }
    varying.length = 0;
    for (let f = 0; f < features; f++) if (lowest[f]! < highest[f]!) varying.push(f);
    if (varying.length === 0) return;
    const f = varying.length === 1 ? varying[0]! : varying[random.integer(varying.length)]!;
    const [low, high] = [lowest[f]!, highest[f]!];
    const drawn = Math.fround(high - random.uniform() * (high - low));
    // rounding must not leave a side without rows
    const cut = drawn > low ? drawn : high;
    let middle = from;
    for (let i = from; i < to; i++) {
      if (rows[order[i]! * features + f]! >= cut) continue;
      const held = order[i]!;
      order[i] = order[middle]!;
      order[middle++] = held;
    }
    feature[node] = f;
    value[node] = cut;
    grow(from, middle, depth + 1);
    right[node] = feature.length;
    grow(middle, to, depth + 1);
  };

  for (let tree = 0; tree < options.trees; tree++) {
    // the first places of a shuffle are a draw without replacement, from whatever order
    for (let i = 0; i < sample; i++) {
      const j = i + random.integer(count - i);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    root.push(feature.length);
    grow(0, sample, 0);
  }
  return {
    root: Float32Array.from(root),
    feature: Float32Array.from(feature),
    value: Float32Array.from(value),
    right: Float32Array.from(right),
  };
}

/** @returns E[h(x)] of a row: edges to the leaf + c(its rows), the mean over the trees */
export function createMeanPath(forest: Forest): (row: ArrayLike<number>) => number {
  const { value } = forest;
  // whole numbers, which are walked by faster
  const root = Int32Array.from(forest.root);
  const feature = Int32Array.from(forest.feature);
  const right = Int32Array.from(forest.right);
  return (row) => {
    let sum = 0;
    for (let tree = 0; tree < root.length; tree++) {
      let node = root[tree]!;
      for (let f = feature[node]!; f >= 0; f = feature[node]!) {
        node = row[f]! < value[node]! ? node + 1 : right[node]!;
      }
      sum += value[node]!;
    }
    return sum / root.length;
  };
}

/**
 * 2^(-E[h(x)] / c(sample)): near 1 where a row is odd, about 0.5 where it is as any other, and where
 * there is a single row to compare with.
 *
 * @param sample rows that a tree was grown on
 * @returns      a function from the mean path to the score
 */
export function createIsolationScore(sample: number): (path: number) => number {
  const usual = averagePath(sample);
  return usual === 0 ? () => 0.5 : (path) => 2 ** (-path / usual);
}
