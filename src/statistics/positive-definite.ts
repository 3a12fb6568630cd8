/** Inverse of a symmetric positive definite matrix, by Cholesky's factors. float64, row after row. */

/**
 * @param matrix [n, n] symmetric, positive definite
 * @returns      [n, n]; null where rounding leaves it indefinite
 */
export function inverseOfPositiveDefinite(matrix: Float64Array, n: number): Float64Array | null {
  const lower = cholesky(matrix, n);
  if (lower === null) return null;
  // the factor's own inverse, column by column; then inverse = (L^-1)^T L^-1
  const inverted = new Float64Array(n * n);
  for (let column = 0; column < n; column++) {
    for (let row = column; row < n; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= lower[row * n + k]! * inverted[k * n + column]!;
      inverted[row * n + column] = sum / lower[row * n + row]!;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += inverted[k * n + i]! * inverted[k * n + j]!;
      inverse[i * n + j] = sum;
      inverse[j * n + i] = sum;
    }
  }
  return inverse;
}

/** @returns [n, n] lower triangle L with L L^T = matrix, or null where there is none */
function cholesky(matrix: Float64Array, n: number): Float64Array | null {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i !== j) {
        lower[i * n + j] = sum / lower[j * n + j]!;
        continue;
      }
      if (!(sum > 0)) return null;
      lower[i * n + i] = Math.sqrt(sum);
    }
  }
  return lower;
}
