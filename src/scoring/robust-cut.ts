/**
 * A threshold that does not trust validation traces to be normal. The lower nine tenths of their
 * scores say how far the rest should reach: a generalized Pareto tail through three of their
 * quantiles. Scores beyond what that leads to expect are taken for anomalies and left out, and the
 * tail is fitted again, until the share of them settles. Needs no calibrated scores: any unit, any origin.
 */
import { countAbove, percentileOfSorted, sorted } from '../base/statistics.ts';

/** Share of normal traces that may lie beyond the cut, as with the 99th percentile of section A.2. */
const BEYOND = 0.01;

/** Shares of the bulk that are above the three quantiles which the tail goes through. */
const MIDDLE = 0.5;
const UPPER = 0.25;
const HIGH = 0.1;

/** With fewer scores nothing can be said of a tail. */
const FEWEST = 50;

/** The shape is drawn towards 0, an exponential tail, as if this many scores had said so. */
const SHAPE_PRIOR = 100;
/** The quantiles of so few scores say nothing of a heavier tail, whose mean would be infinite. */
const HEAVIEST = 0.7;

/** Where more than this share is odd, no bulk is left to tell it by. */
const MOST_ODD = 0.2;
/** A share below this changes no threshold. */
const LEAST_ODD = 0.01;
/** Stds of a binomial count beyond which more scores lie above the cut than chance puts there. */
const SIGNIFICANT = 2;

/** One in ten is left out at first: anomalies among what the tail is fitted to would hide themselves. */
const FIRST_GUESS = 0.1;
/** Shares settle in a few rounds. */
const MOST_ROUNDS = 20;

export interface RobustCut {
  /** A trace is flagged when its score is above it; never above {@link percentile99}. */
  readonly threshold: number;
  /** Of the same scores, trusted. */
  readonly percentile99: number;
  /** Whether more scores lie beyond the cut than chance puts there; else the percentile is the cut. */
  readonly contaminated: boolean;
  /** Share of the scores beyond what the rest leads to expect, 0 to {@link MOST_ODD}; 0 where not contaminated. */
  readonly oddShare: number;
  /** Scores above the threshold, and how many of as many normal ones would be. */
  readonly above: number;
  readonly expected: number;
}

/**
 * @param scores [V] of validation traces, any order, higher is more anomalous; not NaN
 * @returns      null where there are none
 */
export function robustCut(scores: Float64Array): RobustCut | null {
  return scores.length === 0 ? null : robustCutOfSorted(sorted(scores));
}

/** @param ascending [V], at least one */
export function robustCutOfSorted(ascending: Float64Array): RobustCut {
  const percentile99 = percentileOfSorted(ascending, 100 * (1 - BEYOND));
  const settled = settle(ascending);
  const contaminated = settled !== null && isContaminated(ascending, settled);
  const threshold = contaminated ? Math.min(settled.cut, percentile99) : percentile99;
  return {
    threshold,
    percentile99,
    contaminated,
    oddShare: contaminated ? settled.share : 0,
    above: countAbove(ascending, threshold),
    expected: BEYOND * ascending.length,
  };
}

/** With fewer scores above it a percentile is chance, and the tail says where the next ones are. */
const FEWEST_ABOVE = 5;

/**
 * What a share of normal traces exceeds, also a share too small to be counted among the scores: the
 * percentile where validation can be trusted and has enough above it, else the tail's.
 *
 * @param ascending [V] of validation traces, at least one
 * @param share     above 0, at most 1
 * @returns         finite for finite scores; never rises with the share
 */
export function exceededBy(ascending: Float64Array, share: number): number {
  const percentileAt = (above: number): number => percentileOfSorted(ascending, 100 * (1 - above));
  const settled = settle(ascending);
  if (settled === null) return percentileAt(share);
  const { tail } = settled;
  if (isContaminated(ascending, settled)) return Math.min(percentileAt(share), tailAt(tail, share));
  const counted = Math.min(HIGH, FEWEST_ABOVE / ascending.length);
  if (share >= counted) return percentileAt(share);
  return percentileAt(counted) + tailAt(tail, share) - tailAt(tail, counted);
}

/** What is left once the share of odd scores has settled. */
interface Settled {
  readonly tail: Tail;
  /** What {@link BEYOND} of normal traces exceed. */
  readonly cut: number;
  /** Of all scores, beyond what the tail leads to expect. */
  readonly share: number;
}

/** Of a generalized Pareto distribution. */
interface Tail {
  /** Exceeded by {@link MIDDLE} of the bulk. */
  readonly middle: number;
  /** In the scores' unit, positive. */
  readonly scale: number;
  readonly shape: number;
}

function isContaminated(ascending: Float64Array, { cut, share }: Settled): boolean {
  const expected = BEYOND * ascending.length;
  const chance = Math.sqrt(expected * (1 - BEYOND));
  return share >= LEAST_ODD && countAbove(ascending, cut) > expected + SIGNIFICANT * chance;
}

/** null where the bulk has no spread. */
function settle(ascending: Float64Array): Settled | null {
  const count = ascending.length;
  if (count < FEWEST) return null;
  let share = FIRST_GUESS;
  for (let round = 0; ; round++) {
    const tail = fitTail(ascending.subarray(0, Math.round(count * (1 - share))));
    if (tail === null) return null;
    const cut = tailAt(tail, BEYOND);
    const beyond = (countAbove(ascending, cut) / count - BEYOND) / (1 - BEYOND);
    const next = Math.min(MOST_ODD, Math.max(0, beyond));
    if (next === share || round === MOST_ROUNDS) return { tail, cut, share: next };
    share = next;
  }
}

/** Through three quantiles of the bulk; null where they do not rise. */
function fitTail(bulk: Float64Array): Tail | null {
  const [middle, upper, high] = [MIDDLE, UPPER, HIGH].map((above) =>
    percentileOfSorted(bulk, 100 * (1 - above)),
  ) as [number, number, number];
  if (!(upper > middle && high > upper && Number.isFinite(high - middle))) return null;
  const found = shapeOf((high - upper) / (upper - middle));
  const drawn = (found * bulk.length) / (bulk.length + SHAPE_PRIOR);
  const shape = Math.min(HEAVIEST, Math.max(0, drawn));
  return { middle, scale: (high - middle) / (reach(HIGH, shape) - reach(MIDDLE, shape)), shape };
}

const tailAt = ({ middle, scale, shape }: Tail, share: number): number =>
  middle + scale * (reach(share, shape) - reach(MIDDLE, shape));

/** Distance from the origin, in scales, that a share of a generalized Pareto distribution exceeds. */
const reach = (share: number, shape: number): number =>
  Math.abs(shape) < 1e-9 ? -Math.log(share) : (share ** -shape - 1) / shape;

const spacing = (shape: number): number =>
  (reach(HIGH, shape) - reach(UPPER, shape)) / (reach(UPPER, shape) - reach(MIDDLE, shape));

/** The shape whose quantiles are spaced so; the ratio rises with it. */
function shapeOf(ratio: number): number {
  let [low, high] = [-1, 3];
  for (let halving = 0; halving < 40; halving++) {
    const shape = (low + high) / 2;
    if (spacing(shape) < ratio) low = shape;
    else high = shape;
  }
  return (low + high) / 2;
}
