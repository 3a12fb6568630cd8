/** Words and marks of the lab, the same in all its views. */
import type { ScoreGroup } from '../../stores/lab-view.ts';
import type { Variant } from '../../stores/score-view.ts';
import type { MarkKind } from '../charts/MarkCanvas.tsx';
import { toneInk } from '../charts/tones.ts';

export const GROUP_WORDS: Readonly<Record<ScoreGroup, string>> = {
  normal: 'normal',
  structure: 'structure anomaly',
  time: 'time anomaly',
  mismatched: 'mismatched',
};

/** Without labels a trace is just that. */
export const groupWords = (group: ScoreGroup, labelled: boolean): string =>
  group === 'normal' && !labelled ? 'test trace' : GROUP_WORDS[group];

export const STEP_WORDS: Readonly<Record<Variant, string>> = {
  nll: 'plain NLL',
  bcscale: 'scaling alone',
  ncnorm: 'normalization alone',
  stdlimit: 'std-limit alone',
  full: 'all together',
};

const GLYPHS = {
  normal: 'circle',
  structure: 'triangle',
  time: 'diamond',
  mismatched: 'square',
} as const;

/** In the order of the score groups. */
export const GROUP_KINDS: readonly MarkKind[] = (
  ['normal', 'structure', 'time', 'mismatched'] as const
).map((group) => ({ glyph: GLYPHS[group], ink: toneInk(group) }));

export const GROUP_INKS: readonly string[] = GROUP_KINDS.map(({ ink }) => ink);
