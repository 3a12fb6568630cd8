/**
 * A figure of the page as a drawing of its own: its SVG parts with the computed colours inlined,
 * its canvas as a picture within it, and its words, wherever HTML sets them, as text at the same
 * place. Presentation attributes only, so the drawing needs no style sheet.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** Left out: what is said and not shown, and what follows the pointer. */
const LEFT_OUT = '.said-only, .chart__tip, .chart__cursor, .save-figure, [popover], input';

const PRESENTATION = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'visibility',
] as const;

/** The page's fonts may be missing where the drawing is opened. */
const FALLBACK_FONTS = 'system-ui, sans-serif';

const MARGIN = 8;

export interface Drawing {
  readonly root: SVGElement;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export function drawFigure(figure: Element, title: string): Drawing {
  const box = boundsOf(figure);
  const width = Math.ceil(box.right - box.left) + 2 * MARGIN;
  const height = Math.ceil(box.bottom - box.top) + 2 * MARGIN;
  const origin = { x: box.left - MARGIN, y: box.top - MARGIN };
  const root = make('svg', {
    xmlns: SVG,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  });
  const name = make('title', {});
  name.textContent = title;
  root.append(name, make('rect', { width, height, fill: backgroundOf(figure) }));
  draw(figure, root, origin);
  return { root, width, height };
}

/** All of it, also what a scrolling box hides on the page. */
function boundsOf(figure: Element): Pick<DOMRect, 'left' | 'top' | 'right' | 'bottom'> {
  let { left, top, right, bottom } = figure.getBoundingClientRect();
  for (const part of figure.querySelectorAll('svg')) {
    if (part.closest(LEFT_OUT) !== null) continue;
    const box = part.getBoundingClientRect();
    if (box.width === 0) continue;
    left = Math.min(left, box.left);
    top = Math.min(top, box.top);
    right = Math.max(right, box.right);
    bottom = Math.max(bottom, box.bottom);
  }
  return { left, top, right, bottom };
}

export const svgText = ({ root }: Drawing): string =>
  withoutControls(new XMLSerializer().serializeToString(root));

/** XML has no control characters but tab and line ends, no half of a pair, and not the last two codes. */
export const withoutControls = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD');

interface Point {
  readonly x: number;
  readonly y: number;
}

function draw(element: Element, into: SVGElement, origin: Point): void {
  for (const child of element.childNodes) {
    if (child instanceof Text) drawText(child, into, origin);
    if (!(child instanceof Element) || child.matches(LEFT_OUT)) continue;
    const style = getComputedStyle(child);
    if (style.display === 'none' || style.visibility === 'hidden') continue;
    if (child instanceof SVGSVGElement) {
      into.append(copySvg(child, origin));
      continue;
    }
    if (child instanceof HTMLCanvasElement) {
      into.append(pictureOf(child, origin));
      continue;
    }
    drawBox(child, style, into, origin);
    draw(child, into, origin);
  }
}

function drawBox(element: Element, style: CSSStyleDeclaration, into: SVGElement, at: Point): void {
  const { backgroundColor } = style;
  if (isClear(backgroundColor)) return;
  const { left, top, width, height } = element.getBoundingClientRect();
  into.append(
    make('rect', { x: left - at.x, y: top - at.y, width, height, fill: backgroundColor }),
  );
}

/** A line of text for each line that the page breaks it into. */
function drawText(node: Text, into: SVGElement, origin: Point): void {
  const parent = node.parentElement;
  if (parent === null || node.data.trim() === '') return;
  const style = getComputedStyle(parent);
  const range = document.createRange();
  const lines: { text: string; left: number; right: number; top: number; height: number }[] = [];
  for (const word of node.data.matchAll(/\S+/g)) {
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const { left, right, top, width, height } = range.getBoundingClientRect();
    if (width === 0) continue;
    const last = lines.at(-1);
    if (last !== undefined && Math.abs(last.top - top) < height / 2) {
      last.text += ` ${word[0]}`;
      last.right = right;
    } else lines.push({ text: word[0], left, right, top, height });
  }
  for (const { text, left, right, top, height } of lines) {
    const line = make('text', {
      x: left - origin.x,
      y: top + height / 2 - origin.y,
      dy: '0.35em',
      // As wide as here, in whatever font it is drawn with elsewhere.
      textLength: right - left,
      lengthAdjust: 'spacingAndGlyphs',
      fill: style.color,
      'font-family': `${style.fontFamily}, ${FALLBACK_FONTS}`,
      'font-size': style.fontSize,
      'font-weight': style.fontWeight,
    });
    line.textContent = text;
    into.append(line);
  }
}

function copySvg(source: SVGSVGElement, origin: Point): SVGElement {
  const copy = source.cloneNode(true) as SVGSVGElement;
  inline(source, copy);
  const { left, top, width, height } = source.getBoundingClientRect();
  const place = { x: left - origin.x, y: top - origin.y, width, height, overflow: 'visible' };
  for (const [key, value] of Object.entries(place)) copy.setAttribute(key, String(value));
  for (const key of ['role', 'aria-label', 'aria-hidden']) copy.removeAttribute(key);
  return copy;
}

/** Marks are too many to be shapes: they stay the pixels that they are. */
function pictureOf(canvas: HTMLCanvasElement, origin: Point): SVGElement {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const place = { x: left - origin.x, y: top - origin.y, width, height };
  return make('image', { ...place, href: canvas.toDataURL('image/png') });
}

/** Computed values as attributes, down the two trees, which are alike. */
function inline(source: Element, copy: Element): void {
  const style = getComputedStyle(source);
  for (const name of PRESENTATION) {
    const value = style.getPropertyValue(name);
    if (value !== '') copy.setAttribute(name, value);
  }
  copy.removeAttribute('class');
  copy.removeAttribute('style');
  copy.removeAttribute('tabindex');
  Array.from(source.children).forEach((child, i) => {
    inline(child, copy.children[i]!);
  });
}

const isClear = (colour: string): boolean =>
  colour === 'transparent' || /^rgba\(.*, 0\)$/.test(colour);

/** What the figure stands on. */
function backgroundOf(element: Element): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (!isClear(backgroundColor)) return backgroundColor;
  }
  return 'white';
}

function make(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== 'xmlns') element.setAttribute(key, String(value));
  }
  return element;
}

/** Twice as many pixels as on the page, so that print is sharp. */
const PNG_SCALE = 2;

export async function pngOf(drawing: Drawing): Promise<Blob> {
  const { width, height } = drawing;
  const url = URL.createObjectURL(new Blob([svgText(drawing)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = width * PNG_SCALE;
    canvas.height = height * PNG_SCALE;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => {
        if (blob === null) reject(new Error(`no PNG of ${width} by ${height} pixels`));
        else resolve(blob);
      }, 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
