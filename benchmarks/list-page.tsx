/**
 * The app with a made-up scored run, its own page, stores and worker, and what each thing that a
 * person does with the list takes by the clock in the page. Gives scripts/bench-list.mjs a function.
 */
import '../src/ui/theme/theme.ts';
import { createRoot } from 'react-dom/client';
import type { TermsOutcome } from '../src/run/outcome.ts';
import {
  type Corrections,
  correctionsOf,
  sameCorrections,
  VARIANTS,
  type Variant,
} from '../src/scoring/corrections/list.ts';
import { evaluate } from '../src/scoring/evaluate.ts';
import { createNotebookStorage } from '../src/storage/notebook-storage.ts';
import { createNotebook, type Notebook } from '../src/stores/page/notebook.ts';
import { fakeDetectorRun, fakeRun } from '../src/testing/run-fakes.ts';
import { App } from '../src/ui/app/App.tsx';
import { NotebookContext } from '../src/ui/app/notebook-context.ts';
import { startBackgroundWorker, startWorker, type WorkerClient } from '../src/worker/client.ts';
import { makeScoredDataset, type ScoredDataset } from './scored-table.ts';

/** Milliseconds by the clock, and the longest task of the page's main thread meanwhile. */
interface Waited {
  readonly ms: number;
  readonly longestTaskMs: number;
}

declare global {
  interface Window {
    measureList(traces: number): Promise<Record<string, unknown>>;
  }
}

const frame = (): Promise<number> => new Promise(requestAnimationFrame);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const longTasks: { readonly start: number; readonly ms: number }[] = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    longTasks.push({ start: startTime, ms: Math.round(duration) });
  }
}).observe({ type: 'longtask' });

/** From an action to the frame after the one in which its result shows. */
async function waited(act: () => void, shown: () => boolean): Promise<Waited> {
  const started = performance.now();
  act();
  while (!shown()) {
    await frame();
    if (performance.now() - started > GIVEN_UP_MS) throw new Error(`not shown: ${shown}`);
  }
  await frame();
  const ms = Math.round(performance.now() - started);
  await pause(SETTLED_MS);
  const own = longTasks.filter(({ start }) => start >= started - 1 && start < started + ms);
  return { ms, longestTaskMs: Math.max(0, ...own.map((task) => task.ms)) };
}

const GIVEN_UP_MS = 60_000;
/** The worker answers within it when it has nothing else to do. */
const AT_REST_MS = 50;
/** Long enough for tasks to be reported, and for columns that come late. */
const SETTLED_MS = 1500;

const one = <E extends Element>(selector: string): E => {
  const found = document.querySelector<E>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
};
const GRID = '[role=grid][aria-label="Test traces by score"]';
const rowsListed = (): number =>
  Number(document.querySelector(GRID)?.getAttribute('aria-rowcount') ?? 0) - 1;
const idle = (): boolean => document.querySelector(`${GRID}[aria-busy]`) === null;
const firstRow = (): string =>
  document.querySelector(`${GRID} [role=row][aria-rowindex="2"]`)?.textContent ?? '';

async function openNotebook({ traces }: ScoredDataset, client: WorkerClient): Promise<Notebook> {
  const notebook = createNotebook({
    client,
    background: startBackgroundWorker,
    storage: createNotebookStorage(),
    preferences: localStorage,
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    isolated: crossOriginIsolated,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: navigator.userAgent },
    address: { read: () => '', write() {}, goTo() {} },
  });
  createRoot(one('#root')).render(
    <NotebookContext value={notebook}>
      <App />
    </NotebookContext>,
  );
  const opened = await client.start('open', { traces }).result;
  if (!opened.ok) throw new Error(opened.error.what);
  return notebook;
}

function showDataset(notebook: Notebook, { traces }: ScoredDataset): void {
  notebook.dataset.setState({
    dataset: {
      id: 'made-up',
      name: 'Made-up traces',
      imported: {
        files: [{ name: 'made-up', format: 'simulated', spans: 0, traces: traces.label.length }],
        traces,
        ledger: [],
        spansRead: 0,
        spansKept: 0,
        seconds: 0,
      } as never,
      roles: ['split'],
    },
    status: { phase: 'ready' },
  });
}

/** What a dataset is looked at by before a model has been trained. */
async function measureTrees(notebook: Notebook, made: ScoredDataset) {
  const items = () => document.querySelectorAll<HTMLElement>('.structure-list__item');
  const figure = () => document.querySelector('.trees-cell__tree')?.textContent ?? '';
  const list = await waited(
    () => showDataset(notebook, made),
    () => items().length > 0,
  );
  const before = { items: items().length, figure: figure() };
  const choose = await waited(
    () => click(items()[before.items - 1]!),
    () => figure() !== before.figure,
  );
  const more = await waited(
    () => click(one<HTMLElement>('.trees-cell .structure-list ~ button')),
    () => items().length > before.items,
  );
  return { list, choose, more };
}

function outcomeOf({ traces, of }: ScoredDataset): TermsOutcome {
  const { kind, val, test, variants } = of;
  const valScores = variants.full.subarray(0, val.trace.length);
  const report = evaluate(variants.full, traces.label, valScores);
  const per = <V,>(value: (variant: Variant) => V) =>
    Object.fromEntries(VARIANTS.map((v) => [v, value(v)])) as Record<Variant, V>;
  return {
    kind,
    val,
    test,
    scores: per((v) => ({ val: valScores, test: variants[v] })),
    reports: per(() => report),
    byFile: [],
    scoreSeconds: 1,
    scoreTracesPerSecond: 1,
  };
}

const click = (element: HTMLElement): void => element.click();
const show = (value: string) => (): void =>
  click(
    [...document.querySelectorAll<HTMLElement>('#flagged .segments__item')].find(
      (item) => item.textContent === value,
    )!,
  );
const sortBy = (title: string) => (): void =>
  click(
    [...document.querySelectorAll<HTMLElement>(`${GRID} .vtable__sort`)].find((button) =>
      button.textContent?.startsWith(title),
    )!,
  );

function search(text: string): void {
  const input = one<HTMLInputElement>('#flagged input[type=search]');
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!;
  set!.call(input, text);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Down the whole list in a few seconds: times between frames, ms. */
async function scrolled() {
  const grid = one<HTMLElement>(GRID);
  const way = grid.scrollHeight - grid.clientHeight;
  const frames: number[] = [];
  let last = await frame();
  for (let i = 1; i <= 240; i++) {
    grid.scrollTop = (way * i) / 240;
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  grid.scrollTop = 0;
  await pause(SETTLED_MS);
  frames.sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(10 * frames[Math.floor(share * (frames.length - 1))]!) / 10;
  return { frames: frames.length, medianMs: at(0.5), p95Ms: at(0.95), longestMs: at(1) };
}

window.measureList = async (count) => {
  const made = makeScoredDataset(count);
  const client = startWorker();
  const notebook = await openNotebook(made, client);
  await pause(SETTLED_MS);
  const trees = await measureTrees(notebook, made);
  const { inspect, traceList } = notebook;
  const run = {
    ...fakeRun(),
    datasetId: 'made-up',
    detectors: [{ ...fakeDetectorRun(), scores: outcomeOf(made) }],
  };
  const { stdLimit } = run.settings.scoring;
  const listed = performance.now();
  let whole = 0;
  const stop = traceList.subscribe(({ list }) => {
    if (whole === 0 && (list?.late?.reasonOf ?? null) !== null) whole = performance.now();
  });
  const list = await waited(
    () => notebook.runs.getState().restore(run, null),
    () => rowsListed() > 0 && firstRow() !== '',
  );
  const roundTripMs = async (): Promise<number> => {
    const asked = performance.now();
    await client.start('prepareSort', { key: 'score' }).result;
    return performance.now() - asked;
  };
  one('#flagged').scrollIntoView();
  // other cells in sight have work for the worker as well, once
  for (let atRest = 0; whole === 0 || atRest < 4; ) {
    await pause(SETTLED_MS);
    atRest = (await roundTripMs()) > AT_REST_MS ? 0 : atRest + 1;
  }
  stop();

  const filtered = async (value: string, rows: (n: number) => boolean) =>
    waited(show(value), () => rows(rowsListed()) && idle());
  const sorted = async (title: string) => {
    const before = traceList.getState().list?.order;
    return waited(sortBy(title), () => traceList.getState().list?.order !== before && idle());
  };
  const searched = async (text: string) => {
    const before = traceList.getState().list?.order;
    return waited(
      () => search(text),
      () => traceList.getState().list?.order !== before && idle(),
    );
  };
  const corrected = async (corrections: Corrections) =>
    waited(
      () => void inspect.getState().setCorrections(corrections),
      () => sameCorrections(traceList.getState().list!.of.corrections, corrections) && idle(),
    );
  return {
    traces: count,
    trees,
    list,
    lateColumnsMs: Math.round(whole - listed),
    filter: {
      all: await filtered('all', (n) => n === count),
      normal: await filtered('normal', (n) => n < count && n > count / 2),
      flagged: await filtered('flagged', (n) => n < count / 2),
      allAgain: await filtered('all', (n) => n === count),
    },
    scroll: await scrolled(),
    sort: {
      nodes: await sorted('nodes'),
      duration: await sorted('duration'),
      rank: await sorted('rank, NLL'),
      reason: await sorted('top reason'),
      trace: await sorted('trace'),
      score: await sorted('score'),
    },
    search: {
      letter: await searched('c'),
      id: await searched('c0ff'),
      operation: await searched('operation-17'),
      none: await searched(''),
    },
    corrections: {
      named: await corrected(correctionsOf('nll', stdLimit)),
      other: await corrected({ ...correctionsOf('full', stdLimit), ncnorm: undefined }),
      all: await corrected(correctionsOf('full', stdLimit)),
    },
    open: await waited(
      () => click(one(`${GRID} [role=row][aria-rowindex="5"]`) as HTMLElement),
      () => document.querySelector('.inspector-facts') !== null,
    ),
    next: await (() => {
      const before = inspect.getState().trace;
      const facts = () => document.querySelector('.inspector h2, .inspector-facts')?.textContent;
      const said = facts();
      return waited(
        () => click(one('[aria-label="Next trace"]')),
        () => inspect.getState().trace !== before && facts() !== said,
      );
    })(),
  };
};
