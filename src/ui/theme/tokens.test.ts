import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast } from '../../testing/contrast.ts';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function token(name: string): { light: string; dark: string } {
  const both = css.match(new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\);`));
  const one = css.match(new RegExp(`--${name}: (#\\w+);`));
  const light = both?.[1] ?? one?.[1];
  const dark = both?.[2] ?? one?.[1];
  if (light === undefined || dark === undefined) throw new Error(`no token ${name}`);
  return { light, dark };
}

const texts = ['ink', 'ink-2', 'ink-3', 'accent', 'danger', 'warn'];
const dataInks = ['normal-ink', 'structure-ink', 'time-ink', 'mismatched-ink'].map(
  (name) => `data-${name}`,
);
const surfaces = ['surface', 'surface-sunken', 'surface-raised'];

describe.each(['light', 'dark'] as const)('tokens, %s', (theme) => {
  it.each([...texts, ...dataInks])('--%s is legible as text on every surface', (name) => {
    for (const surface of surfaces) {
      expect(contrast(token(name)[theme], token(surface)[theme])).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each([
    ['on-accent', 'accent'],
    ['danger', 'danger-wash'],
    ['warn', 'warn-wash'],
    ['accent', 'accent-wash'],
    ['ink', 'surface-hover'],
    ['ink-2', 'surface-hover'],
  ])('--%s is legible on --%s', (ink, surface) => {
    expect(contrast(token(ink)[theme], token(surface)[theme])).toBeGreaterThanOrEqual(4.5);
  });

  it('marks and borders of controls have at least 3:1', () => {
    for (const name of ['mark', 'rule-strong', 'focus']) {
      expect(contrast(token(name)[theme], token('surface')[theme])).toBeGreaterThanOrEqual(3);
    }
  });
});
