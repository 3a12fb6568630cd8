/**
 * The notebook as a page of its own that opens anywhere, offline: what the cells show, figures as
 * drawings, tables as tables, notes with their equations, and no script. It is built of elements
 * and text, so a trace's name stays a name, and it carries a policy that fetches nothing.
 */
import { drawFigure } from '../charts/figure-svg.ts';
import { tableRows } from '../widgets/SaveTable.tsx';
import { REPORT_STYLE } from './report-style.ts';

export interface ReportTable {
  readonly title: string;
  /** Header first. */
  readonly rows: readonly (readonly string[])[];
}

export interface ReportWords {
  readonly title: string;
  /** Dataset, run, seed, date: each a sentence or a line. */
  readonly facts: readonly string[];
  /** After what the cells show. */
  readonly tables: readonly ReportTable[];
}

/** Said after a value. */
const NOTE = '.stat-table__note';

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
    content: "default-src 'none'; style-src 'unsafe-inline'",
  });
  meta({ charset: 'utf-8' });
  report.documentElement.lang = 'en';

  const table = ({ title, rows }: ReportTable): HTMLElement => {
    const box = make('div');
    box.className = 'scroll';
    const element = make('table');
    element.append(make('caption', title));
    for (const [r, row] of rows.entries()) {
      const line = make('tr');
      line.append(...row.map((cell) => make(r === 0 ? 'th' : 'td', cell)));
      element.append(line);
    }
    box.append(element);
    return box;
  };

  const partOf = (part: Element): Node | null => {
    if (part instanceof HTMLTableElement) {
      const rows = tableRows(part, 'shown');
      return rows.length < 2 ? null : table({ title: part.ariaLabel ?? '', rows });
    }
    if (part.matches('dl')) {
      const rows = Array.from(part.children, (row) =>
        Array.from(row.children, (cell) => [
          textOf(cell, NOTE),
          ...Array.from(cell.querySelectorAll(NOTE), (note) => textOf(note)),
        ]).flat(),
      );
      return table({ title: part.ariaLabel ?? '', rows: [[], ...rows] });
    }
    if (part.matches('.markdown')) return plainCopy(part, report);
    if (part.querySelector('svg') === null) return null;
    const figure = make('figure');
    const name = textOf(part.querySelector('.chart__title')) || (part.ariaLabel ?? '');
    figure.append(report.importNode(drawFigure(part, name).root, true));
    return figure;
  };

  const main = make('main');
  main.append(make('h1', words.title), ...words.facts.map((fact) => make('p', fact)));
  for (const cell of page.querySelectorAll('.cell, .notes')) {
    const parts = Array.from(cell.querySelectorAll(PARTS))
      .filter((part) => part.parentElement?.closest(PARTS) === null)
      .flatMap((part) => partOf(part) ?? []);
    if (parts.length === 0) continue;
    const section = make('section');
    const title = cell.querySelector('.cell__title');
    if (title !== null) section.append(make('h2', textOf(title, '.cell__number')));
    section.append(...parts);
    const foot = textOf(cell.querySelector('.cell__foot'));
    if (foot !== '') section.append(make('p', foot));
    main.append(section);
  }
  for (const extra of words.tables) {
    const section = make('section');
    section.append(make('h2', extra.title), table({ ...extra, title: '' }));
    main.append(section);
  }
  report.body.append(main);
  // The page's policy on inline styles holds for elements made here, so the sheet comes as text.
  const html = report.documentElement.outerHTML;
  return `<!doctype html>\n${html.replace('</head>', `<style>${REPORT_STYLE}</style></head>`)}\n`;
}

/** Words without the explanations and controls between them. */
function textOf(element: Element | null, without = ''): string {
  if (element === null) return '';
  const copy = element.cloneNode(true) as Element;
  const left = ['[popover]', '.said-only', ...(without === '' ? [] : [without])].join(', ');
  for (const part of copy.querySelectorAll(left)) part.remove();
  return copy.textContent.replace(/\s+/g, ' ').trim();
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
