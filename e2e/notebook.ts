/** The page as the tests drive it, and what must hold on every page: no violation, no stranger. */
import { readFileSync } from 'node:fs';
import { test as base, expect, type Page } from '@playwright/test';

interface Options {
  /** Whom the page is laid out for: most tests are about cells that a researcher has open. */
  readonly reader: 'engineer' | 'researcher';
}

interface Watched {
  /** Policy violations, page errors and requests to another origin, each a line. */
  readonly complaints: string[];
}

export const test = base.extend<Watched & Options>({
  reader: ['researcher', { option: true }],
  complaints: [
    async ({ page, baseURL, reader }, use) => {
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text())) {
          complaints.push(`console: ${message.text()}`);
        }
      });
      page.on('request', (request) => {
        const url = request.url();
        const own = url.startsWith(`${baseURL}/`) || /^(blob|data):/.test(url);
        if (!own) complaints.push(`request to ${url}`);
      });
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`);
        });
      });
      await layOutFor(page, reader);
      await use(complaints);
      expect(complaints, 'policy violations, errors and requests elsewhere').toEqual([]);
    },
    { auto: true },
  ],
});

/** Before the page is opened: whom it is laid out for, until that is chosen there. */
export async function layOutFor(page: Page, reader: string): Promise<void> {
  await page.addInitScript((laidOutFor) => {
    // an empty page, and a frame of the report's kind, have no origin and no storage
    if (location.origin === 'null') return;
    const key = 'tracevae-notebook.preferences';
    const empty = localStorage.getItem(key) === null;
    if (empty) localStorage.setItem(key, JSON.stringify({ reader: laidOutFor }));
  }, reader);
}

export interface DroppedFile {
  readonly name: string;
  readonly body: string | Buffer;
}

/** Drops files on the page the way a browser does: one drop event with a DataTransfer. */
export async function dropFiles(page: Page, files: readonly DroppedFile[]): Promise<void> {
  const payload = files.map(({ name, body }) => ({
    name,
    base64: Buffer.from(body).toString('base64'),
  }));
  const transfer = await page.evaluateHandle((dropped) => {
    const data = new DataTransfer();
    for (const { name, base64 } of dropped) {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      data.items.add(new File([bytes], name));
    }
    return data;
  }, payload);
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    await page.dispatchEvent('body', kind, { dataTransfer: transfer });
  }
}

/** The same next to a run that could score them: they are a dataset to train with. */
export async function dropDataset(page: Page, files: readonly DroppedFile[]): Promise<void> {
  await dropFiles(page, files);
  await page.getByRole('button', { name: 'New dataset' }).click();
}

export async function openNotebook(page: Page): Promise<void> {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'TraceVAE Notebook' })).toBeVisible();
}

export interface TrainingChoices {
  readonly preset: 'notebook' | 'tiny' | 'small' | 'paper';
  readonly epochs: number;
  readonly backend: 'auto' | 'webgpu' | 'wasm';
}

export async function train(page: Page, choices: TrainingChoices): Promise<void> {
  await page.getByLabel('Preset').selectOption(choices.preset);
  await page.getByLabel('Epochs', { exact: true }).fill(String(choices.epochs));
  await page.getByLabel('Backend').selectOption(choices.backend);
  await page.getByRole('button', { name: 'Start training' }).click();
}

/** Shaders compile slowly on the software adapter, so the model is as small as it gets. */
export async function trainSmallestOnWebGpu(page: Page, epochs: number): Promise<void> {
  await page.getByRole('button', { name: 'All settings' }).click();
  await page.getByLabel('units per head').fill('4');
  await page.getByLabel('attention layers').fill('1');
  await page.getByLabel('flow levels').fill('1');
  await page.getByLabel('Largest tree').fill('8');
  await page.getByLabel('L', { exact: true }).fill('2');
  await page.getByLabel('Epochs', { exact: true }).fill(String(epochs));
  await page.getByLabel('Backend').selectOption('webgpu');
  await page.getByRole('button', { name: 'Start training' }).click();
}

/** A run shows History first; TraceVAE has the corrections, reconstructions and what-ifs. */
export async function showTraceVae(page: Page): Promise<void> {
  await page.getByLabel('Detector', { exact: true }).selectOption('tracevae');
  await expect(page.getByRole('checkbox', { name: 'Gaussian std-limit' })).toBeVisible();
}

/** Chooses which traces are listed; cells above that are still filling may move what is clicked. */
export async function showTraces(page: Page, shown: string): Promise<void> {
  const show = page.getByRole('group', { name: 'Show' });
  await expect(async () => {
    await show.getByText(shown, { exact: true }).click();
    await expect(show.getByRole('radio', { name: shown, exact: true })).toBeChecked({
      timeout: 1000,
    });
  }).toPass();
}

/** run.json as the page gives it, waiting until it can. */
export async function exportRun(page: Page): Promise<string> {
  const button = page.getByRole('button', { name: 'Export run' });
  await expect(button).toBeEnabled({ timeout: 100_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFileSync(await download.path(), 'utf8');
}

export { expect };
