/** Which traces a period is: a range of time, a file, all of a dataset, or all that the other period leaves. */
import { type TraceSet, traceCount } from '../trace/trace-set.ts';

/** Start inclusive, end exclusive; microseconds since the epoch. */
export interface TimeRange {
  readonly fromUs: number;
  readonly toUs: number;
}

export type Period =
  | ({ readonly kind: 'time' } & TimeRange)
  /** Index into the files of the dataset. */
  | { readonly kind: 'file'; readonly file: number }
  /** All traces of the dataset at hand. */
  | { readonly kind: 'all' }
  /** All traces of another dataset, by its id. */
  | { readonly kind: 'dataset'; readonly id: string }
  /** All traces of the dataset at hand that the other period does not have. */
  | { readonly kind: 'rest' };

/** Trace indices, ascending. */
export interface ComparedTraces {
  readonly before: Uint32Array;
  readonly after: Uint32Array;
}

/**
 * A trace that both periods have counts as one of `after` alone. `rest` on both sides leaves `before`
 * empty.
 *
 * @param own traces of the dataset at hand, which are the first; those of another one follow
 */
export function tracesOf(
  traces: TraceSet,
  before: Period,
  after: Period,
  own = traceCount(traces),
): ComparedTraces {
  const inBefore = membership(traces, before, own);
  const inAfter = membership(traces, after, own);
  const chosen = { before: [] as number[], after: [] as number[] };
  for (let trace = 0; trace < traceCount(traces); trace++) {
    const isAfter = inAfter === null ? trace < own && inBefore?.(trace) === false : inAfter(trace);
    if (isAfter) chosen.after.push(trace);
    else if (inBefore === null ? inAfter !== null && trace < own : inBefore(trace)) {
      chosen.before.push(trace);
    }
  }
  return { before: Uint32Array.from(chosen.before), after: Uint32Array.from(chosen.after) };
}

/** null of the rest, which is known once the other period is. */
function membership(
  traces: TraceSet,
  period: Period,
  own: number,
): ((trace: number) => boolean) | null {
  switch (period.kind) {
    case 'rest':
      return null;
    case 'all':
      return (trace) => trace < own;
    case 'dataset':
      return (trace) => trace >= own;
    case 'file':
      return (trace) => trace < own && traces.file[trace] === period.file;
    case 'time':
      return (trace) => {
        if (trace >= own) return false;
        const start = traces.startUs[trace]!;
        return start >= period.fromUs && start < period.toUs;
      };
  }
}
