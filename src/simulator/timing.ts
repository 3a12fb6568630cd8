/**
 * Gives the calls of a request their times. Own work is log-normal, moved by the load of the
 * moment; a caller waits for its calls, so a span lasts its own work plus its stages, and a stage
 * as long as its slowest call.
 */
import type { Random } from '../base/random.ts';
import { type Microseconds, millisToMicros } from '../base/units.ts';
import type { CallPlan } from './call-plan.ts';
import type { LoadAt } from './load.ts';
import type { SpanTree } from './span-tree.ts';
import type { CompiledSystem } from './system.ts';

/** Median and log-std of the way of a call over the network, counted to the caller. */
const NETWORK_MS = 0.05;
const NETWORK_SPREAD = 0.25;

/** Log-std of a wait. */
const WAIT_SPREAD = 0.08;

/** @param startUs of the request, microseconds from the simulation's start, as the load counts */
export function timeCalls(
  system: CompiledSystem,
  plan: CallPlan,
  loadAt: LoadAt,
  startUs: Microseconds,
  random: Random,
): SpanTree {
  const n = plan.parent.length;
  const start = new Float64Array(n);
  const duration = new Float64Array(n);
  const logNormal = (medianMs: number, spread: number): Microseconds =>
    millisToMicros(medianMs) * Math.exp(spread * random.normal());

  const ownWork = (operation: number): Microseconds => {
    const { service, description } = system.operations[operation]!;
    const { workMs, spread, loadSensitivity = 0, wait } = description;
    const work = logNormal(workMs * Math.exp(loadSensitivity * loadAt(service, startUs)), spread);
    const waits = wait !== undefined && random.uniform() < wait.probability;
    return waits ? work + logNormal(wait.medianMs, WAIT_SPREAD) : work;
  };

  // depth-first order: after a call, the next index that is not below it is its next sibling
  let next = 0;
  const place = (from: Microseconds): Microseconds => {
    const self = next++;
    const work = ownWork(plan.operation[self]!);
    const before = work * (0.3 + 0.4 * random.uniform());
    let stageStart = from + before;
    let stageEnd = stageStart;
    let stage = 0;
    while (next < n && plan.parent[next] === self) {
      if (plan.stage[next] !== stage) {
        stage = plan.stage[next]!;
        stageStart = stageEnd;
      }
      const network = logNormal(NETWORK_MS, NETWORK_SPREAD);
      stageEnd = Math.max(stageEnd, place(stageStart + network / 2) + network / 2);
    }
    const end = stageEnd + work - before;
    start[self] = from;
    duration[self] = Math.max(1, Math.round(end - from));
    return end;
  };
  place(startUs);
  return {
    parent: plan.parent,
    operation: plan.operation,
    startUs: start.map(Math.round),
    durationUs: duration,
  };
}
