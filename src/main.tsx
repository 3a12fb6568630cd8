/** Wires the rooms: worker, storage and stores, and the page over them. */
import './ui/theme/theme.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createHeadlessHandle } from './headless/create-handle.ts';
import { createNotebookStorage } from './storage/notebook-storage.ts';
import { createNotebook } from './stores/page/notebook.ts';
import { browserUpdates } from './stores/page/page-updates.ts';
import { preferenceStorage } from './stores/shared/preferences-store.ts';
import { browserTabs } from './stores/shared/tabs.ts';
import { App } from './ui/app/App.tsx';
import { NotebookContext } from './ui/app/notebook-context.ts';
import { facesReady } from './ui/theme/faces.ts';
import { Boundary } from './ui/widgets/Boundary.tsx';
import { downloadWritten } from './ui/widgets/download.ts';
import { startBackgroundWorker, startWorker } from './worker/client.ts';

/** Chromium alone tells; the property is not standard. */
interface HeapPerformance extends Performance {
  readonly memory?: { readonly usedJSHeapSize: number };
}

/** A program drives this page and asked for it. */
const driven = new URLSearchParams(location.search).has('headless');

const notebook = createNotebook({
  client: startWorker(() => notebook.onWorkerReplaced()),
  background: startBackgroundWorker,
  storage: createNotebookStorage(),
  tabs: browserTabs(),
  updates: browserUpdates(),
  preferences: preferenceStorage(() => localStorage),
  raceBackends: !driven,
  now: () => Date.now(),
  newId: () => crypto.randomUUID(),
  isolated: crossOriginIsolated,
  heapBytes: () => (performance as HeapPerformance).memory?.usedJSHeapSize ?? null,
  foreignRequests: () =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.startsWith('http') && new URL(name).origin !== location.origin)
      .length,
  address: {
    read: () => location.hash,
    write(hash, how) {
      const url = `${location.pathname}${location.search}${hash === '' ? '' : `#${hash}`}`;
      if (how === 'push') history.pushState(null, '', url);
      else history.replaceState(null, '', url);
    },
    goTo: (cell) => document.getElementById(cell)?.scrollIntoView(),
  },
  app: { name: __APP_NAME__, version: __APP_VERSION__, userAgent: navigator.userAgent },
});
// What is in memory alone is asked about before the page goes.
addEventListener('beforeunload', (event) => {
  if (notebook.runs.getState().unstored.length > 0) event.preventDefault();
});
// Back, Forward, a link to a cell, or another address typed.
addEventListener('hashchange', () => void notebook.view.getState().follow());

// A page that a person opens has none.
if (driven) globalThis.tracevae = createHeadlessHandle(notebook, downloadWritten);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const draw = (): void =>
  createRoot(root).render(
    <StrictMode>
      <NotebookContext value={notebook}>
        <Boundary what="The page">
          <App />
        </Boundary>
      </NotebookContext>
    </StrictMode>,
  );
// Text that is set in another face first moves when its own comes.
void facesReady().then(draw);
const opened = notebook.open();

/** After the page has shown what it has, and rests. */
const whenIdle = (): Promise<void> =>
  new Promise((resolve) => {
    // Safari has no requestIdleCallback
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve());
    else setTimeout(resolve, 2000);
  });
if (import.meta.env.PROD && !driven) {
  void opened.then(whenIdle).then(() => notebook.update.getState().start());
}
