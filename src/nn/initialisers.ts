/**
 * Initial values of parameters, unitless, from a seeded stream.
 *
 * As the authors' code: each layer starts as its library draws it; the paper is silent.
 */
import type { Random } from '../base/random.ts';

/** Gives [length] values, those of a tensor row-major. */
export type Initialise = (random: Random, length: number) => Float32Array;

/** [length] 0: biases, ActNorm, the last layers of a coupling. */
export const zeros: Initialise = (_random, length) => new Float32Array(length);
/** [length] 1: BatchNorm's gamma and running variance. */
export const ones: Initialise = (_random, length) => new Float32Array(length).fill(1);

/** [length] samples of N(0, std²). */
export const normal =
  (std: number): Initialise =>
  (random, length) =>
    Float32Array.from({ length }, () => std * random.normal());

/** [length] samples of U(-bound, bound). */
export const uniform =
  (bound: number): Initialise =>
  (random, length) =>
    Float32Array.from({ length }, () => bound * (2 * random.uniform() - 1));

/** Kaiming uniform with gain 1 (He et al. 2015), for the authors' Linear [out, in]. */
export const kaimingUniform = (fanIn: number): Initialise => uniform(Math.sqrt(3 / fanIn));

/** Xavier normal with gain sqrt(2) (Glorot & Bengio 2010), for GATConv's weight and vectors. */
export const xavierNormal = (fanIn: number, fanOut: number): Initialise =>
  normal(Math.SQRT2 * Math.sqrt(2 / (fanIn + fanOut)));

/** Xavier uniform with gain 1 (Glorot & Bengio 2010), for GraphConv's weight [in, out]. */
export const xavierUniform = (fanIn: number, fanOut: number): Initialise =>
  uniform(Math.sqrt(6 / (fanIn + fanOut)));

/**
 * Q of the QR decomposition of a Kaiming uniform matrix, for the flow's invertible dense layers.
 *
 * @param size K; the values are those of a [K, K] matrix, row-major
 */
export const orthogonal =
  (size: number): Initialise =>
  (random) => {
    const q = Float64Array.from(kaimingUniform(size)(random, size * size));
    // modified Gram-Schmidt over columns, twice for orthogonality to rounding
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < size; j++) {
        for (let i = 0; i < j; i++) {
          let dot = 0;
          for (let k = 0; k < size; k++) dot += q[k * size + i]! * q[k * size + j]!;
          for (let k = 0; k < size; k++) q[k * size + j]! -= dot * q[k * size + i]!;
        }
        let square = 0;
        for (let k = 0; k < size; k++) square += q[k * size + j]! ** 2;
        for (let k = 0; k < size; k++) q[k * size + j]! /= Math.sqrt(square);
      }
    }
    return Float32Array.from(q);
  };
