/**
 * Very many marks as pixels: one pass over typed arrays, no call a mark. Marks of one tone that lie
 * over each other grow opaque, so that density shows.
 */

export type Glyph = 'circle' | 'triangle' | 'diamond' | 'square';

export interface MarkStyle {
  readonly glyph: Glyph;
  /** 0 to 255 each. */
  readonly rgb: readonly [number, number, number];
}

/** Places of n marks, 0 to 1 from the left and from the top. */
export interface MarkPlaces {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export interface RasterSize {
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
}

/** Pixels from the middle of a mark to its edge, and how opaque one mark is; fewer marks are larger. */
export function markSize(count: number): { readonly radius: number; readonly alpha: number } {
  if (count <= 600) return { radius: 3.5, alpha: 170 };
  if (count <= 6000) return { radius: 2.5, alpha: 110 };
  if (count <= 30_000) return { radius: 1.5, alpha: 70 };
  return { radius: 1, alpha: 40 };
}

const INSIDE: Readonly<Record<Glyph, (dx: number, dy: number, r: number) => boolean>> = {
  circle: (dx, dy, r) => dx * dx + dy * dy <= r * r,
  square: (dx, dy, r) => Math.max(Math.abs(dx), Math.abs(dy)) <= r * 0.8,
  diamond: (dx, dy, r) => Math.abs(dx) + Math.abs(dy) <= r * 1.2,
  // its point up
  triangle: (dx, dy, r) => dy <= r * 0.8 && Math.abs(dx) <= (dy + r * 1.1) * 0.6,
};

/** Offsets of a glyph's pixels as pairs dx, dy. */
export function glyphPixels(glyph: Glyph, radius: number): Int8Array {
  const reach = Math.ceil(radius * 1.3);
  const pixels: number[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (INSIDE[glyph](dx, dy, radius)) pixels.push(dx, dy);
    }
  }
  return Int8Array.from(pixels);
}

/**
 * Draws marks on their way from one place to another.
 *
 * @param pixels RGBA, cleared
 * @param share  of the way, 0 to 1
 * @param style  [n] index into styles
 */
export function rasterMarks(
  pixels: Uint8ClampedArray,
  { width, height }: RasterSize,
  from: MarkPlaces,
  to: MarkPlaces,
  share: number,
  style: Uint8Array,
  styles: readonly MarkStyle[],
  ratio: number,
): void {
  const { radius, alpha } = markSize(style.length);
  const glyphs = styles.map(({ glyph }) => glyphPixels(glyph, radius * ratio));
  for (let i = 0; i < style.length; i++) {
    const x = from.x[i]! + (to.x[i]! - from.x[i]!) * share;
    const y = from.y[i]! + (to.y[i]! - from.y[i]!) * share;
    const column = Math.round(x * (width - 1));
    const row = Math.round(y * (height - 1));
    const [red, green, blue] = styles[style[i]!]!.rgb;
    const glyph = glyphs[style[i]!]!;
    for (let p = 0; p < glyph.length; p += 2) {
      const px = column + glyph[p]!;
      const py = row + glyph[p + 1]!;
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const at = 4 * (py * width + px);
      pixels[at] = red;
      pixels[at + 1] = green;
      pixels[at + 2] = blue;
      pixels[at + 3] = pixels[at + 3]! + alpha;
    }
  }
}

/** The mark nearest to a place within `reach` pixels; -1 where there is none. */
export function nearestMark(
  { x, y }: MarkPlaces,
  { width, height }: RasterSize,
  at: { readonly x: number; readonly y: number },
  reach: number,
): number {
  let nearest = -1;
  let least = reach * reach;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i]! * (width - 1) - at.x;
    const dy = y[i]! * (height - 1) - at.y;
    const distance = dx * dx + dy * dy;
    if (distance <= least) {
      least = distance;
      nearest = i;
    }
  }
  return nearest;
}
