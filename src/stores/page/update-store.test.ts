import { expect, test } from 'vitest';
import { createFakeTabs } from '../../testing/fake-tabs.ts';
import {
  createFakeClient,
  createFakePreferences,
  createFakeStorage,
} from '../../testing/notebook-fakes.ts';
import type { Tabs } from '../shared/tabs.ts';
import { createNotebook } from './notebook.ts';
import type { UpdateNews } from './page-updates.ts';

function openTab(tabs: Tabs) {
  const fake = createFakeClient();
  let news: UpdateNews | null = null;
  const taken = { times: 0 };
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: fake.client, close: () => {} }),
    storage: createFakeStorage().storage,
    tabs,
    updates: {
      start: async (told) => {
        news = told;
      },
      take: () => {
        taken.times += 1;
      },
    },
    preferences: createFakePreferences(),
    now: () => 3,
    newId: () => 'id',
    isolated: true,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: 'test' },
    address: { read: () => '', write: () => {}, goTo: () => {} },
  });
  return { ...fake, notebook, update: notebook.update, taken, news: () => news };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

async function openAlone() {
  const tab = openTab(createFakeTabs().open());
  void tab.notebook.open();
  await pause();
  return tab;
}

test('a newer version is offered, and taken when a person says so', async () => {
  const { update, taken, news } = await openAlone();
  await update.getState().start();
  news()?.ready();
  expect(update.getState()).toMatchObject({ offer: 'ready', held: null });
  expect(taken.times).toBe(0);
  await update.getState().take();
  expect(taken.times).toBe(1);
});

test('it waits while files are read here, and says so until that has ended', async () => {
  const { notebook, update, taken, news, last } = await openAlone();
  await update.getState().start();
  news()?.ready();
  void notebook.dataset.getState().loadDemo();
  await pause();
  await update.getState().take();
  expect(update.getState().held).toBe('here');
  expect(taken.times).toBe(0);

  await last('demo').fail({ kind: 'bug', what: 'w', where: 'w', advice: 'a' });
  await pause();
  expect(update.getState().held).toBeNull();
  await update.getState().take();
  expect(taken.times).toBe(1);
});

test('it waits for another tab, too', async () => {
  const browser = createFakeTabs();
  const [one, two] = [openTab(browser.open()), openTab(browser.open())];
  void one.notebook.open();
  void two.notebook.open();
  await pause();
  await two.update.getState().start();
  two.news()?.ready();
  void one.notebook.dataset.getState().loadDemo();
  await pause();
  await two.update.getState().take();
  expect(two.update.getState().held).toBe('elsewhere');
  expect(two.taken.times).toBe(0);

  await one.last('demo').fail({ kind: 'bug', what: 'w', where: 'w', advice: 'a' });
  await pause();
  await two.update.getState().take();
  expect(two.taken.times).toBe(1);
});

test('the page is kept once what a person waits for is there', async () => {
  const { notebook, update, news, last } = await openAlone();
  void notebook.dataset.getState().loadDemo();
  void update.getState().start();
  await pause();
  expect(news()).toBeNull();
  await last('demo').fail({ kind: 'bug', what: 'w', where: 'w', advice: 'a' });
  await pause();
  expect(news()).not.toBeNull();
});

test('it can be put off', async () => {
  const { update, news } = await openAlone();
  await update.getState().start();
  news()?.taken();
  expect(update.getState().offer).toBe('taken');
  update.getState().dismiss();
  expect(update.getState()).toMatchObject({ offer: 'none', held: null });
});
