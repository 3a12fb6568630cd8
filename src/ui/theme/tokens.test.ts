import { readFileSync } from 'node:fs';
import { rgb } from 'd3';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function token(name: string): { light: string; dark: string } {
  const both = css.match(new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\);`));
  const one = css.match(new RegExp(`--${name}: (#\\w+);`));
  const light = both?.[1] ?? one?.[1];
  const dark = both?.[2] ?? one?.[1];
  if (light === undefined || dark === undefined) throw new Error(`no token ${name}`);
  return { light, dark };
}

function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const { r, g, b: blue } = rgb(colour);
    const [x, y, z] = [r, g, blue].map((v) =>
      v <= 10.31 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    ) as [number, number, number];
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
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
