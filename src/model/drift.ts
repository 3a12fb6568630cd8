/**
 * How far traces have moved from what a model was trained on: calls and structures that it never
 * saw, scores against those of validation, durations against the usual ones of their structure.
 */
import { formatNumber } from '../base/number-words.ts';

/** Sums over scored traces, so that parts of a stream add up. */
export interface Drift {
  readonly traces: number;
  /** Merged calls, and those whose operation the model lacks. */
  readonly calls: number;
  readonly unknownCalls: number;
  /** Traces of a structure that training did not have. */
  readonly newStructures: number;
  /** Traces whose score is above the median of validation. */
  readonly aboveMedian: number;
  /** Traces of a known structure, and those slower than its median. */
  readonly compared: number;
  readonly slower: number;
}

export const NO_DRIFT: Drift = {
  traces: 0,
  calls: 0,
  unknownCalls: 0,
  newStructures: 0,
  aboveMedian: 0,
  compared: 0,
  slower: 0,
};

export const addDrift = (a: Drift, b: Drift): Drift =>
  Object.fromEntries(
    Object.keys(NO_DRIFT).map((key) => [key, a[key as keyof Drift] + b[key as keyof Drift]]),
  ) as unknown as Drift;

/** How many scores are above the median of validation. @param val ascending */
export function aboveMedian(val: Float64Array, scores: Float64Array): number {
  const median = val[val.length >> 1];
  return median === undefined
    ? 0
    : scores.reduce((sum, score) => sum + (score > median ? 1 : 0), 0);
}

/** From these shares on it is time for another training. */
const MOST = { unknownCalls: 0.02, newStructures: 0.2, aboveMedian: 0.75, slower: 0.75 } as const;
/** Half of the traces are above a median; of fewer traces than these nothing is told. */
const FEWEST = 50;

const percent = (part: number, of: number): string => `${formatNumber((100 * part) / of)} %`;

/** @returns sentences; the last says "retrain" where it is time */
export function driftWords(drift: Drift): string[] {
  const { traces, calls, unknownCalls, newStructures, aboveMedian, compared, slower } = drift;
  if (traces === 0) return [];
  const words = [
    `${percent(unknownCalls, calls)} of the calls and ${percent(newStructures, traces)} of the structures of traces are new to the model.`,
    `${percent(aboveMedian, traces)} of the scores are above the median of validation` +
      (compared === 0
        ? '.'
        : `, and ${percent(slower, compared)} of the traces slower than usual.`),
  ];
  const hasMoved =
    traces >= FEWEST &&
    (unknownCalls > MOST.unknownCalls * calls ||
      newStructures > MOST.newStructures * traces ||
      aboveMedian > MOST.aboveMedian * traces ||
      (compared >= FEWEST && slower > MOST.slower * compared));
  return hasMoved
    ? [...words, 'Traffic has moved away from what the model knows: retrain.']
    : words;
}
