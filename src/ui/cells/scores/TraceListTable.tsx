/** The listed traces as a table: scores, ranks under each variant, and what the trace is. */

import { useMemo } from 'react';
import { scoreUnit } from '../../../detectors/catalog.ts';
import { CORRECTIONS, type Variant, variantWords } from '../../../scoring/corrections/list.ts';
import type { TraceColumn, TraceSort } from '../../../stores/scores/trace-list-store.ts';
import {
  listedRows,
  namesTerms,
  placeInList,
  type TraceRow,
  traceRow,
} from '../../../stores/scores/trace-list-view.ts';
import { useInspect, useTraceList } from '../../app/notebook-context.ts';
import { formatMs, formatNumber } from '../../widgets/format.ts';
import { SaveCsv } from '../../widgets/SaveTable.tsx';
import type { TableColumn } from '../../widgets/table-column.ts';
import { VirtualTable } from '../../widgets/VirtualTable.tsx';
import { LabelMark } from './labels.tsx';
import { hasTerms, type ListedProps } from './scored.tsx';
import { NothingListed } from './TraceListControls.tsx';

export const REASON_WORDS: Readonly<Record<NonNullable<TraceRow['reason']>['part'], string>> = {
  nodeCount: 'node count',
  edges: 'edges',
  operations: 'operations',
  latency: 'latency',
  klStructure: 'KL of z',
  klLatency: 'KL of z₂',
};

const RANKS: readonly (readonly [Variant, string])[] = [
  ['full', 'all'],
  ['nll', 'NLL'],
  ...CORRECTIONS.map(({ id, words }) => [id, words.column] as const),
];

type Column = Omit<TableColumn, 'key' | 'render' | 'sortable'> & {
  readonly key: TraceColumn;
  readonly render: (row: TraceRow) => React.ReactNode;
};

const scoreColumn = (unit: string, terms: boolean): Column => ({
  key: 'score',
  title: unit === '' ? 'score' : `score, ${unit}`,
  explain: `${terms ? 'Under the chosen corrections; higher' : 'Higher'} is more anomalous.`,
  width: '96px',
  align: 'end',
  render: ({ score }) => formatNumber(score),
});

const FINDING: readonly Column[] = [
  {
    key: 'flagged',
    title: 'flagged',
    width: '80px',
    render: ({ flagged }) => (flagged ? '⚑ yes' : 'no'),
  },
  {
    key: 'label',
    title: 'label',
    width: '150px',
    render: ({ label }) => <LabelMark label={label} />,
  },
];

/** In the place of what is still computed. */
const NOT_YET = '…';

const REASON: Column = {
  key: 'reason',
  title: 'top reason',
  explain:
    'The part of the score that is farthest above its median over validation traces, and by how many nats.',
  width: '148px',
  render: ({ reason }) =>
    reason === null
      ? NOT_YET
      : reason.excess > 0
        ? `${REASON_WORDS[reason.part]} +${formatNumber(reason.excess)}`
        : 'none',
};

/** Of a detector that names terms of its own. */
const SAYS: Column = {
  key: 'reason',
  title: 'reason',
  explain: 'The term that adds most to the score, and the call that stands out.',
  width: 'minmax(280px, 3fr)',
  render: ({ says }) => (says === '' ? 'none' : says),
};

const TRACE: readonly Column[] = [
  {
    key: 'root',
    title: 'root operation',
    width: 'minmax(200px, 2fr)',
    render: ({ service, operation }) => `${service} / ${operation}`,
  },
  { key: 'nodes', title: 'nodes', width: '72px', align: 'end', render: ({ nodes }) => nodes },
  {
    key: 'structure',
    title: 'structure',
    explain: 'Place among all structures of the dataset; #1 is the most frequent.',
    width: '92px',
    align: 'end',
    render: ({ structure }) => `#${structure}`,
  },
  {
    key: 'duration',
    title: 'duration',
    explain: 'Latency of the root node.',
    width: '92px',
    align: 'end',
    render: ({ durationMs }) => formatMs(durationMs),
  },
];

const VARIANT_RANKS = RANKS.map(
  ([variant, words]): Column => ({
    key: `rank-${variant}`,
    title: `rank, ${words}`,
    explain: `Rank by ${variantWords(variant)}; 1 is the highest score, equal scores share a rank.`,
    width: '104px',
    align: 'end',
    render: ({ ranks }) => ranks?.[variant] ?? NOT_YET,
  }),
);

/** Of a detector without variants. */
const ONE_RANK: Column = {
  key: 'rank-full',
  title: 'rank',
  explain: '1 is the highest score, equal scores share a rank.',
  width: '80px',
  align: 'end',
  render: ({ rank }) => rank ?? NOT_YET,
};

const MISMATCH: Column = {
  key: 'mismatch',
  title: 'reconstruction',
  width: '124px',
  render: ({ mismatch }) => (mismatch === true ? '≠ differs' : '= same'),
};

const TRACE_ID: Column = {
  key: 'trace',
  title: 'trace',
  width: 'minmax(160px, 1fr)',
  mono: true,
  render: ({ traceId }) => traceId,
};

/**
 * A detector without the terms of equation (3) has one rank and no reconstruction; its reason stands
 * by the score, so that a phone shows it without scrolling.
 */
const columnsOf = (unit: string, terms: boolean, says: boolean): readonly Column[] =>
  terms
    ? [scoreColumn(unit, true), ...FINDING, REASON, ...TRACE, ...VARIANT_RANKS, MISMATCH, TRACE_ID]
    : [scoreColumn(unit, false), ...(says ? [SAYS] : []), ...FINDING, ...TRACE, ONE_RANK, TRACE_ID];

export function TraceListTable({ scored, list }: ListedProps) {
  const { traces } = scored.dataset.imported;
  const { trace: selected, inspect } = useInspect((i) => i);
  const terms = hasTerms(scored);
  const says = namesTerms(list);
  const unit = scoreUnit(scored.trained.detector);
  const sort = useTraceList((l) => l.sort);
  const sortBy = useTraceList((l) => l.sortBy);
  const busy = useTraceList((l) => l.busy);
  const { of, order } = list;
  const at = useMemo(
    () => (selected === null ? -1 : placeInList(of, order, selected)),
    [of, order, selected],
  );
  const { row, columns } = useMemo(() => {
    const made = new Map<number, TraceRow>();
    const row = (index: number): TraceRow => {
      const known = made.get(index);
      if (known !== undefined) return known;
      if (made.size > ROWS_KEPT) made.clear();
      const fresh = traceRow(traces, list, list.order[index]!);
      made.set(index, fresh);
      return fresh;
    };
    const columns = columnsOf(unit, terms, says).map(
      ({ render, ...column }): TableColumn => ({
        ...column,
        sortable: true,
        render: (index) => render(row(index)),
      }),
    );
    return { row, columns };
  }, [traces, list, unit, terms, says]);
  if (order.length === 0) return <NothingListed scored={scored} list={list} />;
  return (
    <>
      <VirtualTable
        label="Test traces by score"
        rowCount={list.order.length}
        busy={busy}
        columns={columns}
        minWidth={terms ? 1720 : says ? 1280 : 1000}
        sort={sort}
        onSort={(next) => void sortBy(next as TraceSort)}
        selected={at === -1 ? null : at}
        onSelect={(index) => void inspect(row(index).trace)}
        rowKey={(index) => row(index).trace}
      />
      <div>
        <SaveCsv name="Test traces by score" rows={() => listedRows(traces, list, unit)} />
      </div>
    </>
  );
}

/** A few screens; more is made again. */
const ROWS_KEPT = 400;
