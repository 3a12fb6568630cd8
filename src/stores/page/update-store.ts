/**
 * A newer build of the page: offered, and taken when a person says so and nothing runs in any tab,
 * so that code is never swapped under a training.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { BUSY, type Hold, type Tabs } from '../shared/tabs.ts';
import { type BusyStores, isBusy, whenBusyChanges } from './busy.ts';
import type { PageUpdates } from './page-updates.ts';

export interface UpdateState {
  /** 'ready': it waits; 'taken': another tab has it, and this page is of the build before. */
  readonly offer: 'none' | 'ready' | 'taken';
  /** Where something runs that it waits for. */
  readonly held: 'here' | 'elsewhere' | null;
  /** Keeps the page for use without its server, once nothing runs. */
  start(): Promise<void>;
  take(): Promise<void>;
  /** Until the page is opened next. */
  dismiss(): void;
}

export interface UpdateDeps {
  readonly updates: PageUpdates;
  readonly tabs: Tabs;
  readonly stores: BusyStores;
}

export function createUpdateStore({ updates, tabs, stores }: UpdateDeps): StoreApi<UpdateState> {
  /** Tells the other tabs that something runs here. */
  let busy: Hold | null = null;
  const waiting: (() => void)[] = [];

  const store = createStore<UpdateState>((set) => ({
    offer: 'none',
    held: null,

    async start() {
      // What a person waits for first comes first.
      if (isBusy(stores)) await new Promise<void>((resolve) => waiting.push(resolve));
      await updates.start({
        ready: () => set({ offer: 'ready' }),
        taken: () => set({ offer: 'taken' }),
      });
    },

    async take() {
      if (isBusy(stores)) set({ held: 'here' });
      else if (await tabs.heldElsewhere(BUSY)) set({ held: 'elsewhere' });
      else updates.take();
    },

    dismiss: () => set({ offer: 'none', held: null }),
  }));

  const follow = (): void => {
    const now = isBusy(stores);
    if (now === (busy !== null)) return;
    if (now) {
      busy = tabs.share(BUSY);
      return;
    }
    busy?.release();
    busy = null;
    if (store.getState().held === 'here') store.setState({ held: null });
    for (const go of waiting.splice(0)) go();
  };
  whenBusyChanges(stores, follow);
  follow();
  return store;
}
