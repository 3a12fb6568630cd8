import { defineConfig } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from './scripts/find-browser.mjs';

/** Another one lets two checkouts be tested beside each other. */
const PORT = Number(process.env.E2E_PORT ?? 4199);
const browser = findBrowser();
if (process.env.TEST_WORKER_INDEX === undefined) {
  console.error(`browser: ${browser.path} (${browser.how})`);
}

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  // Two on two cores: most of a test is not training, and the suite takes two thirds of the time.
  workers: 2,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1440, height: 900 },
    // A page that is kept for use without its server takes no time of tests that are not about it.
    serviceWorkers: 'block',
    launchOptions: { executablePath: browser.path, args: BROWSER_ARGS },
    channel: '',
    // A recorded test takes half as long again: E2E_TRACE=1 records those that fail.
    trace: process.env.E2E_TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
  webServer: {
    command: `npx vite build --logLevel warn && npx vite preview --port ${PORT} --strictPort`,
    url: `http://127.0.0.1:${PORT}`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
