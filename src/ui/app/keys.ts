/**
 * The keys of the page: w and s through traces, a and d or, as in Jaeger, b and f through the nodes
 * of one. They rest while something is written, chosen from a list, or asked in a dialog.
 */
import type { Notebook } from '../../stores/page/notebook.ts';

export interface PageKey {
  /** As a person reads it. */
  readonly keys: string;
  readonly words: string;
}

export const PAGE_KEYS: readonly PageKey[] = [
  { keys: '?', words: 'these keys' },
  { keys: 'Ctrl + K or ⌘ K', words: 'commands: go anywhere, do anything' },
  { keys: 'w, s', words: 'previous trace, next trace' },
  { keys: '/', words: 'search the list of traces' },
  { keys: 'k', words: 'odd traces kind by kind, or one by one' },
  { keys: 'c, o', words: 'in the list: copy the id, open the trace in its backend' },
  { keys: 'l', words: 'in the list of kinds: list the traces of one' },
  { keys: 'a, d', words: 'previous node, next node of the trace' },
  { keys: 'b, f', words: 'the same, as in Jaeger' },
  { keys: 'Esc', words: 'closes the inspector, a dialog or an explanation' },
  { keys: '↑ ↓ Page Home End, Enter', words: 'in a table: move, and open the row' },
  { keys: '← →', words: 'in a chart: exact values along the axis' },
];

type Move = (notebook: Notebook) => void;

const trace = (step: number): Move => {
  return ({ inspect }) => inspect.getState().moveTrace(step);
};
const node = (step: number): Move => {
  return ({ inspect }) => inspect.getState().moveNode(step);
};

const MOVES = new Map<string, Move>([
  ['w', trace(-1)],
  ['s', trace(1)],
  ['a', node(-1)],
  ['d', node(1)],
  ['b', node(-1)],
  ['f', node(1)],
  ['k', ({ traceList }) => traceList.getState().group(!traceList.getState().grouped)],
  ['Escape', ({ inspect }) => inspect.getState().close()],
]);

export type PageDialog = 'keys' | 'commands';

const takesLetters = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('input:not([type=checkbox], [type=radio]), textarea, select'));

/** @returns what a key asks for, having done it where it is a move; null where it is no page key */
export function onPageKey(event: KeyboardEvent, notebook: Notebook): PageDialog | null {
  if (event.defaultPrevented || event.isComposing) return null;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === 'k') {
    event.preventDefault();
    return 'commands';
  }
  if (event.ctrlKey || event.metaKey || event.altKey || takesLetters(event.target)) return null;
  if (document.querySelector('dialog[open]') !== null) return null;
  if (event.key === '?') return 'keys';
  if (event.key === '/') {
    const search = document.querySelector<HTMLElement>('input[aria-keyshortcuts="/"]');
    if (search === null) return null;
    event.preventDefault();
    search.focus();
    return null;
  }
  MOVES.get(event.key)?.(notebook);
  return null;
}
