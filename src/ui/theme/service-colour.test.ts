import { describe, expect, it } from 'vitest';
import { contrast } from '../../testing/contrast.ts';
import { serviceColour, serviceColourCss } from './service-colour.ts';

const names = Array.from({ length: 400 }, (_, i) => `service-${i}`);

describe('serviceColour', () => {
  it('is the same for the same name, and spreads over the palette', () => {
    expect(serviceColour('cart', 'light')).toBe(serviceColour('cart', 'light'));
    expect(new Set(names.map((name) => serviceColour(name, 'light'))).size).toBe(27);
  });

  it('has at least 3:1 against the surfaces of its theme', () => {
    for (const name of names) {
      expect(contrast(serviceColour(name, 'light'), '#f5f6f7')).toBeGreaterThan(3);
      expect(contrast(serviceColour(name, 'dark'), '#1d2125')).toBeGreaterThan(3);
    }
  });

  it('never is one of the label colours', () => {
    const labels = ['#0072b2', '#e69f00', '#cc79a7', '#d55e00'];
    for (const name of names) expect(labels).not.toContain(serviceColour(name, 'light'));
  });

  it('offers both themes as one value', () => {
    expect(serviceColourCss('cart')).toMatch(/^light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\)$/);
  });
});
