/**
 * Parts of the page that wait until they are in view, drawn all the same: a report shows all of the
 * page at once.
 */
import { useSyncExternalStore } from 'react';

let wanted = 0;
const listeners = new Set<() => void>();

function want(change: 1 | -1): void {
  wanted += change;
  for (const listener of listeners) listener();
}

/** While `work` lasts nothing waits to be in view. */
export async function withEverythingDrawn<T>(work: () => Promise<T>): Promise<T> {
  want(1);
  try {
    return await work();
  } finally {
    want(-1);
  }
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether what is out of view is drawn, too. */
export const useEverythingDrawn = (): boolean => useSyncExternalStore(subscribe, () => wanted > 0);
