/** Services by how much of what changed is theirs. */
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
}

/** A change belongs to the service at the end of its call path: its calls, its own time, its errors. */
export function servicesOf(traces: TraceSet, changes: readonly ChangedCalls[]): ServiceShare[] {
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
  return Array.from(requests, ([service, of]) => ({
    service,
    share: of.requests / total,
    changes: of.changes,
  })).sort((a, b) => b.share - a.share || a.service - b.service);
}
