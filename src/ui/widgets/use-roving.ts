/**
 * A row or a column of controls as one tab stop: the one that had the focus last can be tabbed to,
 * the arrow keys, Home and End move among all of them.
 */
import { type KeyboardEvent, useState } from 'react';

export interface Roving {
  /** Of the element that holds the controls. */
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  /** Of the i-th control, in the order of the document. */
  item(index: number): {
    readonly 'data-roving': '';
    readonly tabIndex: 0 | -1;
    readonly onFocus: () => void;
  };
}

export function useRoving(count: number, way: keyof typeof NEXT = 'row'): Roving {
  const [last, setLast] = useState(0);
  const current = Math.max(0, Math.min(last, count - 1));
  return {
    onKeyDown(event) {
      const next = afterKey(event.key, current, count, NEXT[way]);
      if (next === null || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.currentTarget.querySelectorAll<HTMLElement>('[data-roving]')[next]?.focus();
    },
    item: (index) => ({
      'data-roving': '',
      tabIndex: index === current ? 0 : -1,
      onFocus: () => setLast(index),
    }),
  };
}

const NEXT = {
  row: { next: 'ArrowRight', before: 'ArrowLeft' },
  column: { next: 'ArrowDown', before: 'ArrowUp' },
} as const;

function afterKey(
  key: string,
  current: number,
  count: number,
  { next, before }: (typeof NEXT)[keyof typeof NEXT],
): number | null {
  const goals: Readonly<Record<string, number>> = {
    [next]: current + 1,
    [before]: current - 1,
    Home: 0,
    End: count - 1,
  };
  const goal = goals[key];
  return goal === undefined ? null : Math.max(0, Math.min(count - 1, goal));
}
