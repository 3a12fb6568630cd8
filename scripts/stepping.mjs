/** What the page's main thread computes while a person steps from one odd trace to the next. */
import { mainThreadTasks, marksOf, percentile, startTrace, stopTrace } from './main-thread.mjs';

const STEP = 'step to the next trace';
/** Till then the worker has answered, and what it said is drawn. */
const SETTLED_MS = 600;

/**
 * @param page  with a list of odd traces, none of them open
 * @param steps traces that are stepped to, after the first
 * @returns     ms of main thread per step: all its tasks together, until the next step
 */
export async function measureStepping(browser, page, steps = 20) {
  const title = page.getByRole('heading', { name: /^Trace / });
  await page.keyboard.press('s');
  await settled(page);
  await startTrace(browser, page);
  const titles = new Set([await title.innerText()]);
  for (let step = 0; step < steps; step++) {
    await page.evaluate((name) => performance.mark(name), STEP);
    await page.keyboard.press('s');
    await settled(page);
    titles.add(await title.innerText());
  }
  await page.evaluate((name) => performance.mark(name), STEP);
  const events = await stopTrace(browser);
  if (titles.size !== steps + 1) throw new Error(`${titles.size} traces of ${steps + 1} were met`);
  const marks = marksOf(events, STEP);
  const tasks = mainThreadTasks(events);
  const sums = (of) =>
    marks
      .slice(1)
      .map((end, i) =>
        tasks
          .filter(({ at }) => at >= marks[i] && at < end)
          .reduce((sum, task) => sum + task[of], 0),
      )
      .sort((a, b) => a - b);
  const [clock, computing] = [sums('clock'), sums('computing')];
  return { steps, byTheClock: summary(clock), computing: summary(computing) };
}

const summary = (sorted) => ({
  medianMs: percentile(sorted, 0.5),
  p90Ms: percentile(sorted, 0.9),
  longestMs: sorted.at(-1),
});

const settled = (page) => page.waitForTimeout(SETTLED_MS);
