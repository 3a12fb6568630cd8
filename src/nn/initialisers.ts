/** Initial values of parameters, as the authors' libraries draw them, from a seeded stream. */
import type { Random } from '../base/random.ts';

export type Initialise = (random: Random, length: number) => Float32Array;

export const zeros: Initialise = (_random, length) => new Float32Array(length);
export const ones: Initialise = (_random, length) => new Float32Array(length).fill(1);

export const normal =
  (std: number): Initialise =>
  (random, length) =>
    Float32Array.from({ length }, () => std * random.normal());

export const uniform =
  (bound: number): Initialise =>
  (random, length) =>
    Float32Array.from({ length }, () => bound * (2 * random.uniform() - 1));

/** Kaiming uniform with gain 1, what the authors' Linear uses. */
export const kaimingUniform = (fanIn: number): Initialise => uniform(Math.sqrt(3 / fanIn));

/** Xavier normal with gain sqrt(2), what GATConv uses. */
export const xavierNormal = (fanIn: number, fanOut: number): Initialise =>
  normal(Math.SQRT2 * Math.sqrt(2 / (fanIn + fanOut)));

/** Xavier uniform with gain 1, what GraphConv uses. */
export const xavierUniform = (fanIn: number, fanOut: number): Initialise =>
  uniform(Math.sqrt(6 / (fanIn + fanOut)));

/** Q of the QR decomposition of a Kaiming uniform size x size matrix. */
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
