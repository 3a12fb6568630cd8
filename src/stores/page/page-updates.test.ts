import { expect, test } from 'vitest';
import { createPageUpdates } from './page-updates.ts';

class FakeWorker extends EventTarget {
  state = 'installing';
  readonly told: unknown[] = [];
  postMessage(said: unknown): void {
    this.told.push(said);
  }
}

/** A browser's service workers, one build after another. */
function fakeBrowser(controller: FakeWorker | null) {
  const registration = Object.assign(new EventTarget(), {
    installing: null as FakeWorker | null,
    waiting: null as FakeWorker | null,
    asked: 0,
    async update() {
      registration.asked += 1;
    },
  });
  const workers = Object.assign(new EventTarget(), {
    controller,
    forbidden: false,
    async register() {
      if (workers.forbidden) throw new DOMException('insecure', 'SecurityError');
      return registration;
    },
  });
  const news: string[] = [];
  let comeBack = (): void => {};
  const updates = createPageUpdates({
    workers: workers as never,
    script: 'service-worker.js',
    onReturn: (listener) => {
      comeBack = listener;
    },
    reload: () => news.push('reload'),
  });
  return {
    registration,
    workers,
    news,
    updates,
    comeBack: () => comeBack(),
    start: () =>
      updates.start({ ready: () => news.push('ready'), taken: () => news.push('taken') }),
    /** A build is found and kept. */
    install(worker: FakeWorker): void {
      registration.installing = worker;
      registration.dispatchEvent(new Event('updatefound'));
      registration.installing = null;
      registration.waiting = worker;
      worker.state = 'installed';
      worker.dispatchEvent(new Event('statechange'));
    },
    takeOver(worker: FakeWorker): void {
      registration.waiting = null;
      workers.controller = worker;
      workers.dispatchEvent(new Event('controllerchange'));
    },
  };
}

test('the first build that is kept is no update', async () => {
  const { start, install, takeOver, news } = fakeBrowser(null);
  await start();
  const first = new FakeWorker();
  install(first);
  takeOver(first);
  expect(news).toEqual([]);
  const second = new FakeWorker();
  install(second);
  expect(news).toEqual(['ready']);
});

test('a newer build waits until it is taken, and then the page is opened again', async () => {
  const { start, install, takeOver, news, updates } = fakeBrowser(new FakeWorker());
  await start();
  const next = new FakeWorker();
  install(next);
  expect(news).toEqual(['ready']);
  expect(next.told).toEqual([]);
  updates.take();
  expect(next.told).toEqual(['take-over']);
  expect(news).toEqual(['ready']);
  takeOver(next);
  expect(news).toEqual(['ready', 'reload']);
});

test('one that has waited since the last visit is offered', async () => {
  const browser = fakeBrowser(new FakeWorker());
  browser.registration.waiting = new FakeWorker();
  await browser.start();
  expect(browser.news).toEqual(['ready']);
});

test('a build that another tab took is said, and this page is not opened again unasked', async () => {
  const { start, install, takeOver, news, updates } = fakeBrowser(new FakeWorker());
  await start();
  const next = new FakeWorker();
  install(next);
  takeOver(next);
  expect(news).toEqual(['ready', 'taken']);
  updates.take();
  expect(news).toEqual(['ready', 'taken', 'reload']);
});

test('where service workers are forbidden there is nothing to say', async () => {
  const browser = fakeBrowser(null);
  browser.workers.forbidden = true;
  await browser.start();
  expect(browser.news).toEqual([]);
});

test('who comes back to the tab hears of what is new since', async () => {
  const { start, registration, comeBack } = fakeBrowser(new FakeWorker());
  await start();
  comeBack();
  expect(registration.asked).toBe(1);
});
