/** Training that survives: reloads, a divergence, a lost GPU device. */
import type { Page } from '@playwright/test';
import { requestSpans, TEST_CSV, TRAIN_CSV, traceVaeCsv, VAL_CSV } from './fixtures.ts';
import {
  dropDataset,
  dropFiles,
  expect,
  exportRun,
  openNotebook,
  test,
  train,
  trainSmallestOnWebGpu,
} from './notebook.ts';

interface Run {
  readonly environment: { readonly backend: string };
  readonly curves: readonly { readonly epoch: number; readonly loss: number }[];
  readonly results: readonly unknown[];
  readonly warnings: readonly string[];
}

const readRun = async (page: Page): Promise<Run> => JSON.parse(await exportRun(page));

/** What must be equal between two runs: all but their times. */
const numbersOf = ({ curves, results }: Run): unknown => ({
  curves: curves.map((point) => ({ ...point, seconds: 0 })),
  results,
});

/**
 * The worker's own script, with a few lines before it: what happens in a worker cannot be reached
 * through the page, and the product has no door for it.
 */
async function beforeWorker(page: Page, script: string): Promise<void> {
  await page.route(/\/assets\/entry-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
}

const SETS = () => [
  { name: 'train.csv', body: TRAIN_CSV() },
  { name: 'val.csv', body: VAL_CSV() },
  { name: 'test.csv', body: TEST_CSV() },
];

const lines = (page: Page) => page.getByRole('log', { name: 'Training log' }).getByRole('listitem');

/** On a busy machine epochs may pass before the first checkpoint lies on the disk. */
const checkpointStored = (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      new Promise<boolean>((resolve, reject) => {
        const opening = indexedDB.open('tracevae-notebook');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const counting = database.transaction('checkpoints').objectStore('checkpoints').count();
          counting.onerror = () => reject(counting.error);
          counting.onsuccess = () => {
            database.close();
            resolve(counting.result > 0);
          };
        };
      }),
  );

/** So many that training does not end before it is interrupted. */
const EPOCHS = 30;

test('training that reloads interrupt gives the numbers of a run that none did', async ({
  page,
}) => {
  const choices = { preset: 'tiny', epochs: EPOCHS, backend: 'wasm' } as const;
  await openNotebook(page);
  await dropFiles(page, SETS());
  await train(page, choices);
  const whole = await readRun(page);

  await dropDataset(page, SETS());
  await expect(page.getByRole('button', { name: 'Export run' })).toBeDisabled();
  await train(page, choices);
  const resume = page.getByRole('button', { name: 'Resume', exact: true });
  const interrupted = page.getByText(/^(Note: )?Training was interrupted at epoch \d+ of 30\.$/);

  await expect.poll(() => lines(page).count(), { intervals: [20] }).toBeGreaterThan(2);
  await expect.poll(() => checkpointStored(page), { intervals: [20] }).toBe(true);
  await page.reload();
  await expect(interrupted).toBeVisible();
  const kept = await lines(page).count();
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(EPOCHS);
  await resume.click();

  await expect.poll(() => lines(page).count(), { intervals: [20] }).toBeGreaterThan(kept);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.reload();
  await expect(interrupted).toBeVisible();
  await resume.click();

  const resumed = await readRun(page);
  expect(resumed.curves).toHaveLength(EPOCHS);
  expect(numbersOf(resumed)).toEqual(numbersOf(whole));
  expect(resumed.warnings).toEqual(whole.warnings);

  // Nothing is left to resume.
  await page.reload();
  await expect(page.getByRole('button', { name: 'Export run' })).toBeEnabled();
  await expect(interrupted).toBeHidden();
});

test('Discard forgets an interrupted training and brings back the run before it', async ({
  page,
}) => {
  await openNotebook(page);
  await dropFiles(page, [{ name: 'all.csv', body: TEST_CSV() }]);
  await train(page, { preset: 'tiny', epochs: 1, backend: 'wasm' });
  await readRun(page);
  await train(page, { preset: 'tiny', epochs: 200, backend: 'wasm' });
  await expect.poll(() => lines(page).count()).toBeGreaterThan(2);
  await expect.poll(() => checkpointStored(page)).toBe(true);
  await page.reload();
  for (const again of [true, false]) {
    await expect(page.getByText(/interrupted at epoch \d+ of 200/)).toBeVisible();
    if (again) await page.reload();
  }
  await page.getByRole('button', { name: 'Discard' }).click();
  expect((await readRun(page)).curves).toHaveLength(1);
  await page.reload();
  expect((await readRun(page)).curves).toHaveLength(1);
});

test('a run that diverges offers the weights of its last good epoch', async ({ page }) => {
  // After the second epoch noise is no number, until training has failed.
  await beforeWorker(
    page,
    `const { cos } = Math, post = self.postMessage.bind(self);
     self.postMessage = (reply, ...rest) => {
       if (reply.event?.kind === 'epoch' && reply.event.point.epoch === 2) Math.cos = () => NaN;
       if (reply.kind === 'failed') Math.cos = cos;
       post(reply, ...rest);
     };`,
  );
  await openNotebook(page);
  await dropFiles(page, SETS());
  // with another detector beside it, the run goes on and takes them
  await page.getByRole('checkbox', { name: 'History', exact: true }).uncheck();
  await train(page, { preset: 'tiny', epochs: 6, backend: 'wasm' });
  await expect(page.getByText(/training diverged: .* is not a finite number/)).toBeVisible();
  await expect(page.getByText('epoch 3', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Use the weights of epoch 2' }).click();
  const run = await readRun(page);
  expect(run.curves).toHaveLength(2);
  expect(run.results).toHaveLength(5);
  expect(run.warnings.join('\n')).toMatch(
    /diverged.* in epoch 3: these are the weights of epoch 2/,
  );
  await page.reload();
  expect((await readRun(page)).warnings).toEqual(run.warnings);
});

test('training goes on when the GPU device is lost: on a new one, on WASM if there is none', async ({
  page,
}) => {
  test.setTimeout(480_000); // most of it is the compiling of shaders on the CPU
  // Each device is destroyed after its first epoch; there are two of them.
  await beforeWorker(
    page,
    `const request = GPUAdapter.prototype.requestDevice, post = self.postMessage.bind(self);
     let device, devices = 0;
     GPUAdapter.prototype.requestDevice = async function (...options) {
       if (++devices > 2) throw new Error('no more devices');
       device = await request.apply(this, options);
       return device;
     };
     self.postMessage = (reply, ...rest) => {
       post(reply, ...rest);
       if (reply.event?.kind === 'checkpoint') device?.destroy();
     };`,
  );
  await openNotebook(page);
  await dropFiles(page, [{ name: 'all.csv', body: traceVaeCsv(requestSpans(7, 17), false) }]);
  await trainSmallestOnWebGpu(page, 400);
  const notices = [
    /GPU device was lost .*; training went on after epoch 1 on a new device/,
    /GPU device was lost .*; training went on after epoch 2 on WASM/,
  ];
  for (const notice of notices) {
    await expect(page.getByText(notice).first()).toBeVisible({ timeout: 250_000 });
  }
  await page.getByRole('button', { name: 'Stop' }).click();
  const run = await readRun(page);
  expect(run.environment.backend).toBe('wasm');
  expect(run.curves.map(({ epoch }) => epoch)).toEqual(run.curves.map((_, i) => i + 1));
  for (const { loss } of run.curves) expect(Number.isFinite(loss)).toBe(true);
  for (const notice of notices) expect(run.warnings.join('\n')).toMatch(notice);
});
