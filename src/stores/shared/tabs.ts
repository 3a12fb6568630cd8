/**
 * Other tabs of this notebook: who holds what, and what has changed. Enters: the browser's locks and
 * a channel, or a test's; where the browser has none, this tab is taken to be alone.
 */

/** What a tab tells the others after it has changed what is stored. */
export type TabNews =
  | { readonly kind: 'datasets' }
  | { readonly kind: 'models' }
  | { readonly kind: 'runs'; readonly datasetId: string }
  | { readonly kind: 'notes'; readonly datasetId: string };

/** What a tab holds until it lets go or is closed. */
export interface Hold {
  release(): void;
}

export interface Tabs {
  /**
   * Takes what one tab alone may hold.
   *
   * @param take 'if-free', or 'over': from the tab that has it
   * @param onLost another tab took it over
   * @returns null where another tab has it
   */
  hold(name: string, take: 'if-free' | 'over', onLost: () => void): Promise<Hold | null>;
  /** Holds what several may; `heldElsewhere` counts it. */
  share(name: string): Hold;
  /** Whether another tab holds or shares it. */
  heldElsewhere(name: string): Promise<boolean>;
  tell(news: TabNews): void;
  listen(listener: (news: TabNews) => void): void;
}

export const trainingOf = (datasetId: string): string => `tracevae-notebook.training.${datasetId}`;
/** Shared by every tab in which something runs that loading it again would end. */
export const BUSY = 'tracevae-notebook.busy';
export const openOf = (datasetId: string): string => `tracevae-notebook.open.${datasetId}`;

export const ALONE: Tabs = {
  hold: async () => ({ release: () => {} }),
  share: () => ({ release: () => {} }),
  heldElsewhere: async () => false,
  tell: () => {},
  listen: () => {},
};

/** The parts of the browser that it stands on. */
export interface TabsDeps {
  readonly locks: LockManager;
  readonly channel: Pick<BroadcastChannel, 'postMessage' | 'onmessage'>;
}

export function createTabs({ locks, channel }: TabsDeps): Tabs {
  /** By name: how many of its locks are this tab's. */
  const mine = new Map<string, number>();
  const listeners: ((news: TabNews) => void)[] = [];
  channel.onmessage = ({ data }: MessageEvent<TabNews>) => {
    for (const listener of listeners) listener(data);
  };
  const note = (name: string, by: number): void => {
    mine.set(name, (mine.get(name) ?? 0) + by);
  };

  const keep = (name: string): { readonly until: Promise<void>; readonly hold: Hold } => {
    let release = (): void => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    note(name, 1);
    return {
      until,
      hold: {
        release() {
          release();
        },
      },
    };
  };

  return {
    hold: (name, take, onLost) =>
      new Promise((resolve) => {
        const options = take === 'over' ? { steal: true } : { ifAvailable: true };
        let held = false;
        locks
          .request(name, options, (lock) => {
            if (lock === null) {
              resolve(null);
              return undefined;
            }
            held = true;
            const { until, hold } = keep(name);
            resolve(hold);
            return until.then(() => note(name, -1));
          })
          .catch(() => {
            // taken over, or locks are forbidden: then nobody else can hold it either
            if (held) {
              note(name, -1);
              onLost();
            } else resolve({ release: () => {} });
          });
      }),

    share(name) {
      const { until, hold } = keep(name);
      locks
        .request(name, { mode: 'shared' }, () => until)
        .catch(() => {})
        .finally(() => note(name, -1));
      return hold;
    },

    async heldElsewhere(name) {
      try {
        const { held = [] } = await locks.query();
        return held.filter((lock) => lock.name === name).length > (mine.get(name) ?? 0);
      } catch {
        return false;
      }
    },

    tell: (news) => channel.postMessage(news),
    listen: (listener) => void listeners.push(listener),
  };
}

/** Those of the browser, as far as it has them and lets the page use them. */
export function browserTabs(): Tabs {
  try {
    const { locks } = navigator;
    if (locks === undefined) return ALONE;
    return createTabs({ locks, channel: new BroadcastChannel('tracevae-notebook') });
  } catch {
    return ALONE;
  }
}
