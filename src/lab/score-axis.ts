/**
 * One axis for the scores of all variants, so that they can be compared by eye and marks keep their
 * place: nearly linear below a few nats and logarithmic above, as scaled scores are thousands.
 */

export interface ScoreAxis {
  /** nats */
  readonly low: number;
  readonly high: number;
  /** sign(s) log(1 + |s| / this), nats */
  readonly linearBelow: number;
}

/** Normal traces mostly score some tens of nats. */
const LINEAR_BELOW = 10;

/** The axis that holds every score; of none at all 0 to 1. */
export function scoreAxis(columns: readonly Float64Array[]): ScoreAxis {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    for (let t = 0; t < column.length; t++) {
      const score = column[t]!;
      if (score < low) low = score;
      if (score > high) high = score;
    }
  }
  if (low > high) [low, high] = [0, 1];
  // scores too near to be told apart on it still need an axis with a width
  if (along(low, LINEAR_BELOW) === along(high, LINEAR_BELOW)) [low, high] = [low - 0.5, high + 0.5];
  return { low, high, linearBelow: LINEAR_BELOW };
}

const along = (score: number, linearBelow: number): number =>
  Math.sign(score) * Math.log1p(Math.abs(score) / linearBelow);

/**
 * Places on the axis, 0 at its low end and 1 at its high one; scores beyond stay at the ends.
 *
 * @param scores [T] nats
 * @returns      [T] 0 to 1
 */
export function placeOnAxis(scores: Float64Array, axis: ScoreAxis): Float32Array {
  const { low, high, linearBelow } = axis;
  const first = along(low, linearBelow);
  const width = along(high, linearBelow) - first;
  const places = new Float32Array(scores.length);
  for (let t = 0; t < scores.length; t++) {
    const place = (along(scores[t]!, linearBelow) - first) / width;
    places[t] = place < 0 ? 0 : place > 1 ? 1 : place;
  }
  return places;
}

/** [count + 1] values that are equally far apart on the axis, nats. */
export function axisEdges({ low, high, linearBelow }: ScoreAxis, count: number): Float64Array {
  const first = along(low, linearBelow);
  const width = along(high, linearBelow) - first;
  return Float64Array.from({ length: count + 1 }, (_, i) => {
    if (i === 0) return low;
    if (i === count) return high;
    const place = first + (width * i) / count;
    return Math.sign(place) * Math.expm1(Math.abs(place)) * linearBelow;
  });
}
