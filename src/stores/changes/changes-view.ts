/** What changed, in words: of a change, of a service, and of the whole. */
import type { Change, ChangeKind, ChangeReport } from '../../changes/compare-periods.ts';
import { LEAST_TRACES } from '../../changes/compare-periods.ts';
import type { SlowService } from '../../statistics/slow-services.ts';
import { operationName, type TraceSet } from '../../trace/trace-set.ts';

export interface ChangeRow {
  readonly key: string;
  readonly kind: string;
  /** "service/operation" of the call. */
  readonly call: string;
  /** The same of its callers, the root first; "" of a root. */
  readonly below: string;
  readonly change: Change;
}

const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  'new-call': 'new call',
  'lost-call': 'lost call',
  'more-calls': 'called more often',
  'fewer-calls': 'called less often',
  slower: 'slower',
  faster: 'faster',
  'more-errors': 'more errors',
  'fewer-errors': 'fewer errors',
};

/** What the ids of a report stand for. */
export type Names = Pick<TraceSet, 'services' | 'operations'>;

export const changeRows = (of: Names, { changes }: Pick<ChangeReport, 'changes'>): ChangeRow[] =>
  changes.map((change) => {
    const names = change.path.map((operation) => operationName(of, operation));
    return {
      key: `${change.kind} ${change.path.join(' ')}`,
      kind: KIND_WORDS[change.kind],
      call: names.at(-1)!,
      below: names.slice(0, -1).join(' › '),
      change,
    };
  });

/** The service that explains best what is slower, and by which of its parts; null where nothing is. */
export const slowestOf = ({ services }: Pick<ChangeReport, 'services'>): SlowService | null =>
  services[0]?.slow ?? null;

/** Why nothing is told, or null where something is. */
export function nothingFound(report: ChangeReport): string | null {
  const { before, after, found, tests } = report;
  const fewer = Math.min(before, after);
  if (fewer === 0) return 'One of the periods has no traces.';
  if (tests === 0) {
    return `Too few traces: ${fewer}, and no call has the ${LEAST_TRACES} on both sides that a comparison needs.`;
  }
  return found > 0 ? null : 'Nothing stands out between these periods.';
}
