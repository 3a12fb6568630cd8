/** How the page looks to this person: theme, order and folds, remembered by the browser. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { DEFAULT_READER, READERS, type Reader } from '../page/cell-order.ts';

export type ThemePreference = 'system' | 'light' | 'dark';

/** What of it is remembered. */
interface Preferences {
  readonly theme: ThemePreference;
  readonly reader: Reader;
  /** Ids of cells whose prose is folded. */
  readonly folded: readonly string[];
  /** Ids of cells that an engineer has opened. */
  readonly opened: readonly string[];
}

export interface PreferencesState extends Preferences {
  setTheme(theme: ThemePreference): void;
  setReader(reader: Reader): void;
  toggleFold(cell: string): void;
  /** Opens a cell, or closes it. */
  openCell(cell: string, open: boolean): void;
}

const KEY = 'tracevae-notebook.preferences';

/** Where preferences live; `localStorage` satisfies it. */
export interface PreferenceStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

function read(storage: PreferenceStorage): Preferences {
  const fallback: Preferences = {
    theme: 'system',
    reader: DEFAULT_READER,
    folded: [],
    opened: [],
  };
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
    if (typeof value !== 'object' || value === null) return fallback;
    const theme = 'theme' in value ? value.theme : null;
    const reader = 'reader' in value ? value.reader : null;
    const folded = 'folded' in value ? value.folded : null;
    const opened = 'opened' in value ? value.opened : null;
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      reader: READERS.find((one) => one === reader) ?? DEFAULT_READER,
      folded: texts(folded),
      opened: texts(opened),
    };
  } catch {
    return fallback; // storage forbidden or garbled: preferences are not worth an error
  }
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];

export function createPreferencesStore(storage: PreferenceStorage): StoreApi<PreferencesState> {
  const store = createStore<PreferencesState>((set) => ({
    ...read(storage),
    setTheme: (theme) => set({ theme }),
    setReader: (reader) => set({ reader }),
    toggleFold: (cell) =>
      set(({ folded }) => ({ folded: withOrWithout(folded, cell, !folded.includes(cell)) })),
    openCell: (cell, open) => set(({ opened }) => ({ opened: withOrWithout(opened, cell, open) })),
  }));
  store.subscribe(({ theme, reader, folded, opened }) => {
    try {
      storage.setItem(KEY, JSON.stringify({ theme, reader, folded, opened }));
    } catch {
      // A full or forbidden localStorage only costs the memory of a preference.
    }
  });
  return store;
}

const withOrWithout = (cells: readonly string[], cell: string, on: boolean): readonly string[] => {
  const rest = cells.filter((id) => id !== cell);
  return on ? [...rest, cell] : rest;
};
