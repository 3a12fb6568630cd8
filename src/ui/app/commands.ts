/** What the command palette lists: everything that the page can do now, by name. */
import { correctionsOf, VARIANTS, variantWords } from '../../scoring/corrections/list.ts';
import { cellOrder, READERS, type Reader } from '../../stores/page/cell-order.ts';
import type { Notebook } from '../../stores/page/notebook.ts';
import { canShowAnother, shownRun } from '../../stores/run/kept-runs-store.ts';
import { onShow } from '../../stores/run/run-state.ts';
import { isRunning } from '../../stores/run/training-phase.ts';
import { termsDetector } from '../../stores/scores/inspect-store.ts';
import type { ThemePreference } from '../../stores/shared/preferences-store.ts';
import { cellTitle } from '../cells/page/cell-words.ts';
import { FILTER_OPTIONS } from '../cells/scores/labels.tsx';
import { downloadBlob } from '../widgets/download.ts';
import { pickFiles } from '../widgets/FileDrop.tsx';
import type { PaletteItem } from '../widgets/Palette.tsx';

const THEMES: readonly (readonly [ThemePreference, string])[] = [
  ['light', 'Light theme'],
  ['dark', 'Dark theme'],
  ['system', 'Theme of the system'],
];

const READER_WORDS: Readonly<Record<Reader, string>> = {
  engineer: 'Lay out for an engineer: answers first',
  researcher: 'Lay out for a researcher: everything open',
};

type Command = Omit<PaletteItem, 'id' | 'group'>;

const grouped = (group: string, commands: readonly (Command | false)[]): PaletteItem[] =>
  commands
    .filter((command) => command !== false)
    .map((command) => ({ ...command, group, id: `${group}: ${command.title}` }));

/** @param openKeys shows the page's keys */
export function pageCommands(notebook: Notebook, openKeys: () => void): PaletteItem[] {
  const datasets = notebook.dataset.getState();
  const runs = notebook.runs.getState();
  const kept = notebook.kept.getState();
  const inspect = notebook.inspect.getState();
  const { training } = runs;
  const running = isRunning(training);
  const scored = inspect.chosen !== null && onShow(runs).phase === 'done';
  const withTerms = termsDetector(training, inspect.detector);
  const here = datasets.dataset !== null;
  const { reader, setReader } = notebook.preferences.getState();
  return [
    ...grouped('training', [
      here &&
        !running &&
        training.phase !== 'interrupted' && {
          title: 'Start training',
          run: () => void runs.train(),
        },
      training.phase === 'running' && { title: 'Pause training', run: runs.pause },
      training.phase === 'paused' && { title: 'Resume training', run: runs.resume },
      running && { title: 'Stop training and keep its weights', run: runs.stop },
    ]),
    ...grouped('trace', [
      scored && {
        title: inspect.trace === null ? 'Inspect the first trace' : 'Next trace',
        keys: 's',
        run: () => void inspect.moveTrace(1),
      },
      scored &&
        inspect.trace !== null && {
          title: 'Previous trace',
          keys: 'w',
          run: () => void inspect.moveTrace(-1),
        },
      inspect.trace !== null && { title: 'Close the inspector', keys: 'Esc', run: inspect.close },
    ]),
    ...grouped(
      'cell',
      cellOrder(reader)
        .filter((id) => here || id === 'data')
        .map((id) => ({
          title: `Go to ${cellTitle(reader, id)}`,
          run: () => {
            location.hash = id;
            document.getElementById(id)?.focus({ preventScroll: true });
          },
        })),
    ),
    ...grouped('data', [
      {
        title: 'Choose files to import',
        run: () => void pickFiles().then((files) => datasets.importFiles(files)),
      },
      { title: 'Load the demo', run: () => void datasets.loadDemo() },
    ]),
    ...grouped('export', [
      here && {
        title: 'Save the notebook as one file',
        run: () =>
          void notebook.file
            .getState()
            .save()
            .then((file) => file !== null && downloadBlob(file.name, file.bytes)),
      },
      here && {
        title: 'Save a report that opens offline',
        run: () =>
          void import('../report/notebook-report.ts').then(({ saveReport }) =>
            saveReport(notebook),
          ),
      },
    ]),
    ...grouped(
      'dataset',
      datasets.stored
        .filter(({ id }) => id !== datasets.dataset?.id)
        .map(({ id, name }) => ({
          title: `Open the dataset “${name}”`,
          run: () => void datasets.open(id),
        })),
    ),
    ...grouped(
      'run',
      kept.entries
        .filter(({ id }) => id !== shownRun(training) && canShowAnother(training))
        .map(({ id, name }) => ({
          title: `Show the run “${name}”`,
          run: () => void kept.show(id),
        })),
    ),
    ...grouped(
      'scores',
      scored && training.phase === 'done' && withTerms !== null
        ? VARIANTS.map((variant) => ({
            title: `Score with ${variantWords(variant)}`,
            run: () =>
              void inspect.setCorrections(
                correctionsOf(variant, training.run.settings.scoring.stdLimit),
                withTerms.detector,
              ),
          }))
        : [],
    ),
    ...grouped(
      'traces',
      scored
        ? FILTER_OPTIONS.map(({ value, label }) => ({
            title: `List test traces: ${label}`,
            run: () => inspect.setFilter(value),
          }))
        : [],
    ),
    ...grouped(
      'note',
      here
        ? cellOrder(reader).map((id) => ({
            title: `Write a note below ${cellTitle(reader, id)}`,
            run: () => notebook.notes.getState().add(id),
          }))
        : [],
    ),
    ...grouped('page', [
      { title: 'Show the keys', keys: '?', run: openKeys },
      ...READERS.filter((one) => one !== reader).map((one) => ({
        title: READER_WORDS[one],
        run: () => setReader(one),
      })),
      ...THEMES.map(([theme, title]) => ({
        title,
        run: () => notebook.preferences.getState().setTheme(theme),
      })),
    ]),
  ];
}
