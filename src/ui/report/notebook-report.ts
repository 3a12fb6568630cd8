/** The report of the notebook at hand; loaded when it is asked for. */

import { scoreUnit } from '../../detectors/catalog.ts';
import { shownDetector } from '../../stores/inspect-store.ts';
import { shownRun } from '../../stores/kept-runs-store.ts';
import type { Notebook } from '../../stores/notebook.ts';
import { entryDetector, settingRows } from '../../stores/run-comparison.ts';
import { listedRows, topOf } from '../../stores/trace-list-view.ts';
import { downloadText } from '../widgets/download.ts';
import { fileStem } from '../widgets/file-name.ts';
import { formatDate } from '../widgets/format.ts';
import { type ReportTable, writeReport } from './report.ts';

/** So many traces of the highest scores. */
const TOP_TRACES = 50;

export function saveReport(notebook: Notebook): void {
  const { dataset } = notebook.dataset.getState();
  const page = document.getElementById('notebook');
  if (dataset === null || page === null) return;
  const { chosen, detector } = notebook.inspect.getState();
  const { training } = notebook.runs.getState();
  const run = notebook.kept.getState().entries.find(({ id }) => id === shownRun(training));
  const tables: ReportTable[] = [];
  if (run !== undefined) {
    const settings = settingRows([run]).map(({ name, values }) => [name, ...values]);
    tables.push({ title: `Settings of ${run.name}`, rows: [['setting', 'value'], ...settings] });
  }
  const { list } = notebook.traceList.getState();
  const shown = shownDetector(training, detector);
  if (list !== null && list.of === chosen && run !== undefined && shown !== null) {
    const rows = [
      ...listedRows(dataset.imported.traces, topOf(list, TOP_TRACES), scoreUnit(shown.detector)),
    ];
    tables.push({ title: `The ${rows.length - 1} test traces with the highest scores`, rows });
  }
  const backend = run === undefined ? null : entryDetector(run, detector)?.backend;
  const text = inLight(() =>
    writeReport(page, {
      title: dataset.name,
      facts: [
        `TraceVAE Notebook ${__APP_VERSION__}, written ${formatDate(Date.now())}.`,
        ...(run === undefined
          ? ['No run yet.']
          : [
              `${run.name}: preset ${run.preset}, seed ${run.settings.seed}, trained ${formatDate(run.savedAt)}${backend ? ` on ${backend.backend}, ${backend.adapter}` : ''}.`,
            ]),
      ],
      tables,
    }),
  );
  downloadText(`${fileStem(dataset.name)}.report.html`, text, 'text/html');
}

/** Draws with the light theme's colours; nothing is painted in between. */
function inLight<T>(work: () => T): T {
  const { dataset } = document.documentElement;
  const before = dataset.theme;
  dataset.theme = 'light';
  try {
    return work();
  } finally {
    if (before === undefined) delete dataset.theme;
    else dataset.theme = before;
  }
}
