/**
 * Services by how much more surprising they are in flagged traces than in clean ones. In: what each
 * trace's score owes to each of its services (nats, or the detector's own unit).
 */

/** By service, of the services that the trace calls. */
export type ServiceShares = ReadonlyMap<string, number>;

/**
 * Mean over the flagged traces that call the service, less the mean over clean traces that do (0
 * where none does): a service that is always surprising is no news.
 *
 * @returns services, the most surprising first; equals by name
 */
export function rankServices(
  flagged: readonly ServiceShares[],
  clean: readonly ServiceShares[],
): string[] {
  const [now, usual] = [meansOf(flagged), meansOf(clean)];
  const excess = [...now].map(([service, value]) => ({
    service,
    excess: value - (usual.get(service) ?? 0),
  }));
  return excess
    .sort((a, b) => b.excess - a.excess || (a.service < b.service ? -1 : 1))
    .map(({ service }) => service);
}

function meansOf(traces: readonly ServiceShares[]): ReadonlyMap<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const shares of traces) {
    for (const [service, share] of shares) {
      const { sum, count } = sums.get(service) ?? { sum: 0, count: 0 };
      sums.set(service, { sum: sum + share, count: count + 1 });
    }
  }
  return new Map([...sums].map(([service, { sum, count }]) => [service, sum / count]));
}

/** Place of the service from 1; null where it is not named. */
export function rankOf(services: readonly string[], service: string): number | null {
  const place = services.indexOf(service);
  return place < 0 ? null : place + 1;
}
