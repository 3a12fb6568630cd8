/** Notes between the cells, and the equations of the paper with a trace's values. */
import { TEST_CSV } from './fixtures.ts';
import {
  dropFiles,
  expect,
  exportRun,
  openNotebook,
  showTraces,
  showTraceVae,
  test,
  train,
} from './notebook.ts';

test('a note is written, shown as Markdown, kept over a reload, deleted and brought back', async ({
  page,
}) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await page.getByRole('button', { name: 'Add a note below Trees' }).click();
  await page
    .getByRole('textbox', { name: /Note in Markdown/ })
    .fill('# Why\n\nIt is <b>not</b> $\\frac{N_{max}}{N}$, see *below*.\n\n$$\\sigma_{p99}$$');
  await page.keyboard.press('Control+Enter');
  const note = page.getByRole('article', { name: 'Note below Trees' });
  await expect(note.getByRole('heading', { name: 'Why' })).toBeVisible();
  await expect(note).toContainText('<b>not</b>');
  await expect(note.locator('.katex')).toHaveCount(2);
  await expect(note.getByRole('emphasis')).toHaveText('below');
  // The fraction is drawn one over the other, which takes the styles that KaTeX sets.
  const top = await note.getByText('max', { exact: true }).last().boundingBox();
  expect(top?.height).toBeGreaterThan(0);

  await page.reload();
  await expect(note).toContainText('below');
  await note.getByRole('button', { name: 'Edit note' }).click();
  await page.getByRole('textbox', { name: /Note in Markdown/ }).fill('Other words, $\\frac{1$');
  await page.getByRole('button', { name: 'Save note', exact: true }).click();
  await expect(note).toContainText('Other words');
  await expect(note).toContainText('no equation');
  await note.getByRole('button', { name: 'Delete note' }).click();
  await expect(note).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(note).toContainText('Other words');
});

test('Esc leaves the editor of a note and keeps what was typed, also over a reload', async ({
  page,
}) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await page.getByRole('button', { name: 'Add a note below Data' }).click();
  const editor = page.getByRole('textbox', { name: /Note in Markdown/ });
  await editor.pressSequentially('Checkout was slow on Monday');
  await page.keyboard.press('Escape');
  const note = page.getByRole('article', { name: 'Note below Data' });
  await expect(note).toContainText('Checkout was slow on Monday');
  await expect(note).toBeFocused();
  await expect(editor).toHaveCount(0);

  await note.getByRole('button', { name: 'Edit note' }).click();
  await editor.fill('Something else');
  await page.keyboard.press('Escape');
  await expect(note).toContainText('Something else');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(note).toContainText('Checkout was slow on Monday');

  // A page that is closed in the middle of a word, a moment after it.
  await note.getByRole('button', { name: 'Edit note' }).click();
  await editor.press('End');
  await editor.pressSequentially(' and Tues');
  await page.waitForTimeout(500);
  await page.reload();
  await expect(note).toContainText('Checkout was slow on Monday and Tues');
});

test('the equations of the paper give the values of the trace in the inspector', async ({
  page,
}) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'shop.csv', body: TEST_CSV() }]);
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await exportRun(page);
  await showTraceVae(page);
  await page.getByRole('button', { name: 'Equations (1) to (7)' }).click();
  const seven = page.getByRole('figure', { name: 'Equation (7)' });
  await expect(page.getByRole('figure', { name: /^Equation/ })).toHaveCount(7);
  await expect(page.getByText('No trace is in the inspector')).toBeVisible();

  await showTraces(page, 'all');
  await page.getByRole('grid', { name: 'Test traces by score' }).getByRole('row').nth(1).click();
  await expect(page.getByRole('tree', { name: 'Waterfall' })).toBeVisible();
  const nodes = seven.getByRole('definition').filter({ hasText: 'nodes of the merged tree' });
  await expect(nodes).toContainText(/[345]$/);
  const largest = seven.getByRole('definition').filter({ hasText: 'largest tree' });
  await expect(largest).toContainText(/32$/);

  const symbol = seven.locator('.katex-html .symbol-Nmax').first();
  await symbol.hover();
  await expect(symbol).toHaveClass(/paper-equation__lit/);
});
