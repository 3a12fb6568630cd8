/**
 * Labels as other people's files write them.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { LABELS, type Label, labelCode } from '../trace/trace-set.ts';

/**
 * The words of {@link LABELS}, of the authors' loader ("drop" and "latency") and the numbers of
 * most published sets. Those say only that a trace is anomalous, not how: 1 counts as a structure
 * anomaly, which leaves the metrics of all anomalies together as they should be.
 */
const WORDS: ReadonlyMap<string, Label> = new Map<string, Label>([
  ...LABELS.map((label): [string, Label] => [label, label]),
  ['', 'unlabelled'],
  ['drop', 'structure'],
  ['structural', 'structure'],
  ['latency', 'time'],
  ['0', 'normal'],
  ['0.0', 'normal'],
  ['false', 'normal'],
  ['1', 'structure'],
  ['1.0', 'structure'],
  ['true', 'structure'],
  ['anomaly', 'structure'],
  ['anomalous', 'structure'],
  ['abnormal', 'structure'],
]);

/** Longer cells are no label. */
const LONGEST = 32;
const UNLABELLED = labelCode('unlabelled');

/** @returns index into LABELS; null if the text is no label */
export function readLabel(bytes: Uint8Array, start: number, end: number): number | null {
  if (end === start) return UNLABELLED;
  if (end - start > LONGEST) return null;
  const label = WORDS.get(decodeUtf8(bytes.subarray(start, end)).trim().toLowerCase());
  return label === undefined ? null : labelCode(label);
}
