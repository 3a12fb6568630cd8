/** The columns of the list of traces: what each says of a row, and which are shown unasked. */
import type { ReactNode } from 'react';
import { CORRECTIONS, type Variant, variantWords } from '../../../scoring/corrections/list.ts';
import type { Reader } from '../../../stores/page/cell-order.ts';
import type { TraceColumn } from '../../../stores/scores/trace-list-store.ts';
import {
  kindName,
  oddWords,
  seenWords,
  standingWords,
  type TraceRow,
} from '../../../stores/scores/trace-list-view.ts';
import {
  formatClock,
  formatCount,
  formatDay,
  formatInstant,
  formatMs,
  formatNumber,
  formatTime,
} from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { MiddleCut } from '../../widgets/MiddleCut.tsx';
import { LabelMark } from './labels.tsx';
import { SyntheticMark } from './SyntheticMark.tsx';

export const REASON_WORDS: Readonly<Record<NonNullable<TraceRow['reason']>['part'], string>> = {
  nodeCount: 'node count',
  edges: 'edges',
  operations: 'operations',
  latency: 'latency',
  klStructure: 'KL of z',
  klLatency: 'KL of z₂',
  status: 'errors',
};

export interface TraceColumnView {
  readonly key: TraceColumn;
  readonly name: string;
  readonly explain?: string;
  /** Pixels at least, and the share that it takes of what is left. */
  readonly width: number;
  readonly grow?: number;
  readonly align?: 'end';
  readonly mono?: boolean;
  /** Whether it waits in the menu of columns until it is asked for. */
  readonly aside?: boolean;
  readonly render: (row: TraceRow) => ReactNode;
}

/** In the place of what is still computed. */
const NOT_YET = '…';

/** @param day that all rows share, in ms since the epoch: it is said once */
const start = (day: number | null): TraceColumnView => ({
  key: 'start',
  name: day === null ? 'start' : `start, ${formatDay(day)}`,
  explain: 'When the root call began, in your time zone.',
  width: day === null ? 154 : 116,
  render: ({ startMs }) => (
    <span title={formatInstant(startMs)}>
      {day === null ? formatTime(startMs) : formatClock(startMs)}
    </span>
  ),
});

const DURATION: TraceColumnView = {
  key: 'duration',
  name: 'duration',
  explain: 'Latency of the root call.',
  width: 88,
  align: 'end',
  render: ({ durationMs }) => formatMs(durationMs),
};

const ROOT: TraceColumnView = {
  key: 'root',
  name: 'root call',
  width: 148,
  grow: 2,
  render: ({ service, operation }) => <MiddleCut text={`${service}/${operation}`} />,
};

const ERRORS: TraceColumnView = {
  key: 'errors',
  name: 'errors',
  explain: 'Spans of the trace that failed.',
  width: 80,
  render: ({ errors }) =>
    errors === null ? (
      'not told'
    ) : errors === 0 ? (
      'none'
    ) : (
      <span className="trace-errors">
        <Icon name="warning" size={12} /> {formatCount(errors, 'error')}
      </span>
    ),
};

/** Of the score, where it is made of the terms of equation (3). */
const TOP_REASON: TraceColumnView = {
  key: 'reason',
  name: 'top part of the score',
  explain:
    'The part of the score that is farthest above its median over validation traces, and by how many nats.',
  width: 156,
  aside: true,
  render: ({ reason }) =>
    reason === null
      ? NOT_YET
      : reason.excess > 0
        ? `${REASON_WORDS[reason.part]} +${formatNumber(reason.excess)}`
        : 'none',
};

/** Of the score of a detector that names terms of its own. */
const SAYS: TraceColumnView = {
  key: 'reason',
  name: 'top part of the score',
  explain: 'The term that adds most to the score, and the call that stands out.',
  width: 240,
  grow: 2,
  aside: true,
  render: ({ says }) => (
    <span title={says ?? undefined}>{says === '' || says === null ? 'none' : says}</span>
  ),
};

/**
 * Sorted by how far the score is out, as no order of words is more telling.
 *
 * @param syntheticFrom the first trace that nobody recorded
 */
const sentenceOf = (syntheticFrom: number): TraceColumnView => ({
  key: 'sentence',
  name: 'what is odd',
  explain: 'How the trace differs from the other traces: calls missing or new, slow, failed.',
  width: 256,
  grow: 4,
  render: (row) => {
    if (row.oddities === null) return NOT_YET;
    const words = oddWords(row, row.oddities);
    return (
      <span title={words}>
        {row.trace >= syntheticFrom && <SyntheticMark />}
        {words}
      </span>
    );
  },
});

const KIND: TraceColumnView = {
  key: 'kind',
  name: 'kind',
  explain: 'The first of its reasons, in a word. “Kinds” puts traces of one kind together.',
  width: 116,
  render: (row) => (row.oddities === null ? NOT_YET : kindName(row, row.oddities)),
};

const RARE: TraceColumnView = {
  key: 'rare',
  name: 'higher than',
  explain: 'How many of the validation traces have a lower score.',
  width: 96,
  align: 'end',
  render: ({ standing }) => (
    <span title={standingWords(standing, 'validation traces')}>
      {standing.above === standing.of
        ? `all ${formatCount(standing.of)}`
        : `${formatCount(standing.above)} of ${formatCount(standing.of)}`}
    </span>
  ),
};

const score = (unit: string, terms: boolean): TraceColumnView => ({
  key: 'score',
  name: unit === '' ? 'score' : `score, ${unit}`,
  explain: `${terms ? 'Under the chosen corrections; higher' : 'Higher'} is more anomalous.`,
  width: 96,
  align: 'end',
  render: (row) => formatNumber(row.score),
});

const FLAGGED: TraceColumnView = {
  key: 'flagged',
  name: 'flagged',
  width: 80,
  render: ({ flagged }) => (flagged ? '⚑ yes' : 'no'),
};

const SEEN: TraceColumnView = {
  key: 'seen',
  name: 'set',
  explain: 'Whether the detector met the trace in training or validation: then it is not measured.',
  width: 124,
  render: ({ seen }) => seenWords(seen),
};

const LABEL: TraceColumnView = {
  key: 'label',
  name: 'label',
  width: 150,
  render: ({ label }) => <LabelMark label={label} />,
};

const NODES: TraceColumnView = {
  key: 'nodes',
  name: 'nodes',
  width: 72,
  align: 'end',
  aside: true,
  render: ({ nodes }) => nodes,
};

const STRUCTURE: TraceColumnView = {
  key: 'structure',
  name: 'structure',
  explain: 'Place among all structures of the dataset; #1 is the most frequent.',
  width: 92,
  align: 'end',
  aside: true,
  render: ({ structure }) => `#${structure}`,
};

const RANKS: readonly (readonly [Variant, string])[] = [
  ['full', 'all'],
  ['nll', 'NLL'],
  ...CORRECTIONS.map(({ id, words }) => [id, words.column] as const),
];

const VARIANT_RANKS = RANKS.map(
  ([variant, words]): TraceColumnView => ({
    key: `rank-${variant}`,
    name: `rank, ${words}`,
    explain: `Rank by ${variantWords(variant)}; 1 is the highest score, equal scores share a rank.`,
    width: 104,
    align: 'end',
    aside: true,
    render: ({ ranks }) => ranks?.[variant] ?? NOT_YET,
  }),
);

/** Of a detector without variants. */
const ONE_RANK: TraceColumnView = {
  key: 'rank-full',
  name: 'rank',
  explain: '1 is the highest score, equal scores share a rank.',
  width: 72,
  align: 'end',
  aside: true,
  render: ({ rank }) => rank ?? NOT_YET,
};

const MISMATCH: TraceColumnView = {
  key: 'mismatch',
  name: 'reconstruction',
  width: 124,
  aside: true,
  render: ({ mismatch }) => (mismatch === true ? '≠ differs' : '= same'),
};

interface RowTools {
  /** The id that was copied last. */
  readonly copied: string | null;
  readonly copy: (traceId: string) => void;
  /** Of the trace in its backend; null where none is set. */
  readonly linkOf: (row: TraceRow) => string | null;
}

const ID_HEAD = 8;
const ID_TAIL = 5;

/** Its begin, by which tracing backends name it, and its end; the whole is copied. */
function shortId(id: string): string {
  const characters = [...id];
  if (characters.length <= ID_HEAD + ID_TAIL + 1) return id;
  return `${characters.slice(0, ID_HEAD).join('')}…${characters.slice(-ID_TAIL).join('')}`;
}

/** Not tab stops: the rows are one, and its keys c and o do the same. */
const traceId = ({ copied, copy, linkOf }: RowTools): TraceColumnView => ({
  key: 'trace',
  name: 'trace',
  width: 140,
  render: (row) => {
    const link = linkOf(row);
    return (
      <span className="trace-id">
        <span className="mono" title={row.traceId}>
          {shortId(row.traceId)}
        </span>
        <button
          type="button"
          className="trace-id__act"
          tabIndex={-1}
          aria-label={`Copy the id ${row.traceId}`}
          title={copied === row.traceId ? 'Copied' : 'Copy the id (c)'}
          onClick={(event) => {
            event.stopPropagation();
            copy(row.traceId);
          }}
        >
          <Icon name={copied === row.traceId ? 'check' : 'copy'} size={12} />
        </button>
        {link !== null && (
          <a
            className="trace-id__act"
            href={link}
            target="_blank"
            rel="noopener noreferrer"
            tabIndex={-1}
            aria-label={`Open ${row.traceId} in the tracing backend`}
            title="Open in the tracing backend (o)"
            onClick={(event) => event.stopPropagation()}
          >
            <Icon name="external" size={12} />
          </a>
        )}
      </span>
    );
  },
});

export interface ColumnChoice extends RowTools {
  readonly day: number | null;
  readonly syntheticFrom: number;
  /** Those that wait beside the ones that always do. */
  readonly aside: readonly TraceColumn[];
  /** Of scores; empty for pure numbers. */
  readonly unit: string;
  /** Whether scores are made of the terms of equation (3). */
  readonly terms: boolean;
  /** Whether the detector names terms of its own. */
  readonly says: boolean;
  /** Whether traces of training and validation are scored too. */
  readonly marked: boolean;
}

/** All columns that a detector has, in their order. */
export function traceColumns(choice: ColumnChoice): TraceColumnView[] {
  const { unit, terms, says, day, aside, syntheticFrom, marked, ...tools } = choice;
  const columns = [
    start(day),
    DURATION,
    ROOT,
    ERRORS,
    sentenceOf(syntheticFrom),
    RARE,
    KIND,
    traceId(tools),
    score(unit, terms),
    FLAGGED,
    ...(marked ? [SEEN] : []),
    LABEL,
    ...(terms ? [TOP_REASON] : says ? [SAYS] : []),
    NODES,
    STRUCTURE,
    ...(terms ? [...VARIANT_RANKS, MISMATCH] : [ONE_RANK]),
  ];
  return columns.map((column) =>
    aside.includes(column.key) ? { ...column, aside: true } : column,
  );
}

/** What an engineer reads already: in the order of the rows, and in the first word of a sentence. */
const READ_ALREADY: readonly TraceColumn[] = ['score', 'kind'];

/** @param scoredAll whether every trace is scored: then no row is told against validation traces */
export const waiting = (reader: Reader, scoredAll: boolean): readonly TraceColumn[] => [
  ...(reader === 'engineer' ? READ_ALREADY : []),
  ...(scoredAll ? (['rare'] as const) : []),
];

/** Where a page is narrow, the answer and how long it took come before what has to be scrolled to. */
export const answerFirst = (columns: readonly TraceColumnView[]): TraceColumnView[] => {
  const first = columns.filter(({ key }) => key === 'sentence' || key === 'duration');
  return [...first, ...columns.filter((column) => !first.includes(column))];
};
