/** What the main thread of a page computes, from a trace of the browser. */

/** @param sorted ascending; @returns undefined of none */
export const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];

/** Begins to trace tasks, and the marks that the page sets with `performance.mark`. */
export const startTrace = (browser, page) =>
  browser.startTracing(page, {
    categories: [
      '__metadata',
      'toplevel',
      'blink.user_timing',
      'disabled-by-default-devtools.timeline',
    ],
  });

export const stopTrace = async (browser) =>
  JSON.parse((await browser.stopTracing()).toString('utf8')).traceEvents;

/**
 * The main thread's tasks of the renderer that has the most of them, ms: when they began, how long
 * they took by the clock, and what they computed, which is less where other processes take the cores.
 */
export function mainThreadTasks(traceEvents) {
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = new Map();
  for (const { name, ph, pid, tid, ts, dur = 0, tdur = 0 } of traceEvents) {
    const thread = `${pid} ${tid}`;
    if (ph !== 'X' || !mains.has(thread)) continue;
    if (name !== 'RunTask' && name !== 'ThreadControllerImpl::RunTask') continue;
    const key = `${thread} ${name}`;
    const durations = tasks.get(key) ?? [];
    durations.push({ at: ts / 1e3, clock: dur / 1e3, computing: tdur / 1e3 });
    tasks.set(key, durations);
  }
  return [...tasks.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
}

/** Marks by name, ms on the tasks' clock. */
export const marksOf = (traceEvents, name) =>
  traceEvents
    .filter((event) => event.cat?.includes('blink.user_timing') && event.name === name)
    .map(({ ts }) => ts / 1e3)
    .sort((a, b) => a - b);
