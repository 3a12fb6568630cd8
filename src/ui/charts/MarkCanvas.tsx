/**
 * One mark a trace on a canvas. When marks get other places they glide there, each from where it is;
 * they jump where the reader asked for less motion, and where the canvas has another size. Very many
 * marks are painted when they come into view: a million take as long as several frames.
 */
import { useLayoutEffect, useRef } from 'react';
import { useNearView } from '../widgets/use-near-view.ts';
import { type Glyph, type MarkPlaces, type MarkStyle, rasterMarks } from './mark-raster.ts';
import { useInks } from './use-inks.ts';

const GLIDE_MS = 300;
/** Sharper ones would cost four times the pixels. */
const MAX_RATIO = 2;
/** So many marks take no longer than a small part of a frame. */
const ALWAYS_PAINTED = 50_000;

export interface MarkKind {
  readonly glyph: Glyph;
  /** A CSS colour. */
  readonly ink: string;
}

export interface MarkCanvasProps {
  /** Pixels on the page. */
  readonly width: number;
  readonly height: number;
  readonly places: MarkPlaces;
  /** [n] index into kinds */
  readonly kind: Uint8Array;
  readonly kinds: readonly MarkKind[];
  /** CSS colours of the kinds, a list that stays the same object. */
  readonly inks: readonly string[];
  readonly left: number;
  readonly top: number;
}

export function MarkCanvas(props: MarkCanvasProps) {
  const { width, height, places, kind, kinds, inks, left, top } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = useInks(canvas, inks);
  /** Where the marks are now, which may be on their way. */
  const now = useRef<MarkPlaces>(places);
  const near = useNearView(canvas, { margin: 0, stays: false });

  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || width < 1 || height < 1 || colours.length !== kinds.length) return;
    if (!near && places.x.length > ALWAYS_PAINTED) return;
    const ratio = Math.min(MAX_RATIO, devicePixelRatio);
    const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
    const resized = element.width !== columns || element.height !== rows;
    element.width = columns;
    element.height = rows;
    const image = context.createImageData(element.width, element.height);
    const styles = kinds.map(({ glyph }, i): MarkStyle => ({ glyph, rgb: colours[i]! }));
    const still =
      resized ||
      now.current.x.length !== places.x.length ||
      matchMedia('(prefers-reduced-motion: reduce)').matches;
    const from = still ? places : now.current;
    const paint = (share: number): void => {
      image.data.fill(0);
      rasterMarks(image.data, element, from, places, share, kind, styles, ratio);
      context.putImageData(image, 0, 0);
    };
    if (from === places) {
      now.current = places;
      paint(1);
      return;
    }
    let frame = 0;
    let share = 0;
    const started = performance.now();
    const step = (time: number): void => {
      share = Math.min(1, Math.max(0, (time - started) / GLIDE_MS));
      paint(ease(share));
      if (share < 1) frame = requestAnimationFrame(step);
      else now.current = places;
    };
    frame = requestAnimationFrame(step);
    return () => {
      cancelAnimationFrame(frame);
      if (share < 1) now.current = between(from, places, ease(share));
    };
  }, [near, width, height, places, kind, kinds, colours]);

  return <canvas ref={canvas} className="chart__marks" style={{ left, top, width, height }} />;
}

const ease = (share: number): number => share * share * (3 - 2 * share);

const between = (from: MarkPlaces, to: MarkPlaces, share: number): MarkPlaces => ({
  x: from.x.map((x, i) => x + (to.x[i]! - x) * share),
  y: from.y.map((y, i) => y + (to.y[i]! - y) * share),
});
