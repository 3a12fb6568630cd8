/**
 * The copy of the page that a service worker keeps, and newer builds of it. Enters: the browser's
 * service workers, or a test's; where the browser has none, the page is fetched at each visit.
 */

export interface UpdateNews {
  /** A newer build is kept, and waits. */
  ready(): void;
  /** Another tab took it: what this page has not loaded yet is of the build before. */
  taken(): void;
}

export interface PageUpdates {
  /** Begins to keep the page; resolves where the browser does not let it, too. */
  start(news: UpdateNews): Promise<void>;
  /** Lets the newer build take over, and opens the page again. */
  take(): void;
}

export const NO_UPDATES: PageUpdates = { start: async () => {}, take: () => {} };

/** The parts of the browser that it stands on. */
export interface PageUpdatesDeps {
  readonly workers: Pick<ServiceWorkerContainer, 'controller' | 'register' | 'addEventListener'>;
  /** Address of the service worker. */
  readonly script: string;
  /** Calls whenever a person comes back to this tab. */
  readonly onReturn: (listener: () => void) => void;
  readonly reload: () => void;
}

export function createPageUpdates(deps: PageUpdatesDeps): PageUpdates {
  const { workers, script, onReturn, reload } = deps;
  let registration: ServiceWorkerRegistration | null = null;
  let asked = false;

  return {
    async start({ ready, taken }) {
      // The first one of all is no update.
      let controlled = workers.controller !== null;
      workers.addEventListener('controllerchange', () => {
        if (asked) reload();
        else if (controlled) taken();
        controlled = true;
      });
      try {
        registration = await workers.register(script);
        const kept = registration;
        const look = (): void => {
          if (kept.waiting !== null && controlled) ready();
        };
        const follow = (): void => kept.installing?.addEventListener('statechange', look);
        kept.addEventListener('updatefound', follow);
        follow();
        look();
        // without a network there is nothing newer
        onReturn(() => void kept.update().catch(() => {}));
      } catch {
        // Service workers are forbidden, as in some private windows: the page works without.
      }
    },

    take() {
      asked = true;
      const waiting = registration?.waiting;
      if (waiting) waiting.postMessage('take-over');
      else reload();
    },
  };
}

/** Those of the browser, as far as it has them. */
export function browserUpdates(): PageUpdates {
  const { serviceWorker: workers } = navigator;
  if (workers === undefined) return NO_UPDATES;
  return createPageUpdates({
    workers,
    script: new URL('service-worker.js', document.baseURI).href,
    onReturn: (listener) =>
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') listener();
      }),
    reload: () => location.reload(),
  });
}
