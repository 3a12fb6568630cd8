/** How many traces arrive per day, where the test traces were recorded. */
import type { TraceSet } from './trace-set.ts';

const US_PER_DAY = 86_400e6;

/**
 * Of all traces of the dataset that began between the first and the last test trace: where a file
 * was divided, the test traces are a sample of the traffic and not the traffic.
 *
 * @param test trace indices
 * @returns    null where fewer than two of them say when they began, or all began at once
 */
export function tracesPerDay(
  { startUs }: Pick<TraceSet, 'startUs'>,
  test: Uint32Array,
): number | null {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const trace of test) {
    const start = startUs[trace]!;
    if (start < first) first = start;
    if (start > last) last = start;
  }
  if (!(last > first)) return null;
  let traces = 0;
  for (let trace = 0; trace < startUs.length; trace++) {
    if (startUs[trace]! >= first && startUs[trace]! <= last) traces++;
  }
  return (traces * US_PER_DAY) / (last - first);
}
