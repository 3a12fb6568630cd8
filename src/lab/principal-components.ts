/** The two directions in which points vary most (PCA), for looking at latent space. */

export interface Projection {
  /** [n] each, in the points' unit, around their mean */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Share of the variance along each, 0 to 1; 0 where there is none. */
  readonly explained: readonly [number, number];
}

/**
 * Signs are fixed: the largest weight of a direction is positive.
 *
 * @param points [n, size], finite
 */
export function projectPoints(points: Float32Array, size: number): Projection {
  const count = points.length / size;
  const means = new Float64Array(size);
  for (let i = 0; i < points.length; i++) means[i % size]! += points[i]! / count;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  for (let p = 0; p < count; p++) {
    for (let a = 0; a < size; a++) {
      const da = points[p * size + a]! - means[a]!;
      for (let b = a; b < size; b++) {
        covariance[a]![b]! += (da * (points[p * size + b]! - means[b]!)) / count;
      }
    }
  }
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < a; b++) covariance[a]![b] = covariance[b]![a]!;
  }
  const { values, vectors } = symmetricEigen(covariance);
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const along = (rank: number): Float64Array => {
    const at = order[rank];
    const places = new Float64Array(count);
    if (at === undefined) return places;
    const direction = upright(vectors.map((row) => row[at]!));
    for (let p = 0; p < count; p++) {
      for (let k = 0; k < size; k++) {
        places[p]! += direction[k]! * (points[p * size + k]! - means[k]!);
      }
    }
    return places;
  };
  const share = (rank: number): number =>
    total > 0 ? Math.max(0, values[order[rank] ?? -1] ?? 0) / total : 0;
  return { x: along(0), y: along(1), explained: [share(0), share(1)] };
}

function upright(direction: readonly number[]): readonly number[] {
  const largest = direction.reduce((most, value) =>
    Math.abs(value) > Math.abs(most) ? value : most,
  );
  return largest < 0 ? direction.map((value) => -value) : direction;
}

const SWEEPS = 60;

/**
 * Eigenvalues and vectors of a small symmetric matrix by Jacobi's rotations (Golub and Van Loan,
 * section 8.5), which find small values as exactly as large ones.
 *
 * @param matrix [n][n]; overwritten
 * @returns      vectors as columns
 */
function symmetricEigen(matrix: readonly Float64Array[]) {
  const size = matrix.length;
  const vectors = matrix.map((_, i) => Float64Array.from(matrix, (_row, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    let all = 0;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        all += matrix[a]![b]! ** 2;
        if (a !== b) off += matrix[a]![b]! ** 2;
      }
    }
    if (off <= 1e-28 * all) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(matrix, vectors, p, q);
    }
  }
  return { values: matrix.map((row, i) => row[i]!), vectors };
}

function rotate(
  matrix: readonly Float64Array[],
  vectors: readonly Float64Array[],
  p: number,
  q: number,
): void {
  const coupling = matrix[p]![q]!;
  if (coupling === 0) return;
  const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * coupling);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of matrix) {
    const [a, b] = [row[p]!, row[q]!];
    row[p] = c * a - s * b;
    row[q] = s * a + c * b;
  }
  const [first, second] = [matrix[p]!, matrix[q]!];
  for (let k = 0; k < first.length; k++) {
    const [a, b] = [first[k]!, second[k]!];
    first[k] = c * a - s * b;
    second[k] = s * a + c * b;
  }
  for (const row of vectors) {
    const [a, b] = [row[p]!, row[q]!];
    row[p] = c * a - s * b;
    row[q] = s * a + c * b;
  }
}
