/**
 * Statuses for a simulated dataset: which of its spans failed. Each operation fails by itself at a
 * rate of its own, from never to a few in a hundred, and each caller lets some of its calls' errors
 * through. Nothing else changes: structures and latencies are what they were.
 */
import { createRandom } from '../base/random.ts';
import { NO_PARENT, type SpanColumns } from '../trace/span-columns.ts';
import { markOf, statusCode } from '../trace/span-facts.ts';
import type { SimulatedDataset } from './dataset.ts';

/** Independent streams of the seed; other numbers than those of simulate.ts and dataset.ts. */
const STREAM = { rates: 51, failures: 52 } as const;

/** Of the spans of an operation that fails at all, logarithmically uniform. */
const RATE = { low: 1e-4, high: 0.03 };
/** Operations that never fail by themselves. */
const SOUND_SHARE = 0.5;

export function withFailures(dataset: SimulatedDataset, seed: number): SimulatedDataset {
  const { spans } = dataset;
  return {
    ...dataset,
    spans: { ...spans, facts: { attributes: [], mark: drawMarks(spans, seed) } },
  };
}

/** [rows] ok or error. Calls come behind their callers, row by row, so from the end all are known. */
function drawMarks(spans: SpanColumns, seed: number): Uint8Array {
  const { length, operation, parent, span, trace, operations } = spans;
  const rates = createRandom(seed, STREAM.rates);
  const rateOf = operations.map(() =>
    rates.uniform() < SOUND_SHARE ? 0 : RATE.low * (RATE.high / RATE.low) ** rates.uniform(),
  );
  // a caller passes every error on, none, or some
  const passesOf = operations.map(() => Math.round(2 * rates.uniform()) / 2);
  const draws = createRandom(seed, STREAM.failures);
  const failed = new Uint8Array(length);
  for (let row = length - 1; row >= 0; row--) {
    if (draws.uniform() < rateOf[operation[row]!]!) failed[row] = 1;
    if (failed[row] === 0 || parent[row] === NO_PARENT) continue;
    // spans of a trace follow each other and are numbered from 0
    const caller = row - span[row]! + parent[row]!;
    if (trace[caller] === trace[row] && draws.uniform() < passesOf[operation[caller]!]!) {
      failed[caller] = 1;
    }
  }
  return Uint8Array.from(failed, (one) => markOf(statusCode(one === 1 ? 'error' : 'ok'), 0));
}
