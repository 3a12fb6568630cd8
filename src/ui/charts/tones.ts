/** Colours by meaning, as CSS values: one vocabulary for all charts. */
export type Tone = 'plain' | 'accent' | 'normal' | 'structure' | 'time' | 'mismatched';

/** For lines and text. */
export const toneInk = (tone: Tone): string =>
  tone === 'plain' ? 'var(--ink)' : tone === 'accent' ? 'var(--accent)' : `var(--data-${tone}-ink)`;

/** For areas. */
export const toneFill = (tone: Tone): string =>
  tone === 'plain' ? 'var(--mark)' : tone === 'accent' ? 'var(--accent)' : `var(--data-${tone})`;
