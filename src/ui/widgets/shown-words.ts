/** The words that an element of the page shows, for tables as files and for the report. */

/** Controls, drawings and explanations between the words. */
const NO_WORDS = '[popover], input, textarea, svg, canvas, .icon-button, .button';

/**
 * Of the page as it is drawn: parts that stand in lines of their own are kept apart, a select is
 * the option that it shows.
 *
 * @param without a selector of parts that are left out as well
 */
export function shownWords(element: Element | null, without = ''): string {
  if (element === null) return '';
  const left = without === '' ? NO_WORDS : `${NO_WORDS}, ${without}`;
  return words(element, left).replace(/\s+/g, ' ').trim();
}

function words(node: Node, left: string): string {
  if (node instanceof Text) return node.data;
  if (!(node instanceof Element) || node.matches(left)) return '';
  if (node instanceof HTMLSelectElement) return node.selectedOptions[0]?.text ?? '';
  const { display } = getComputedStyle(node);
  if (display === 'none') return '';
  const inner = Array.from(node.childNodes, (child) => words(child, left)).join('');
  return /^(inline|contents)$/.test(display) ? inner : ` ${inner} `;
}
