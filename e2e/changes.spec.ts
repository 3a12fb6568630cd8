/** Two periods compared: a second file in which one service is slow, and a range of the traffic. */
import { type FixtureSpan, requestSpans, traceVaeCsv } from './fixtures.ts';
import { dropFiles, expect, openNotebook, test } from './notebook.ts';

/** One request per minute. */
const table = (spans: readonly FixtureSpan[], day: number): string =>
  traceVaeCsv(
    spans.map((span) => ({ ...span, trace: span.trace + 1000 * day })),
    false,
  ).replaceAll(/,(\d+),(\d+),(\d+),2022-08-22 07:53:20/g, (_, trace, parent, span) => {
    const minute = Number(trace) % 1000;
    const at = new Date(Date.UTC(2022, 7, 21 + day, 7, minute)).toISOString();
    return `,${trace},${parent},${span},${at.slice(0, 19).replace('T', ' ')}`;
  });

test('what changed in a second file is told first by the service that is slow there', async ({
  page,
}) => {
  await openNotebook(page);
  const usual = requestSpans(1, 120);
  const slow = requestSpans(500, 120).map((span) =>
    // the checkout takes as much longer as its call to the cart
    span.trace % 4 !== 0
      ? span
      : span.service === 'cart'
        ? { ...span, durationMs: 4 * span.durationMs }
        : span.operation === 'POST /checkout'
          ? { ...span, durationMs: span.durationMs + 24 }
          : span,
  );
  await dropFiles(page, [
    { name: 'monday.csv', body: table(usual, 1) },
    { name: 'tuesday.csv', body: table(slow, 2) },
  ]);
  const cell = page.getByRole('region', { name: /What changed/ });
  await cell.getByRole('combobox', { name: 'What changed in' }).selectOption('file tuesday.csv');
  const first = cell.getByRole('table', { name: 'What changed' }).getByRole('row').nth(1);
  await expect(first).toContainText('slower');
  await expect(first.getByRole('rowheader')).toContainText('cart');
  await expect(cell).toContainText('best explained by cart: its own work is slow');

  // and the other way round
  await cell.getByRole('combobox', { name: 'against' }).selectOption('all other traces');
  await cell.getByRole('combobox', { name: 'What changed in' }).selectOption('file monday.csv');
  await expect(first).toContainText('faster');

  // a range by the keyboard
  const strip = cell.getByRole('slider', { name: /Traffic over time/ });
  await strip.focus();
  await strip.press('Home');
  await strip.press('Shift+PageDown');
  await expect(cell.getByRole('combobox', { name: 'What changed in' })).toContainText(' to ');
});
