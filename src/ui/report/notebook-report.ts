/** The report of the notebook at hand; loaded when it is asked for. */

import { scoreUnit } from '../../detectors/catalog.ts';
import { labIsDrawn } from '../../stores/lab/lab-store.ts';
import type { Notebook } from '../../stores/page/notebook.ts';
import { syntheticCount } from '../../stores/prepare/synthetic.ts';
import { shownRun } from '../../stores/run/kept-runs-store.ts';
import { entryDetector, epochWords, settingRows } from '../../stores/run/run-comparison.ts';
import { onShow } from '../../stores/run/run-state.ts';
import { shownDetector } from '../../stores/scores/inspect-store.ts';
import { downloadText } from '../widgets/download.ts';
import { withEverythingDrawn } from '../widgets/draw-everything.ts';
import { fileStem } from '../widgets/file-name.ts';
import { formatCount, formatDate } from '../widgets/format.ts';
import { writeReport } from './report.ts';
import type { ReportTable } from './report-table.ts';
import { topTraces } from './top-traces.ts';
import './report-curtain.css';

/** Saves what the cells show, with what is out of view, once that is drawn. */
export function saveReport(notebook: Notebook): Promise<void> {
  return withEverythingDrawn(async () => {
    await notebook.lab.getState().open();
    await until(() => labIsDrawn(notebook.lab.getState()));
    await inLight(async () => {
      await painted();
      await writeNow(notebook);
    });
  });
}

async function writeNow(notebook: Notebook): Promise<void> {
  const { dataset } = notebook.dataset.getState();
  const page = document.getElementById('notebook');
  if (dataset === null || page === null) return;
  const { detector } = notebook.inspect.getState();
  const training = onShow(notebook.runs.getState());
  const run = notebook.kept.getState().entries.find(({ id }) => id === shownRun(training));
  const tables: ReportTable[] = [];
  if (run !== undefined) {
    const settings = settingRows([run]).map(({ name, values }) => [name, ...values]);
    tables.push({ title: `Settings of ${run.name}`, rows: [['setting', 'value'], ...settings] });
  }
  const shown = shownDetector(training, detector);
  const { list } = notebook.traceList.getState();
  if (list !== null && list.of === notebook.inspect.getState().chosen && shown !== null) {
    const { tellAll } = notebook.oddities.getState();
    tables.push(await topTraces(dataset, list, scoreUnit(shown.detector), tellAll));
  }
  const synthetic = syntheticCount(dataset);
  const backend = run === undefined ? null : entryDetector(run, detector)?.backend;
  const text = writeReport(page, {
    title: dataset.name,
    facts: [
      `TraceVAE Notebook ${__APP_VERSION__}, written ${formatDate(Date.now())}.`,
      ...(synthetic === 0
        ? []
        : [`${formatCount(synthetic, 'trace')} synthetic: anomalies that Prepare injected.`]),
      ...(run === undefined
        ? ['No run yet.']
        : [
            `${run.name}: preset ${run.preset}, seed ${run.settings.seed}, ${epochWords(run, detector)}, trained ${formatDate(run.savedAt)}${backend ? ` on ${backend.backend}, ${backend.adapter}` : ''}.`,
          ]),
    ],
    tables,
  });
  downloadText(`${fileStem(dataset.name)}.report.html`, text, 'text/html');
}

/** What takes longer is left as it is. */
const PATIENCE_MS = 20_000;

async function until(done: () => boolean): Promise<void> {
  const started = performance.now();
  while (!done() && performance.now() - started < PATIENCE_MS) await pause(50);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** React has drawn what was set, and charts have found their size: two frames. */
const painted = (): Promise<void> =>
  Promise.race([
    new Promise<void>((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
    }),
    pause(500), // a page in the background has no frames
  ]);

/**
 * The work with the light theme's colours, which canvases take over when they are painted next. A
 * reader in the dark sees the dark meanwhile.
 */
async function inLight(work: () => Promise<void>): Promise<void> {
  const { dataset } = document.documentElement;
  const before = dataset.theme;
  const curtain = document.createElement('div');
  curtain.className = 'report-curtain';
  curtain.style.background = getComputedStyle(document.documentElement).backgroundColor;
  document.body.append(curtain);
  dataset.theme = 'light';
  try {
    await work();
  } finally {
    if (before === undefined) delete dataset.theme;
    else dataset.theme = before;
    curtain.remove();
  }
}
