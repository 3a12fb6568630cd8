/** How the page looks to this person: theme and folded prose, remembered by the browser. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export type ThemePreference = 'system' | 'light' | 'dark';

export interface PreferencesState {
  readonly theme: ThemePreference;
  /** Ids of cells whose prose is folded. */
  readonly folded: readonly string[];
  setTheme(theme: ThemePreference): void;
  toggleFold(cell: string): void;
}

const KEY = 'tracevae-notebook.preferences';

/** Where preferences live; `localStorage` satisfies it. */
export interface PreferenceStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

function read(storage: PreferenceStorage): Pick<PreferencesState, 'theme' | 'folded'> {
  const fallback = { theme: 'system', folded: [] } as const;
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
    if (typeof value !== 'object' || value === null) return fallback;
    const theme = 'theme' in value ? value.theme : null;
    const folded = 'folded' in value ? value.folded : null;
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      folded: Array.isArray(folded) ? folded.filter((id) => typeof id === 'string') : [],
    };
  } catch {
    return fallback; // storage forbidden or garbled: preferences are not worth an error
  }
}

export function createPreferencesStore(storage: PreferenceStorage): StoreApi<PreferencesState> {
  const store = createStore<PreferencesState>((set) => ({
    ...read(storage),
    setTheme: (theme) => set({ theme }),
    toggleFold: (cell) =>
      set(({ folded }) => ({
        folded: folded.includes(cell) ? folded.filter((id) => id !== cell) : [...folded, cell],
      })),
  }));
  store.subscribe(({ theme, folded }) => {
    try {
      storage.setItem(KEY, JSON.stringify({ theme, folded }));
    } catch {
      // A full or forbidden localStorage only costs the memory of a preference.
    }
  });
  return store;
}
