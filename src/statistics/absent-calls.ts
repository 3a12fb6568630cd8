/**
 * Calls that a trace lacks although it has their caller, so that a missing one can be named: how
 * surprising it is that a path is absent where its parent's path is present.
 */
import { type CallPaths, operationsOfPath } from '../features/call-paths.ts';

export interface AbsentCall {
  /** Operation ids from the root on. */
  readonly operations: readonly number[];
  /** nats: -ln((1 + traces with the caller and without the call) / (1 + traces with the caller)) */
  readonly surprise: number;
}

/**
 * @param count   [P] training traces that have each path
 * @param present path of each node of the trace; those that training did not have count for nothing
 * @param most    calls at most
 * @returns       the most surprising first
 */
export function absentCalls(
  paths: CallPaths,
  count: ArrayLike<number>,
  present: Int32Array,
  most: number,
): AbsentCall[] {
  const has = new Set(present);
  const absent: { readonly path: number; readonly surprise: number }[] = [];
  paths.caller.forEach((caller, path) => {
    if (caller < 0 || has.has(path) || !has.has(caller)) return;
    const surprise = -Math.log((1 + count[caller]! - count[path]!) / (1 + count[caller]!));
    absent.push({ path, surprise });
  });
  return absent
    .sort((a, b) => b.surprise - a.surprise)
    .slice(0, most)
    .map(({ path, surprise }) => ({ operations: operationsOfPath(paths, path), surprise }));
}
