/**
 * The notebook as a page of its own that opens anywhere, offline: what the cells show, figures as
 * drawings, tables as tables, notes with their equations, and no script. It is built of elements
 * and text, so a trace's name stays a name, and it carries a policy that fetches nothing; pictures of
 * very many marks are in it.
 */
import { drawFigure } from '../charts/figure-svg.ts';
import { shownWords } from '../widgets/shown-words.ts';
import { REPORT_STYLE } from './report-style.ts';
import { copyFacts, copyTable, type ReportTable, writeTable } from './report-table.ts';

export interface ReportWords {
  readonly title: string;
  /** Dataset, run, seed, date: each a sentence or a line. */
  readonly facts: readonly string[];
  /** After what the cells show. */
  readonly tables: readonly ReportTable[];
}

/** What is no part of a report on this dataset. */
const LEFT_OUT = '[data-report=none]';

/** What a cell shows that goes into a report, in the order of the page. */
const PARTS = 'figure.chart, [data-figure], table.plain-table, dl.stat-table, .note .markdown';

/**
 * @param page the element that holds the cells, as drawn now
 * @returns    an HTML document
 */
export function writeReport(page: Element, words: ReportWords): string {
  const report = document.implementation.createHTMLDocument(words.title);
  const make = <K extends keyof HTMLElementTagNameMap>(name: K, text?: string) => {
    const element = report.createElement(name);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const meta = (attributes: Readonly<Record<string, string>>) => {
    const element = make('meta');
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    report.head.prepend(element);
  };
  meta({ name: 'viewport', content: 'width=device-width, initial-scale=1' });
  meta({
    'http-equiv': 'Content-Security-Policy',
    content: "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
  });
  meta({ charset: 'utf-8' });
  report.documentElement.lang = 'en';

  const partOf = (part: Element): Element | null => {
    if (part instanceof HTMLTableElement) return copyTable(part, report);
    if (part.matches('dl')) return copyFacts(part, report);
    if (part.matches('.markdown')) return plainCopy(part, report);
    if (part.querySelector('svg') === null) return null;
    const figure = make('figure');
    const name =
      shownWords(part.querySelector('.chart__title')) ||
      (part.ariaLabel ?? part.querySelector('[aria-label]')?.ariaLabel ?? '');
    figure.append(report.importNode(drawFigure(part, name).root, true));
    return figure;
  };

  const main = make('main');
  main.append(make('h1', words.title), ...words.facts.map((fact) => make('p', fact)));
  for (const cell of page.querySelectorAll('.cell, .notes')) {
    const parts = Array.from(cell.querySelectorAll(PARTS))
      .filter((part) => part.parentElement?.closest(`${PARTS}, ${LEFT_OUT}`) === null)
      .flatMap((part): Part[] => {
        const element = partOf(part);
        if (element === null) return [];
        const top = element.matches('figure') ? Math.round(part.getBoundingClientRect().top) : null;
        return [{ element, top }];
      });
    if (parts.length === 0) continue;
    const section = make('section');
    const title = cell.querySelector('.cell__title');
    if (title !== null) section.append(make('h2', shownWords(title, '.cell__number')));
    section.append(...inLines(parts, report));
    const foot = shownWords(cell.querySelector('.cell__foot'), '.said-only');
    if (foot !== '') section.append(make('p', foot));
    main.append(section);
  }
  for (const extra of words.tables) {
    const section = make('section');
    section.append(make('h2', extra.title), writeTable({ ...extra, title: '' }, report));
    main.append(section);
  }
  report.body.append(main);
  // The page's policy on inline styles holds for elements made here, so the sheet comes as text.
  const html = report.documentElement.outerHTML;
  return `<!doctype html>\n${html.replace('</head>', `<style>${REPORT_STYLE}</style></head>`)}\n`;
}

interface Part {
  readonly element: Element;
  /** Of a figure: pixels from the top of the window; null of what has a line of its own. */
  readonly top: number | null;
}

/** Figures that share a line of the page share one here. */
function inLines(parts: readonly Part[], report: Document): Element[] {
  const lines: Element[] = [];
  let last: number | null = null;
  for (const { element, top } of parts) {
    if (top === null || top !== last) {
      const line = report.createElement('div');
      if (top !== null) line.className = 'figures';
      lines.push(line);
    }
    lines.at(-1)!.append(element);
    last = top;
  }
  return lines;
}

/** A note with its equations as MathML, which needs no fonts, and without the page's classes. */
function plainCopy(note: Element, report: Document): Element {
  const copy = report.importNode(note, true);
  for (const equation of copy.querySelectorAll('.katex')) {
    const math = equation.querySelector('math');
    if (math !== null) equation.replaceWith(math);
  }
  for (const element of [copy, ...copy.querySelectorAll('*')]) {
    element.removeAttribute('class');
    element.removeAttribute('style');
  }
  const box = report.createElement('article');
  box.append(copy);
  return box;
}
