/** The listed traces as a table: when, how long, what is odd, how rare; one of them opens. */

import { useCallback, useMemo, useState } from 'react';
import { scoreUnit } from '../../../detectors/catalog.ts';
import { syntheticFrom } from '../../../stores/prepare/synthetic.ts';
import { constantColumns, sharedDay } from '../../../stores/scores/constant-columns.ts';
import type { TraceSort } from '../../../stores/scores/trace-list-store.ts';
import {
  linkOfRow,
  listedRows,
  namesTerms,
  placeInList,
  type TraceRow,
  traceRow,
} from '../../../stores/scores/trace-list-view.ts';
import {
  useInspect,
  useOddities,
  usePreferences,
  useTraceList,
} from '../../app/notebook-context.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount } from '../../widgets/format.ts';
import { SaveCsv } from '../../widgets/SaveTable.tsx';
import type { TableColumn } from '../../widgets/table-column.ts';
import { useCopy } from '../../widgets/use-copy.tsx';
import { useIsNarrow } from '../../widgets/use-is-narrow.ts';
import { VirtualTable } from '../../widgets/VirtualTable.tsx';
import { ColumnMenu, isShown } from './ColumnMenu.tsx';
import { useKindLines } from './kind-groups.tsx';
import { hasTerms, type ListedProps } from './scored.tsx';
import { TraceLinkField } from './TraceLinkField.tsx';
import { NothingListed } from './TraceListControls.tsx';
import { answerFirst, traceColumns, waiting } from './trace-columns.tsx';

export function TraceListTable({ scored, list }: ListedProps) {
  const { traces } = scored.dataset.imported;
  const { trace: selected, inspect } = useInspect((i) => i);
  const terms = hasTerms(scored);
  const says = namesTerms(list);
  const unit = scoreUnit(scored.trained.detector);
  const sort = useTraceList((l) => l.sort);
  const sortBy = useTraceList((l) => l.sortBy);
  const busy = useTraceList((l) => l.busy);
  const chosen = usePreferences((p) => p.columns);
  const template = usePreferences((p) => p.traceLink);
  const [columnsOpen, setColumnsOpen] = useState(false);
  const [linksOpen, setLinksOpen] = useState(false);
  const narrow = useIsNarrow();
  const { copy, copied, status } = useCopy();
  const { of, order } = list;
  const at = useMemo(
    () => (selected === null ? -1 : placeInList(of, order, selected)),
    [of, order, selected],
  );
  const same = useMemo(() => constantColumns(traces, list), [traces, list]);
  const day = useMemo(() => sharedDay(traces, list), [traces, list]);
  const reader = usePreferences((p) => p.reader);
  const told = useOddities((o) => o.told);
  const { tell, tellAll } = useOddities((o) => o);
  const rowAt = useMemo(() => {
    const made = new Map<number, TraceRow>();
    return (index: number): TraceRow => {
      const known = made.get(index);
      if (known !== undefined) return known;
      if (made.size > ROWS_KEPT) made.clear();
      const fresh = traceRow(traces, list, list.order[index]!, told);
      made.set(index, fresh);
      return fresh;
    };
  }, [traces, list, told]);
  const linkOf = (trace: TraceRow): string | null => linkOfRow(template, trace);
  const aside = waiting(reader, scored.run.settings.scored === 'all');
  const marked = of.of.measured !== undefined;
  const made = { syntheticFrom: syntheticFrom(scored.dataset), marked };
  const ordered = traceColumns({ unit, terms, says, day, aside, ...made, copied, copy, linkOf });
  const all = narrow ? answerFirst(ordered) : ordered;
  const shown = all.filter((column) => isShown(column, same, chosen));
  const columns = shown.map(
    ({ key, name, explain, width, grow, align, mono, render }): TableColumn => ({
      key,
      title: name,
      explain,
      width: grow === undefined ? `${width}px` : `minmax(${width}px, ${grow}fr)`,
      ...(align === undefined ? {} : { align }),
      ...(mono === undefined ? {} : { mono }),
      sortable: true,
      render: (index) => render(row(index)),
    }),
  );
  const kinds = useKindLines(list);
  /** Of a line that is a trace. */
  const row = (line: number): TraceRow => rowAt(kinds.indexAt(line));
  const { indexAt } = kinds;
  const onInSight = useCallback(
    (start: number, end: number) => {
      const indices = Array.from({ length: end - start }, (_, i) => indexAt(start + i));
      const known = indices.filter((index) => index >= 0 && index < order.length);
      void tell(known.map((index) => of.of.test.trace[of.rows[order[index]!]!]!));
    },
    [indexAt, order, of, tell],
  );
  if (order.length === 0) return <NothingListed scored={scored} list={list} />;
  const away = all.filter((column) => same.has(column.key) && !shown.includes(column));
  return (
    <>
      <VirtualTable
        label="Test traces by score"
        rowCount={kinds.length}
        busy={busy}
        columns={columns}
        minWidth={shown.reduce((sum, { width }) => sum + width, 0)}
        sort={sort}
        onSort={(next) => void sortBy(next as TraceSort)}
        selected={at === -1 ? null : kinds.lineOf(at)}
        onInSight={onInSight}
        {...(kinds.groupOf === null ? {} : { groupOf: kinds.groupOf })}
        onSelect={(index) => void inspect(row(index).trace)}
        onKey={(key, index) => {
          if (key === 'c') copy(row(index).traceId);
          const link = key === 'o' ? linkOfRow(template, row(index)) : null;
          if (link !== null) window.open(link, '_blank', 'noopener,noreferrer');
          return key === 'c' || link !== null;
        }}
        rowKey={(line) => kinds.keyOf(line) ?? row(line).trace}
      />
      {status}
      <div className="list-foot">
        <Disclosure
          summary={
            away.length === 0
              ? 'Columns'
              : `Columns, ${formatCount(away.length)} the same in every row`
          }
          open={columnsOpen}
          onToggle={setColumnsOpen}
        >
          <ColumnMenu columns={all} same={same} example={rowAt(0)} />
        </Disclosure>
        <Disclosure
          summary={template === null ? 'Link to Jaeger, Tempo or Zipkin' : 'Links to traces'}
          open={linksOpen}
          onToggle={setLinksOpen}
        >
          <TraceLinkField />
        </Disclosure>
        <SaveCsv
          name="Test traces by score"
          rows={async () => {
            const all = order.map((listed) => of.of.test.trace[of.rows[listed]!]!);
            return listedRows(traces, list, unit, await tellAll(all), made.syntheticFrom);
          }}
        />
      </div>
    </>
  );
}

/** A few screens; more is made again. */
const ROWS_KEPT = 400;
