import { expect, test } from 'vitest';
import { openPage } from './open-page.mjs';

/** Playwright gives up after 30 s by default; a launch, a navigation and an action each. */
test('no time of Playwright’s own is left that could end a run on a slow machine', async () => {
  const calls = [];
  const page = {
    setDefaultTimeout: (ms) => calls.push(['actions', ms]),
    setDefaultNavigationTimeout: (ms) => calls.push(['navigation', ms]),
    goto: async (url, options) => calls.push(['goto', url, options]),
  };
  const browser = { newPage: async () => page, close: async () => calls.push(['closed']) };
  const browserType = {
    launch: async ({ timeout }) => {
      calls.push(['launch', timeout]);
      return browser;
    },
  };
  const closers = [];
  expect(await openPage(browserType, 'chromium', 'http://x/', (close) => closers.push(close))).toBe(
    page,
  );
  expect(calls).toEqual([
    ['launch', 0],
    ['actions', 0],
    ['navigation', 0],
    ['goto', 'http://x/', undefined],
  ]);
  expect(closers).toHaveLength(1);
});

test('a page that does not open leaves its browser to be closed', async () => {
  const closers = [];
  const browserType = {
    launch: async () => ({
      newPage: async () => {
        throw new Error('no page');
      },
      close: async () => {},
    }),
  };
  await expect(
    openPage(browserType, 'chromium', 'http://x/', (close) => closers.push(close)),
  ).rejects.toThrow('no page');
  expect(closers).toHaveLength(1);
});
