/**
 * The handle of the headless run over the notebook's stores: the page's own actions, without its
 * words. Outcomes are values, so that nothing has to be read from the screen.
 */
import type { StoreApi } from 'zustand/vanilla';
import { assert } from '../base/assert.ts';
import { err, type Failure, ok } from '../base/result.ts';
import { refusedFormulas } from '../run/named-formulas.ts';
import type { WrittenFile } from '../stores/dataset/export-store.ts';
import type { Notebook } from '../stores/page/notebook.ts';
import { type LogLine, repeatLog, trainingLog } from '../stores/run/training-log.ts';
import { termsDetector } from '../stores/scores/inspect-store.ts';
import { keptThreshold } from '../stores/scores/threshold-view.ts';
import { rolesOfImported } from './given-files.ts';
import type { HeadlessHandle, Outcome, SavedFile } from './handle.ts';
import { type ReadChoices, readChoices } from './read-choices.ts';

const DONE: Outcome = ok(null);

/** @param download saves a file the way the page's buttons do */
export function createHeadlessHandle(
  notebook: Notebook,
  download: (file: WrittenFile) => void,
): HeadlessHandle {
  const { dataset, runs, matrix, exported, inspect, namedScores } = notebook;
  let choices: ReadChoices | null = null;

  const importEnd = (): Outcome | null => {
    const { status } = dataset.getState();
    const { failure } = notebook.file.getState();
    if (failure !== null) return failed(failure);
    switch (status.phase) {
      case 'failed':
        return failed(status.failure);
      case 'asking':
        return failed({
          what: 'a table whose columns are not known',
          where: status.table.fileName,
          advice: 'give it columns with the names of a known format; see docs/formats.md',
        });
      case 'ready':
        return DONE;
      default:
        return null;
    }
  };

  const trainingEnd = (): Outcome => {
    const { training, scoring } = runs.getState();
    if (training.phase === 'failed') return failed(training.failure);
    if (scoring.phase === 'failed') return failed(scoring.failure);
    assert(training.phase === 'done', `training ended in the phase ${training.phase}`);
    return DONE;
  };

  /** Of every detector, also a score, which a person would set for one alone. */
  const keepThreshold = async (): Promise<void> => {
    const rule = choices?.run?.threshold ?? null;
    const { training, changeThresholds } = runs.getState();
    if (rule === null || training.phase !== 'done') return;
    await changeThresholds(training.run.id, (trained) => keptThreshold(rule, trained));
  };

  /** With every detector that has terms. */
  const keepFormulas = async (): Promise<Outcome> => {
    const { training } = runs.getState();
    if (training.phase !== 'done') return DONE;
    for (const { detector, scores } of training.run.detectors) {
      for (const formula of scores?.kind === 'terms' ? (choices?.run?.formulas ?? []) : []) {
        await namedScores.getState().keepFormula(detector, formula);
        const { failure } = namedScores.getState();
        if (failure !== null) return failed(failure);
      }
    }
    return DONE;
  };

  /** The columns of scores.csv are variants, which a detector without terms does not have. */
  const showTerms = async (): Promise<void> => {
    const { detector, setDetector } = inspect.getState();
    const withTerms = termsDetector(runs.getState().training, detector);
    // also where it is shown already: its scores may be on their way
    await setDetector(withTerms?.detector ?? detector);
  };

  const writers: Readonly<Record<SavedFile, () => Promise<WrittenFile | null>>> = {
    run: () => exported.getState().run(),
    scores: async () => {
      await showTerms();
      return exported.getState().scores();
    },
    import: async () => exported.getState().importReport(),
    trees: () => exported.getState().importReportWithTrees(),
  };

  return {
    choose(typed) {
      const read = readChoices(typed);
      if (!read.ok) return read;
      choices = read.value;
      dataset.getState().setAuthorsRules(choices.authorsRules);
      if (choices.attributes !== null) dataset.getState().keepAttributes(choices.attributes);
      if (choices.run === null) return DONE;
      const { preset, backend, epochs, detectors, limitTrain, seed } = choices.run;
      const change = { detectors, limitTrain, seed };
      const { choosePreset, choose, configure } = runs.getState();
      choosePreset(preset);
      choose(change);
      configure('machine', { backend });
      if (epochs !== null) configure('schedule', { epochs });
      return DONE;
    },

    async imported(given) {
      const end = await until([dataset, notebook.file], importEnd);
      if (!end.ok) return end;
      const roles = rolesOfImported(dataset.getState().dataset!.imported.files, given);
      if (!roles.ok) return roles;
      const { traces } = dataset.getState().dataset!.imported;
      const refused = refusedFormulas(choices?.run?.formulas ?? [], traces);
      if (refused !== null) return failed(refused);
      dataset.getState().setRoles(roles.value);
      // after the import, which lets N_max follow the data
      const maxNodes = choices?.maxNodes ?? null;
      if (maxNodes !== null) runs.getState().configure('model', { maxNodes });
      return DONE;
    },

    async train(say) {
      const ofRun = newLines(say);
      const ofRepeat = newLines(say);
      const stops = [
        runs.subscribe(({ training }) => ofRun(trainingLog(training))),
        matrix.subscribe(({ repeats }) => {
          if (repeats.phase !== 'running') return;
          ofRepeat(repeatLog(repeats.detector, repeats.seed, repeats.curve));
        }),
      ];
      await runs.getState().train();
      const end = trainingEnd();
      const kept = end.ok ? await keepFormulas() : end;
      if (end.ok) await keepThreshold();
      if (end.ok) await matrix.getState().repeatWith(choices?.run?.furtherSeeds ?? []);
      for (const stop of stops) stop();
      const { repeats } = matrix.getState();
      return repeats.phase === 'failed' ? failed(repeats.failure) : kept;
    },

    async save(file) {
      const written = await writers[file]();
      if (written === null) return failed(exported.getState().failure ?? NOTHING_TO_SAVE);
      download(written);
      return DONE;
    },
  };
}

/** Without what else a failure of a job carries, such as weights. */
const failed = ({ what, where, advice }: Failure): Outcome => err({ what, where, advice });

const NOTHING_TO_SAVE: Failure = {
  what: 'there is nothing to save',
  where: 'the page',
  advice: 'import files first, and train for scores',
};

/** Says each line once; lines that go away, because a training starts over, may come again. */
function newLines(say: (line: string) => void): (lines: readonly LogLine[]) => void {
  let said = 0;
  return (lines) => {
    for (const { text } of lines.slice(said)) say(text);
    said = lines.length;
  };
}

/** Looks now, and whenever one of the stores changes. */
function until<T>(
  stores: readonly Pick<StoreApi<unknown>, 'subscribe'>[],
  look: () => T | null,
): Promise<T> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const check = (): void => {
      const found = look();
      if (found === null) return;
      for (const stop of stops) stop();
      resolve(found);
    };
    for (const store of stores) stops.push(store.subscribe(check));
    check();
  });
}
