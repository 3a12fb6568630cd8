import { describe, expect, it } from 'vitest';
import { glyphPixels, nearestMark, rasterMarks } from './mark-raster.ts';

const styles = [
  { glyph: 'circle', rgb: [1, 2, 3] },
  { glyph: 'diamond', rgb: [9, 8, 7] },
] as const;
const size = { width: 101, height: 51 };
const places = (x: number[], y: number[]) => ({
  x: Float32Array.from(x),
  y: Float32Array.from(y),
});

function draw(from: ReturnType<typeof places>, to: ReturnType<typeof places>, share: number) {
  const pixels = new Uint8ClampedArray(4 * size.width * size.height);
  rasterMarks(pixels, size, from, to, share, Uint8Array.of(0, 1), styles, 1);
  return (x: number, y: number) => [...pixels.subarray(4 * (y * size.width + x)).subarray(0, 4)];
}

describe('rasterMarks', () => {
  it('draws each mark in its tone on its way', () => {
    const from = places([0, 0.5], [0.5, 0.5]);
    const to = places([1, 0.5], [0.5, 0.5]);
    const half = draw(from, to, 0.25);
    expect(half(25, 25).slice(0, 3)).toEqual([1, 2, 3]);
    expect(half(50, 25).slice(0, 3)).toEqual([9, 8, 7]);
    expect(half(75, 25)).toEqual([0, 0, 0, 0]);
    expect(draw(from, to, 1)(100, 25).slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('lets marks that lie over each other grow opaque', () => {
    const same = places([0.5, 0.5], [0.5, 0.5]);
    const apart = places([0.2, 0.5], [0.5, 0.5]);
    expect(draw(same, same, 1)(50, 25)[3]).toBe(255);
    expect(draw(apart, apart, 1)(50, 25)[3]).toBeLessThan(255);
  });

  it('tells glyphs apart by shape', () => {
    const shapes = ['circle', 'triangle', 'diamond', 'square'] as const;
    const masks = shapes.map((glyph) => glyphPixels(glyph, 3.5).join());
    expect(new Set(masks).size).toBe(shapes.length);
  });
});

describe('nearestMark', () => {
  it('finds the mark under the pointer, and none far from all', () => {
    const marks = places([0.1, 0.9], [0.5, 0.5]);
    expect(nearestMark(marks, size, { x: 88, y: 25 }, 8)).toBe(1);
    expect(nearestMark(marks, size, { x: 50, y: 25 }, 8)).toBe(-1);
  });
});
