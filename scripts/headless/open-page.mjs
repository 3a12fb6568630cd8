// @ts-check
/**
 * A page of the notebook in a browser, which may be as slow as it likes: a machine under load is no
 * failure, so nothing but --timeout ends a run.
 */
import { BROWSER_ARGS } from '../find-browser.mjs';

/**
 * @param {Pick<import('@playwright/test').BrowserType, 'launch'>} browserType
 * @param {string} executablePath
 * @param {string} url
 * @param {(close: () => Promise<void>) => void} onOpened takes what closes it
 * @returns {Promise<import('@playwright/test').Page>}
 */
export async function openPage(browserType, executablePath, url, onOpened) {
  const browser = await browserType.launch({
    executablePath,
    args: BROWSER_ARGS,
    handleSIGINT: false,
    timeout: 0,
  });
  onOpened(() => browser.close());
  const page = await browser.newPage({ acceptDownloads: true });
  page.setDefaultTimeout(0);
  page.setDefaultNavigationTimeout(0);
  await page.goto(url);
  return page;
}
