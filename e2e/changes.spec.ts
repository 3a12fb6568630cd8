/** Two periods compared: a second file in which one service is slow, a range of the traffic, another dataset. */
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
  const slowInEvery = (nth: number) =>
    requestSpans(500, 120).map((span) =>
      // the checkout takes as much longer as its call to the cart
      span.trace % nth !== 0
        ? span
        : span.service === 'cart'
          ? { ...span, durationMs: 4 * span.durationMs }
          : span.operation === 'POST /checkout'
            ? { ...span, durationMs: span.durationMs + 24 }
            : span,
    );
  await dropFiles(page, [
    { name: 'monday.csv', body: table(usual, 1) },
    { name: 'tuesday.csv', body: table(slowInEvery(4), 2) },
  ]);
  const cell = page.getByRole('region', { name: /What changed/ });
  await cell.getByRole('combobox', { name: 'What changed in' }).selectOption('file tuesday.csv');
  const first = cell.getByRole('table', { name: 'What changed' }).getByRole('row').nth(1);
  await expect(first).toContainText('slower');
  await expect(first.getByRole('rowheader')).toContainText('cart');
  await expect(cell).toContainText('best explained by cart: its own work is slow');
  const service = cell.getByRole('table', { name: 'Changes by service' }).getByRole('row').nth(1);
  await expect(service).toContainText(/cart.*100\s%/);

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

  // a file that is dropped later is another dataset, and the one before a period to compare it with
  await dropFiles(page, [{ name: 'wednesday.csv', body: table(slowInEvery(2), 3) }]);
  const against = cell.getByRole('combobox', { name: 'against' });
  const stored = against.getByRole('option', { name: /^dataset / });
  await against.selectOption(await stored.innerText());
  await expect(cell.getByRole('combobox', { name: 'What changed in' })).toHaveValue('all');
  await expect(first).toContainText('slower');
  await expect(first.getByRole('rowheader')).toContainText('cart');
  await expect(cell).toContainText('120 traces against 240');
});
