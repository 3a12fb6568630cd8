/**
 * Services by how much of what changed is theirs: of the requests that differ, and of what is slower,
 * which whoever waits for a slow service shows, too.
 */
import type { SlowService } from '../statistics/slow-services.ts';
import type { TraceSet } from '../trace/trace-set.ts';

/** A change as this needs it. */
interface ChangedCalls {
  /** Operation ids from the root down. */
  readonly path: readonly number[];
  /** How many requests it touches at least. */
  readonly requests: number;
}

export interface ServiceShare {
  /** Index into the services of the dataset. */
  readonly service: number;
  /** Of the requests of all changes, 0 to 1. */
  readonly share: number;
  readonly changes: number;
  /** How well it explains what is slower; null where nothing is. */
  readonly slow: SlowService | null;
}

/**
 * A change belongs to the service at the end of its call path: its calls, its own time, its errors.
 *
 * @param slow services that explain what is slower, the one that explains it best first; none where
 *   nothing is slower
 * @returns    services with a change, in the order of `slow`, then by their share
 */
export function servicesOf(
  traces: TraceSet,
  changes: readonly ChangedCalls[],
  slow: readonly SlowService[],
): ServiceShare[] {
  const requests = new Map<number, { requests: number; changes: number }>();
  let total = 0;
  for (const change of changes) {
    const { service } = traces.operations[change.path.at(-1)!]!;
    const of = requests.get(service) ?? { requests: 0, changes: 0 };
    requests.set(service, {
      requests: of.requests + change.requests,
      changes: of.changes + 1,
    });
    total += change.requests;
  }
  const slowOf = new Map(slow.map((one) => [one.service, one]));
  // whatever explains it best is told, also where its own calls did not change beyond chance
  const [best] = slow;
  if (best !== undefined && !requests.has(best.service)) {
    requests.set(best.service, { requests: 0, changes: 0 });
  }
  return Array.from(
    requests,
    ([service, of]): ServiceShare => ({
      service,
      share: of.requests / total,
      changes: of.changes,
      slow: slowOf.get(service) ?? null,
    }),
  ).sort(
    (a, b) =>
      (b.slow?.score ?? 0) - (a.slow?.score ?? 0) || b.share - a.share || a.service - b.service,
  );
}
