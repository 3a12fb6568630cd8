/** Several tabs of one browser: its locks and its channel, in memory. */
import { createTabs, type Tabs } from '../stores/shared/tabs.ts';

interface Held {
  readonly name: string;
  readonly mode: 'shared' | 'exclusive';
  end(): void;
}

/** @returns tabs that see each other */
export function createFakeTabs(): { open(): Tabs } {
  const held = new Set<Held>();
  const channels: { onmessage: ((event: MessageEvent) => void) | null }[] = [];
  const locks = {
    request(
      name: string,
      options: { ifAvailable?: boolean; steal?: boolean; mode?: 'shared' },
      work: (lock: object | null) => Promise<unknown> | undefined,
    ): Promise<unknown> {
      const mode = options.mode ?? 'exclusive';
      const others = [...held].filter(
        (one) => one.name === name && (mode === 'exclusive' || one.mode === 'exclusive'),
      );
      if (options.steal) for (const other of others) other.end();
      else if (others.length > 0) return Promise.resolve(work(null));
      return new Promise((resolve, reject) => {
        const mine: Held = {
          name,
          mode,
          end() {
            held.delete(mine);
            reject(new DOMException('stolen', 'AbortError'));
          },
        };
        held.add(mine);
        void Promise.resolve(work({ name })).then((value) => {
          held.delete(mine);
          resolve(value);
        });
      });
    },
    query: async () => ({ held: [...held] }),
  };
  return {
    open() {
      const channel = {
        onmessage: null as ((event: MessageEvent) => void) | null,
        postMessage(data: unknown) {
          for (const other of channels) {
            if (other !== channel) other.onmessage?.({ data } as MessageEvent);
          }
        },
      };
      channels.push(channel);
      return createTabs({ locks: locks as unknown as LockManager, channel });
    },
  };
}
