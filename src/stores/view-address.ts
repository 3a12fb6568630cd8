/**
 * What is looked at, as the hash of the page's address: ids and choices, never data. What is as a
 * fresh page has it is left out. A hash comes from anywhere, so reading it keeps only what is known.
 */
import { DETECTOR_IDS, type DetectorId } from '../detectors/catalog.ts';
import type { Corrections, StdLimitKind } from '../scoring/score-terms.ts';
import { LABEL_FILTERS, type LabelFilter } from './inspect-store.ts';

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
  readonly filter: LabelFilter | null;
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

/** Without the "#"; empty where there is nothing to say. */
export function formatView(view: View): string {
  const parts: readonly (readonly [string, string | null])[] = [
    ['dataset', view.dataset],
    ['run', view.run],
    ['baseline', view.baseline],
    ['detector', view.detector],
    ['corrections', view.corrections === null ? null : correctionsWords(view.corrections)],
    ['file', view.file === null ? null : String(view.file)],
    ['filter', view.filter],
    ['trace', view.traceId],
    ['at', view.at],
  ];
  const present = parts.filter((part): part is [string, string] => part[1] !== null);
  return new URLSearchParams(present).toString();
}

/**
 * @param hash with or without "#"
 * @returns    null for a hash that is no view, such as the plain name of a cell
 */
export function parseView(hash: string): View | null {
  const text = hash.replace(/^#/, '');
  if (!text.includes('=')) return null;
  const parts = new URLSearchParams(text);
  const file = parts.get('file');
  const corrections = parts.get('corrections');
  return {
    dataset: parts.get('dataset'),
    run: parts.get('run'),
    baseline: parts.get('baseline'),
    detector: DETECTOR_IDS.find((id) => id === parts.get('detector')) ?? null,
    corrections: corrections === null ? null : readCorrections(corrections),
    file: file !== null && /^\d{1,9}$/.test(file) ? Number(file) : null,
    filter: LABEL_FILTERS.find((filter) => filter === parts.get('filter')) ?? null,
    traceId: parts.get('trace'),
    at: parts.get('at'),
  };
}
