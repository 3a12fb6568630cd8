/** The parts of a list's filter in words, as chips say them. */

import type { FilterPart, OpenRange } from '../../../inspect/trace-query.ts';
import type { TraceColumns } from '../../../inspect/trace-table.ts';
import type { LabelFilter } from '../../../stores/scores/inspect-store.ts';
import type { NarrowFilter } from '../../../stores/scores/trace-list-store.ts';
import { KIND_NAMES } from '../../../stores/scores/trace-list-view.ts';
import { namedOperation } from '../../../stores/shared/tree-view.ts';
import type { TraceSet } from '../../../trace/trace-set.ts';
import { formatCount, formatMs, formatNumber, formatTime } from '../../widgets/format.ts';

export interface FilterChip {
  readonly part: Exclude<FilterPart, 'label'>;
  readonly words: string;
}

interface Named {
  readonly traces: TraceSet;
  readonly columns: Pick<TraceColumns, 'structureNumber'>;
  /** Of scores; empty for pure numbers. */
  readonly unit: string;
}

const SEEN_WORDS = { also: 'also seen in training', only: 'seen in training' } as const;

/** What is chosen besides the group of traces that is shown, in the order of the controls. */
export function filterChips(
  filter: NarrowFilter,
  shown: LabelFilter,
  { traces, columns, unit }: Named,
): FilterChip[] {
  const { flagged, service, operation, root, lacks, errors, structure, search } = filter;
  const call = (id: number): string => {
    const named = namedOperation(traces, id);
    return `${named.service}/${named.operation}`;
  };
  const named = (id: number | null, words: (id: number) => string): string | null =>
    id === null ? null : words(id);
  const chips: readonly (readonly [FilterChip['part'], string | null])[] = [
    ['search', search.trim() === '' ? null : `“${search.trim()}”`],
    // the group of flagged traces says it already
    ['flagged', shown === 'flagged' ? null : yesNo(flagged, 'flagged', 'not flagged')],
    ['seen', filter.seen === null ? null : SEEN_WORDS[filter.seen]],
    ['errors', yesNo(errors, 'with errors', 'without errors')],
    ['service', named(service, (id) => `passes through ${traces.services[id] ?? 'no service'}`)],
    ['operation', named(operation, (id) => `passes through ${call(id)}`)],
    ['lacks', named(lacks, (id) => `without ${call(id)}`)],
    ['root', named(root, (id) => `root ${call(id)}`)],
    ['kind', filter.kind === null ? null : `kind: ${kindWordsOf(filter.kind)}`],
    ['structure', named(structure, (id) => `structure #${columns.structureNumber[id] ?? '?'}`)],
    ['duration', rangeWords('took', filter.duration, formatMs)],
    ['start', rangeWords('started', filter.start, formatTime, ['from', 'until'])],
    ['nodes', rangeWords('nodes', filter.nodes, formatCount)],
    [
      'score',
      rangeWords('score', filter.score, (score) =>
        unit === '' ? formatNumber(score) : `${formatNumber(score)} ${unit}`,
      ),
    ],
  ];
  return chips.flatMap(([part, words]) => (words === null ? [] : [{ part, words }]));
}

/** The calls of a kind stand in its heading; its key says the reason alone. */
const kindWordsOf = (key: string): string => {
  const reason = key.replace(/-[0-9a-z]+$/, '');
  return Object.entries(KIND_NAMES).find(([kind]) => kind === reason || kind === key)?.[1] ?? key;
};

const yesNo = (wanted: boolean | null, yes: string, no: string): string | null =>
  wanted === null ? null : wanted ? yes : no;

function rangeWords(
  what: string,
  [from, to]: OpenRange,
  format: (value: number) => string,
  [least, most] = ['at least', 'at most'],
): string | null {
  if (from === null) return to === null ? null : `${what} ${most} ${format(to)}`;
  return to === null
    ? `${what} ${least} ${format(from)}`
    : `${what} ${format(from)} to ${format(to)}`;
}
