/**
 * What is looked at, as the hash of the page's address: ids and choices, never data. What is as a
 * fresh page has it is left out. A hash comes from anywhere, so reading it keeps only what is known.
 */
import { DETECTOR_IDS, type DetectorId } from '../detectors/catalog.ts';
import { FLAGGED_ONLY, type OpenRange, type TraceFilter } from '../inspect/trace-query.ts';
import type { Corrections, StdLimitKind } from '../scoring/score-terms.ts';
import { LABELS } from '../trace/trace-set.ts';

export interface View {
  /** Ids of the stored dataset and run. */
  readonly dataset: string | null;
  readonly run: string | null;
  /** Id of the run that others are measured against. */
  readonly baseline: string | null;
  /** null: as the run was set up. */
  readonly detector: DetectorId | null;
  readonly corrections: Corrections | null;
  /** Index of a test file; null: all. */
  readonly file: number | null;
  /** Of the list of traces; null: the flagged ones. */
  readonly filter: TraceFilter | null;
  /** As the trace's file writes it. */
  readonly traceId: string | null;
  /** The cell that was gone to. */
  readonly at: string | null;
}

export const NO_VIEW: View = {
  dataset: null,
  run: null,
  baseline: null,
  detector: null,
  corrections: null,
  file: null,
  filter: null,
  traceId: null,
  at: null,
};

const STD_LIMITS: readonly StdLimitKind[] = ['off', 'global', 'operation'];

const correctionsWords = (c: Corrections): string =>
  [
    ...(c.bernoulliScaling ? ['bcscale'] : []),
    ...(c.nodeCountNormalization ? ['ncnorm'] : []),
    ...(c.stdLimit === 'off' ? [] : [`stdlimit-${c.stdLimit}`]),
  ].join('.') || 'none';

function readCorrections(words: string): Corrections {
  const parts = words.split('.');
  return {
    bernoulliScaling: parts.includes('bcscale'),
    nodeCountNormalization: parts.includes('ncnorm'),
    stdLimit: STD_LIMITS.find((kind) => parts.includes(`stdlimit-${kind}`)) ?? 'off',
  };
}

const SHOWN: readonly (readonly [string, boolean | null])[] = [
  ['flagged', true],
  ['unflagged', false],
  ['all', null],
];

const present = (value: number | null): string => (value === null ? '' : String(value));
const rangeWords = ([from, to]: OpenRange): string | null =>
  from === null && to === null ? null : `${present(from)}..${present(to)}`;

/** What differs from the flagged traces, the list as a fresh page has it. */
function filterParts(filter: TraceFilter | null): readonly (readonly [string, string | null])[] {
  if (filter === null) return [];
  const { label, flagged, structure, root, nodes, score, search } = filter;
  const [shown] = SHOWN.find(([, value]) => value === flagged)!;
  return [
    ['show', flagged === FLAGGED_ONLY.flagged ? null : shown],
    ['label', label],
    ['structure', structure === null ? null : String(structure)],
    ['root', root === null ? null : String(root)],
    ['nodes', rangeWords(nodes)],
    ['score', rangeWords(score)],
    ['search', search === '' ? null : search],
  ];
}

const COUNT = /^\d{1,9}$/;
const readCount = (text: string | null): number | null =>
  text !== null && COUNT.test(text) ? Number(text) : null;

function readRange(text: string | null): OpenRange {
  const ends = (text ?? '').split('..');
  if (ends.length !== 2) return [null, null];
  const [from, to] = ends.map((end) => {
    const value = Number(end);
    return end.trim() === '' || !Number.isFinite(value) ? null : value;
  });
  return [from ?? null, to ?? null];
}

function readFilter(parts: URLSearchParams): TraceFilter | null {
  const shown = SHOWN.find(([word]) => word === parts.get('show'));
  const filter: TraceFilter = {
    flagged: shown === undefined ? FLAGGED_ONLY.flagged : shown[1],
    label: LABELS.find((label) => label === parts.get('label')) ?? null,
    structure: readCount(parts.get('structure')),
    root: readCount(parts.get('root')),
    nodes: readRange(parts.get('nodes')),
    score: readRange(parts.get('score')),
    search: parts.get('search') ?? '',
  };
  return isFlaggedOnly(filter) ? null : filter;
}

/** The list as a fresh page has it. */
export const isFlaggedOnly = (filter: TraceFilter): boolean =>
  filterParts(filter).every(([, words]) => words === null);

/** Without the "#"; empty where there is nothing to say. */
export function formatView(view: View): string {
  const parts: readonly (readonly [string, string | null])[] = [
    ['dataset', view.dataset],
    ['run', view.run],
    ['baseline', view.baseline],
    ['detector', view.detector],
    ['corrections', view.corrections === null ? null : correctionsWords(view.corrections)],
    ['file', view.file === null ? null : String(view.file)],
    ...filterParts(view.filter),
    ['trace', view.traceId],
    ['at', view.at],
  ];
  const said = parts.filter((part): part is [string, string] => part[1] !== null);
  return new URLSearchParams(said).toString();
}

/**
 * @param hash with or without "#"
 * @returns    null for a hash that is no view, such as the plain name of a cell
 */
export function parseView(hash: string): View | null {
  const text = hash.replace(/^#/, '');
  if (!text.includes('=')) return null;
  const parts = new URLSearchParams(text);
  const corrections = parts.get('corrections');
  return {
    dataset: parts.get('dataset'),
    run: parts.get('run'),
    baseline: parts.get('baseline'),
    detector: DETECTOR_IDS.find((id) => id === parts.get('detector')) ?? null,
    corrections: corrections === null ? null : readCorrections(corrections),
    file: readCount(parts.get('file')),
    filter: readFilter(parts),
    traceId: parts.get('trace'),
    at: parts.get('at'),
  };
}
