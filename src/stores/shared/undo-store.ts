/**
 * What was deleted last and can come back. Deleting hides at once; it becomes final when the offer
 * is put away, when something else is deleted, or when the page is opened next.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface UndoOffer {
  /** "Run 3 was deleted." */
  readonly words: string;
  undo(): Promise<void>;
  /** Makes it final. */
  settle(): Promise<void>;
}

export interface UndoState {
  readonly offer: UndoOffer | null;
  make(offer: UndoOffer): void;
  undo(): Promise<void>;
  /** Makes the deletion final; resolves once what was deleted takes no more room. */
  dismiss(): Promise<void>;
}

export const createUndoStore = (): StoreApi<UndoState> =>
  createStore<UndoState>((set, get) => ({
    offer: null,

    make(offer) {
      void get().offer?.settle();
      set({ offer });
    },

    async undo() {
      const { offer } = get();
      set({ offer: null });
      await offer?.undo();
    },

    async dismiss() {
      const { offer } = get();
      set({ offer: null });
      await offer?.settle();
    },
  }));
