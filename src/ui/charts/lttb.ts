/**
 * Largest-triangle-three-buckets (Steinarsson, 2013): which points of a long line to draw. Keeps
 * both ends and, per bucket, the point that makes the largest triangle with its neighbours, so peaks
 * stay. Input: x rising, both finite. Output: indices, rising, at most `limit` of them.
 */
export function largestTriangle(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  limit: number,
): number[] {
  const count = x.length;
  if (count <= limit || limit < 3) return Array.from({ length: count }, (_, i) => i);
  const kept = [0];
  const bucket = (count - 2) / (limit - 2);
  let previous = 0;
  for (let b = 0; b < limit - 2; b++) {
    const start = Math.floor(b * bucket) + 1;
    const end = Math.floor((b + 1) * bucket) + 1;
    const nextEnd = Math.min(count, Math.floor((b + 2) * bucket) + 1);
    let meanX = 0;
    let meanY = 0;
    for (let i = end; i < nextEnd; i++) {
      meanX += x[i]!;
      meanY += y[i]!;
    }
    meanX /= nextEnd - end;
    meanY /= nextEnd - end;
    let largest = -1;
    let chosen = start;
    for (let i = start; i < end; i++) {
      const area = Math.abs(
        (x[previous]! - meanX) * (y[i]! - y[previous]!) -
          (x[previous]! - x[i]!) * (meanY - y[previous]!),
      );
      if (area > largest) {
        largest = area;
        chosen = i;
      }
    }
    kept.push(chosen);
    previous = chosen;
  }
  kept.push(count - 1);
  return kept;
}
