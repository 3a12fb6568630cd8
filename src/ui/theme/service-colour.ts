/**
 * A stable colour for each service, by hash of its name alone: the same service has the same colour
 * in every dataset, view and visit. Hue and lightness both vary, for eyes that tell few hues apart,
 * and chroma stays below that of the four label colours, which mean something else. Many services
 * share few colours, so a name always stands next to its colour.
 */
import { hcl } from 'd3';

export type Theme = 'light' | 'dark';

/** Degrees in CIE LCh; the hues of the label colours (250, 72, 349, 52) are left out. */
const HUES = [20, 98, 125, 150, 180, 210, 278, 300, 322] as const;
const CHROMA = 38;
/** Three steps of lightness per theme, each at least 3:1 against the surface. */
const LIGHTNESS: Readonly<Record<Theme, readonly number[]>> = {
  light: [34, 46, 58],
  dark: [56, 68, 81],
};

/** FNV-1a over UTF-16 code units, with a final mix: short names differ in few bits. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

export function serviceColour(name: string, theme: Theme): string {
  const hash = hashName(name);
  const steps = LIGHTNESS[theme];
  const hue = HUES[hash % HUES.length]!;
  const lightness = steps[Math.floor(hash / HUES.length) % steps.length]!;
  return hcl(hue, CHROMA, lightness).formatHex();
}

/** Both colours as one CSS value that follows the theme; for `style`, not for attributes. */
export const serviceColourCss = (name: string): string =>
  `light-dark(${serviceColour(name, 'light')}, ${serviceColour(name, 'dark')})`;
