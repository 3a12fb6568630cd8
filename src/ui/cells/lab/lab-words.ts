/** Words and marks of the lab, the same in all its views. */
import type { ScoreGroup, ScorePart } from '../../../stores/lab/lab-view.ts';
import type { MarkKind } from '../../charts/MarkCanvas.tsx';
import { toneInk } from '../../charts/tones.ts';

export const GROUP_WORDS: Readonly<Record<ScoreGroup, string>> = {
  normal: 'normal',
  structure: 'structure anomaly',
  time: 'time anomaly',
  mismatched: 'mismatched',
};

/** Without labels a trace is just that. */
export const groupWords = (group: ScoreGroup, labelled: boolean): string =>
  group === 'normal' && !labelled ? 'test trace' : GROUP_WORDS[group];

const GLYPHS = {
  normal: 'circle',
  structure: 'triangle',
  time: 'diamond',
  mismatched: 'square',
} as const;

/** The glyphs as text. */
export const GROUP_MARKS: Readonly<Record<ScoreGroup, string>> = {
  normal: '●',
  structure: '▲',
  time: '◆',
  mismatched: '■',
};

/** In the order of the score groups. */
export const GROUP_KINDS: readonly MarkKind[] = (
  ['normal', 'structure', 'time', 'mismatched'] as const
).map((group) => ({ glyph: GLYPHS[group], ink: toneInk(group) }));

export const GROUP_INKS: readonly string[] = GROUP_KINDS.map(({ ink }) => ink);

/** "99", "99.5": a percentile without more digits than its slider has. */
export const percentWords = (percent: number): string => String(Math.round(10 * percent) / 10);

export const PART_WORDS: Readonly<Record<ScorePart, string>> = {
  nodeCount: '−log p(N | z), node count',
  edges: '−log p(A | z), edges',
  operations: '−log p(Y | ·), operations',
  latency: '−log p(X | ·), latencies',
  klStructure: 'log q(z) − log p(z)',
  klLatency: 'log q(z₂) − log p(z₂ | z)',
  status: '−log p(E | z, ·), errors',
  samples: 'mean over samples',
};
