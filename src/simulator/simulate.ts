/**
 * The simulator: requests of a described system over some hours, as normal traces.
 */
import { createRandom } from '../base/random.ts';
import type { Microseconds } from '../base/units.ts';
import type { SpanColumns } from '../trace/span-columns.ts';
import { type CallPlan, drawWeighted, planCalls } from './call-plan.ts';
import { createLoad } from './load.ts';
import { ONLINE_SHOP } from './online-shop.ts';
import { spanTable } from './span-table.ts';
import type { SpanTree } from './span-tree.ts';
import { type CompiledSystem, compileSystem, type SystemDescription } from './system.ts';
import { timeCalls } from './timing.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Traces. */
  readonly traces: number;
  readonly system?: SystemDescription;
  readonly hours?: number;
}

export const DEFAULT_HOURS = 6;

/** 2024-03-04 08:00:00 UTC, a Monday: simulated time has to start somewhere. */
export const SIMULATION_START_US: Microseconds = Date.UTC(2024, 2, 4, 8) * 1e3;

/** Independent streams of the seed. */
const STREAM = { plans: 1, load: 2, arrivals: 3, work: 4 } as const;

/** Unsorted, unbalanced traffic: entries by their weights, one file, all labelled normal. */
export function simulate({
  seed,
  traces,
  system = ONLINE_SHOP,
  hours = DEFAULT_HOURS,
}: SimulationOptions): SpanColumns {
  const compiled = compileSystem(system);
  const drawPlan = createPlanSource(compiled, seed);
  const plans = Array.from({ length: traces }, drawPlan);
  const trees = runPlans(compiled, plans, { seed, hours });
  return spanTable(compiled, [trees.map((tree) => ({ tree, label: 'normal' }))], seed);
}

/** Draws one request after the other: an entry, and what it calls. */
export function createPlanSource(system: CompiledSystem, seed: number): () => CallPlan {
  const random = createRandom(seed, STREAM.plans);
  return () => {
    const entry = system.entries[drawWeighted(system.entries, random)]!;
    return planCalls(system, entry.operation, random);
  };
}

/**
 * Lets the plans arrive, in their order, at uniform random moments, and times them under the load.
 *
 * @returns one tree a plan, by start time
 */
export function runPlans(
  system: CompiledSystem,
  plans: readonly CallPlan[],
  { seed, hours }: { readonly seed: number; readonly hours: number },
): SpanTree[] {
  const spanUs = hours * 3600e6;
  const arrivals = createRandom(seed, STREAM.arrivals);
  const startsUs = Float64Array.from(plans, () => arrivals.uniform() * spanUs).sort();
  const loadAt = createLoad(system.services.length, spanUs, createRandom(seed, STREAM.load));
  const work = createRandom(seed, STREAM.work);
  return plans.map((plan, i) => {
    const tree = timeCalls(system, plan, loadAt, startsUs[i]!, work);
    return { ...tree, startUs: tree.startUs.map((us) => us + SIMULATION_START_US) };
  });
}
