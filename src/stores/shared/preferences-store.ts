/**
 * How the page looks to this person: theme, order, folds, columns of the list of traces, and where
 * their links lead; remembered by the browser.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { DEFAULT_READER, READERS, type Reader } from '../page/cell-order.ts';
import { readLinkTemplate } from './trace-link.ts';

export type ThemePreference = 'system' | 'light' | 'dark';

/** What of it is remembered. */
interface Preferences {
  readonly theme: ThemePreference;
  readonly reader: Reader;
  /** Ids of cells whose prose is folded. */
  readonly folded: readonly string[];
  /** Ids of cells that an engineer has opened. */
  readonly opened: readonly string[];
  /** Columns of the list that were chosen to be shown, or put away; others are as they come. */
  readonly columns: Readonly<Record<string, boolean>>;
  /** Address of a trace in a tracing backend; null: none. See trace-link.ts. */
  readonly traceLink: string | null;
}

export interface PreferencesState extends Preferences {
  setTheme(theme: ThemePreference): void;
  setReader(reader: Reader): void;
  toggleFold(cell: string): void;
  /** Opens a cell, or closes it. */
  openCell(cell: string, open: boolean): void;
  /** @param shown null: as it comes */
  showColumn(column: string, shown: boolean | null): void;
  setTraceLink(template: string | null): void;
}

const KEY = 'tracevae-notebook.preferences';

/** Where preferences live; `localStorage` satisfies it. */
export interface PreferenceStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** That of the browser; where it is forbidden, what is chosen lasts as long as the page. */
export function preferenceStorage(ofBrowser: () => PreferenceStorage): PreferenceStorage {
  try {
    const storage = ofBrowser();
    storage.getItem(KEY);
    return storage;
  } catch {
    const items = new Map<string, string>();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
    };
  }
}

const NONE: Preferences = {
  theme: 'system',
  reader: DEFAULT_READER,
  folded: [],
  opened: [],
  columns: {},
  traceLink: null,
};

function read(storage: PreferenceStorage): Preferences {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
    if (typeof value !== 'object' || value === null) return NONE;
    const kept: Partial<Record<keyof Preferences, unknown>> = value;
    const { theme, reader, folded, opened, columns, traceLink } = kept;
    const template = typeof traceLink === 'string' ? readLinkTemplate(traceLink) : null;
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      reader: READERS.find((one) => one === reader) ?? DEFAULT_READER,
      folded: texts(folded),
      opened: texts(opened),
      columns: choices(columns),
      traceLink: template?.ok === true ? template.value : null,
    };
  } catch {
    return NONE; // storage forbidden or garbled: preferences are not worth an error
  }
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];

const choices = (value: unknown): Record<string, boolean> =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([, on]) => typeof on === 'boolean'))
    : {};

export function createPreferencesStore(storage: PreferenceStorage): StoreApi<PreferencesState> {
  const store = createStore<PreferencesState>((set) => ({
    ...read(storage),
    setTheme: (theme) => set({ theme }),
    setReader: (reader) => set({ reader }),
    toggleFold: (cell) =>
      set(({ folded }) => ({ folded: withOrWithout(folded, cell, !folded.includes(cell)) })),
    openCell: (cell, open) => set(({ opened }) => ({ opened: withOrWithout(opened, cell, open) })),
    showColumn: (column, shown) =>
      set(({ columns }) => {
        const { [column]: _, ...others } = columns;
        return { columns: shown === null ? others : { ...others, [column]: shown } };
      }),
    setTraceLink: (traceLink) => set({ traceLink }),
  }));
  store.subscribe(({ theme, reader, folded, opened, columns, traceLink }) => {
    try {
      const kept: Preferences = { theme, reader, folded, opened, columns, traceLink };
      storage.setItem(KEY, JSON.stringify(kept));
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
