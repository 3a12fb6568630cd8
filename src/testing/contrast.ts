/** Contrast of two colours after WCAG 2, from 1 (the same) to 21 (black on white). */
import { rgb } from 'd3';

function luminance(colour: string): number {
  const { r, g, b } = rgb(colour);
  const linear = (v: number) => (v <= 10.31 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
