/**
 * What is looked at, as the hash of the page's address: ids and choices, never data. What is as a
 * fresh page has it is left out. A hash comes from anywhere, so reading it keeps only what is known.
 */
import { DETECTOR_IDS, type DetectorId } from '../../detectors/catalog.ts';
import { NO_FILTER, type OpenRange } from '../../inspect/trace-query.ts';
import { readCorrections, writeCorrections } from '../../scoring/corrections/in-address.ts';
import { type Corrections, formulaText, withFormula } from '../../scoring/corrections/list.ts';
import { checkFormula } from '../../scoring/formula/check.ts';
import {
  formatThreshold,
  parseThreshold,
  type ThresholdRule,
} from '../../scoring/threshold-rule.ts';
import { LABEL_FILTERS, type LabelFilter } from '../scores/inspect-store.ts';
import type { NarrowFilter } from '../scores/trace-list-store.ts';
import { READERS, type Reader } from './cell-order.ts';

export interface View {
  /** Whom the page is laid out for; null: as the browser remembers, or for an engineer. */
  readonly reader: Reader | null;
  /** Ids of the stored dataset and run. */
  readonly dataset: string | null;
  readonly run: string | null;
  /** Id of the run that others are measured against. */
  readonly baseline: string | null;
  /** null: as the run was set up. */
  readonly detector: DetectorId | null;
  readonly corrections: Corrections | null;
  /** null: the default of the data. */
  readonly threshold: ThresholdRule | null;
  /** Index of a test file; null: all. */
  readonly file: number | null;
  /** null: the flagged traces. */
  readonly filter: LabelFilter | null;
  /** What narrows the list beside it. */
  readonly narrow: NarrowFilter | null;
  /** Whether odd traces come kind by kind. */
  readonly grouped: boolean;
  /** As the trace's file writes it. */
  readonly traceId: string | null;
  /** The cell that was gone to. */
  readonly at: string | null;
}

export const NO_VIEW: View = {
  reader: null,
  dataset: null,
  run: null,
  baseline: null,
  detector: null,
  corrections: null,
  threshold: null,
  file: null,
  filter: null,
  narrow: null,
  grouped: false,
  traceId: null,
  at: null,
};

const YES_NO: readonly (readonly [string, boolean | null])[] = [
  ['yes', true],
  ['no', false],
];

const present = (value: number | null): string => (value === null ? '' : String(value));
const rangeWords = ([from, to]: OpenRange): string | null =>
  from === null && to === null ? null : `${present(from)}..${present(to)}`;

function narrowParts(narrow: NarrowFilter | null): readonly (readonly [string, string | null])[] {
  if (narrow === null) return [];
  const { flagged, errors, search } = narrow;
  const yesNo = (wanted: boolean | null): string | null =>
    YES_NO.find(([, value]) => value === wanted)?.[0] ?? null;
  return [
    ['flagged', yesNo(flagged)],
    ...COUNTS.map((part) => [part, narrow[part] === null ? null : String(narrow[part])] as const),
    ['errors', yesNo(errors)],
    ...RANGES.map((part) => [part, rangeWords(narrow[part])] as const),
    ['seen', narrow.seen],
    ['kind', narrow.kind],
    ['search', search === '' ? null : search],
  ];
}

/** Parts of a list's filter that are an index of the dataset, and those that are a range. */
const COUNTS = ['structure', 'root', 'service', 'operation', 'lacks'] as const;
const RANGES = ['duration', 'start', 'nodes', 'score'] as const;

const SEEN = ['also', 'only'] as const;

/** A kind's key, see inspect/trace-kinds.ts. */
const KIND = /^[a-z-]{1,16}[0-9a-z]{0,12}$/;
const BY_KIND = 'kind';
const COUNT = /^\d{1,9}$/;
const readCount = (text: string | null): number | null =>
  text !== null && COUNT.test(text) ? Number(text) : null;

/** A number alone is a percentile: addresses had nothing else. */
function readThreshold(text: string | null): ThresholdRule | null {
  if (text === null) return null;
  const rule = parseThreshold(/^[\d.]+$/.test(text) ? `p${text}` : text);
  return rule.ok ? rule.value : null;
}

function readRange(text: string | null): OpenRange {
  const ends = (text ?? '').split('..');
  if (ends.length !== 2) return [null, null];
  const [from, to] = ends.map((end) => {
    const value = Number(end);
    return end.trim() === '' || !Number.isFinite(value) ? null : value;
  });
  return [from ?? null, to ?? null];
}

const readYesNo = (text: string | null): boolean | null =>
  YES_NO.find(([word]) => word === text)?.[1] ?? null;

const readAll = <Part extends string, T>(
  parts: readonly Part[],
  read: (part: Part) => T,
): Record<Part, T> =>
  Object.fromEntries(parts.map((part) => [part, read(part)])) as Record<Part, T>;

function readNarrow(parts: URLSearchParams): NarrowFilter | null {
  const { label: _, ...none } = NO_FILTER;
  const narrow: NarrowFilter = {
    ...none,
    flagged: readYesNo(parts.get('flagged')),
    errors: readYesNo(parts.get('errors')),
    ...readAll(COUNTS, (part) => readCount(parts.get(part))),
    ...readAll(RANGES, (part) => readRange(parts.get(part))),
    seen: SEEN.find((seen) => seen === parts.get('seen')) ?? null,
    kind: KIND.test(parts.get('kind') ?? '') ? parts.get('kind') : null,
    search: parts.get('search') ?? '',
  };
  return isOpen(narrow) ? null : narrow;
}

/** Nothing is narrowed. */
export const isOpen = (narrow: NarrowFilter): boolean =>
  narrowParts(narrow).every(([, words]) => words === null);

/** Without the "#"; empty where there is nothing to say. */
export function formatView(view: View): string {
  const parts: readonly (readonly [string, string | null])[] = [
    ['dataset', view.dataset],
    ['run', view.run],
    ['baseline', view.baseline],
    ['detector', view.detector],
    ['corrections', view.corrections === null ? null : writeCorrections(view.corrections)],
    ['formula', view.corrections === null ? null : formulaText(view.corrections)],
    ['threshold', view.threshold === null ? null : formatThreshold(view.threshold)],
    ['file', view.file === null ? null : String(view.file)],
    ['filter', view.filter],
    ...narrowParts(view.narrow),
    ['by', view.grouped ? BY_KIND : null],
    ['trace', view.traceId],
    ['for', view.reader],
    ['at', view.at],
  ];
  const said = parts.filter((part): part is [string, string] => part[1] !== null);
  return new URLSearchParams(said).toString();
}

/** An address comes from anywhere: a formula that cannot be read is left out. */
function readChoice(words: string | null, formula: string | null): Corrections | null {
  const isReadable = formula !== null && checkFormula(formula).ok;
  if (words === null && !isReadable) return null;
  const corrections = readCorrections(words ?? '');
  return isReadable ? withFormula(corrections, formula) : corrections;
}

/**
 * @param hash with or without "#"
 * @returns    null for a hash that is no view, such as the plain name of a cell
 */
export function parseView(hash: string): View | null {
  const text = hash.replace(/^#/, '');
  if (!text.includes('=')) return null;
  const parts = new URLSearchParams(text);
  return {
    dataset: parts.get('dataset'),
    reader: READERS.find((reader) => reader === parts.get('for')) ?? null,
    run: parts.get('run'),
    baseline: parts.get('baseline'),
    detector: DETECTOR_IDS.find((id) => id === parts.get('detector')) ?? null,
    corrections: readChoice(parts.get('corrections'), parts.get('formula')),
    threshold: readThreshold(parts.get('threshold')),
    file: readCount(parts.get('file')),
    filter: LABEL_FILTERS.find((filter) => filter === parts.get('filter')) ?? null,
    narrow: readNarrow(parts),
    grouped: parts.get('by') === BY_KIND,
    traceId: parts.get('trace'),
    at: parts.get('at'),
  };
}
