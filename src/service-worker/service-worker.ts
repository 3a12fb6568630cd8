/**
 * Keeps all files of this build in the browser, so that the page opens without its server. Another
 * build is fetched whole and waits: the page says when it may take over (stores/page/page-updates.ts).
 */
import {
  addPlugins,
  cleanupOutdatedCaches,
  type PrecacheEntry,
  precacheAndRoute,
} from 'workbox-precaching';
import { isolated } from './isolated.ts';

/** Set at build time (scripts/service-worker-plugin.mjs): each file of the build. */
declare const __BUILD_FILES__: readonly PrecacheEntry[];
declare const self: ServiceWorkerGlobalScope;

addPlugins([
  {
    // Headers are kept with what they came with: the worker has a policy of its own.
    cacheWillUpdate: async ({ response }) => (response.status === 200 ? isolated(response) : null),
  },
]);
// `?headless` and the like are answered by the page, whatever they say.
precacheAndRoute([...__BUILD_FILES__], { ignoreURLParametersMatching: [/./] });
cleanupOutdatedCaches();

// The page that was opened before there was a service worker goes on without its server, too.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', ({ data }) => {
  if (data === 'take-over') void self.skipWaiting();
});
