/**
 * Width of text without a browser: SVG does not cut text off, and layouts run in tests. Widths are
 * those of IBM Plex Sans in ems by class of character, rounded up a little.
 */
import { ellipsisMiddle } from '../widgets/format.ts';

const NARROW = /[ilj.,:;'|!()[\]{} ft/r-]/;
const WIDE = /[mwMW@%—…]/;
const CAPITAL = /[A-Z&#]/;

function characterWidth(character: string): number {
  if (character.charCodeAt(0) > 0x2e7f) return 1;
  if (NARROW.test(character)) return 0.36;
  if (WIDE.test(character)) return 0.9;
  if (CAPITAL.test(character)) return 0.68;
  return 0.59;
}

/** Pixels, at a font size in pixels. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += characterWidth(character);
  return ems * fontSize;
}

/** The text, shortened in its middle until it fits. */
export function fitText(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  for (let length = Array.from(text).length - 1; length > 3; length--) {
    const short = ellipsisMiddle(text, length);
    if (textWidth(short, fontSize) <= width) return short;
  }
  return ellipsisMiddle(text, 3);
}
