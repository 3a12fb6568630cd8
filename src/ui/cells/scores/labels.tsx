/** The labels of traces: word, shape and colour, the same everywhere. */
import { LABEL_FILTERS, type LabelFilter } from '../../../stores/scores/inspect-store.ts';
import type { Label } from '../../../trace/trace-set.ts';
import './labels.css';

export const LABEL_WORDS: Readonly<Record<Label, string>> = {
  unlabelled: 'no label',
  normal: 'normal',
  structure: 'structure anomaly',
  time: 'time anomaly',
};

const GLYPHS: Readonly<Record<Label, string>> = {
  unlabelled: '',
  normal: '●',
  structure: '▲',
  time: '◆',
};

const FILTER_WORDS: Readonly<Record<LabelFilter, string>> = {
  flagged: 'flagged',
  all: 'all',
  normal: 'normal',
  structure: 'structure anomalies',
  time: 'time anomalies',
};

export const FILTER_OPTIONS = LABEL_FILTERS.map((value) => ({ value, label: FILTER_WORDS[value] }));

export function LabelMark({ label }: { readonly label: Label }) {
  return (
    <span className={`label-mark label-mark--${label}`}>
      <span aria-hidden="true">{GLYPHS[label]}</span> {LABEL_WORDS[label]}
    </span>
  );
}
