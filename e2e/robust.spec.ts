/** What fails on the page stays where it failed: storage that is forbidden, a part that cannot be loaded, a note. */
import { TEST_CSV } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test } from './notebook.ts';

test('without storage, with a part that is not there and a note too deep, the page stays', async ({
  page,
  complaints,
}) => {
  await page.addInitScript(() => {
    const forbid = (name: string) =>
      Object.defineProperty(globalThis, name, {
        get() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      });
    forbid('localStorage');
    forbid('indexedDB');
  });
  await page.route(/CommandPalette-/, (route) => route.abort());
  await openNotebook(page);
  await expect(page.getByText('site data are blocked for its address')).toBeVisible();
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await expect(page.getByRole('heading', { name: 'Trees' })).toBeVisible();

  await page.keyboard.press('Control+K');
  await expect(page.getByText('The list of commands could not be loaded')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Trees' })).toBeVisible();
  await page.unroute(/CommandPalette-/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  expect(complaints.splice(0).join('\n')).toMatch(/CommandPalette/);
});

test.use({ reader: 'researcher' });
test('a note of 2,000 quotes stands as it was written', async ({ page }) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await page.getByRole('button', { name: 'Add a note below Data' }).click();
  await page.getByRole('textbox', { name: /Note in Markdown/ }).fill('>'.repeat(2000));
  await page.keyboard.press('Control+Enter');
  const note = page.getByRole('article', { name: 'Note below Data' });
  await expect(note).toContainText('nested too deeply');
  await page.reload();
  await expect(note).toContainText('nested too deeply');
});
