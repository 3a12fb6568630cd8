/** Jobs that make a run: its backend, training, scores; and the run as the page hands it over. */
import { cutPiece, outlineOf } from '../../base/column-pieces.ts';
import { buffersOf, copyColumns } from '../../base/copy-columns.ts';
import { err, ok } from '../../base/result.ts';
import { isStatistic, SHOWN_FIRST } from '../../detectors/catalog.ts';
import type { FitContext } from '../../detectors/detector.ts';
import { DETECTORS } from '../../detectors/registry.ts';
import type { RaceQuestion } from '../../run/auto-backend.ts';
import { detectorSets } from '../../run/detector-sets.ts';
import { lookAtAll } from '../../run/look-at-all.ts';
import { scoreSets } from '../../run/score-sets.ts';
import { createTrainClock, finishTraining } from '../../run/train-outcome.ts';
import type { DatasetAtHand } from '../dataset-at-hand.ts';
import { type Device, deviceFailure } from '../device.ts';
import { cancelled, type JobFailure, noDataset, notAtHand } from '../job-failure.ts';
import { beside, computing, type JobTable } from '../job-table.ts';
import type { RunAtHand } from '../run-at-hand.ts';
import { fitSurviving } from '../surviving-fit.ts';

type RunJobs = JobTable<'probe' | 'look' | 'openRun' | 'train' | 'score' | 'takeTerms' | 'parity'>;

/** As much as the page copies in a few milliseconds. */
const PIECE_BYTES = 4 * 2 ** 20;

/** @param decideAuto what `auto` is, before a training whose settings leave it to the machine */
export function createRunJobs(
  device: Device,
  dataset: DatasetAtHand,
  run: RunAtHand,
  decideAuto: (question: RaceQuestion) => Promise<void>,
): RunJobs {
  return {
    probe: computing(async ({ preference }) => ok(await device.take(preference))),

    look: beside(async ({ runId, settings }, { control, transfer }) => {
      const set = dataset.traces();
      if (set === null) return err(noDataset);
      const looked = await lookAtAll(DETECTORS[SHOWN_FIRST], set, settings, control);
      if (!looked.ok) return looked;
      const { outcome, scores } = looked.value;
      const models = [{ detector: SHOWN_FIRST, epoch: null, weights: outcome.weights, scores }];
      if (dataset.traces() === set) run.open({ runId, settings, models });
      const copy = copyColumns(looked.value);
      transfer.push(...buffersOf(copy));
      return ok(copy);
    }),

    openRun: beside(async (opened) => {
      run.open(opened);
      return ok(null);
    }),

    train: computing(async ({ runId, detector, settings, speeds, ...given }, { control, emit }) => {
      const set = dataset.traces();
      if (set === null) return err(noDataset);
      run.begin(runId, settings);
      const { data, test } = detectorSets(set, settings);
      const train = (context: FitContext) =>
        DETECTORS[detector].fit(data, settings, { ...given, ...context });
      if (speeds !== undefined && settings.machine.backend === 'auto' && !isStatistic(detector)) {
        await decideAuto({ detector, settings, data, train, known: speeds, control, emit });
        if (control.signal.aborted) return err(cancelled);
      }
      const clock = createTrainClock(given.from);
      const { fitted, info } = await fitSurviving({
        train,
        device,
        preference: settings.machine.backend,
        seed: settings.seed,
        from: given.from,
        control,
        emit: (event) => {
          clock.note(event);
          if (event.kind === 'weights') {
            const { epoch, weights } = event.kept;
            run.keepWeights({ runId, detector, epoch }, weights);
          }
          emit(event);
        },
      });
      const trouble = device.trouble();
      if (trouble !== null) return err(deviceFailure(trouble));

      const trained = await finishTraining(fitted, {
        data,
        time: clock.read(),
        info,
        stopped: control.stopRequested(),
        restore: (weights) => DETECTORS[detector].restore(settings, set.operations.length, weights),
      });
      if (!trained.ok) return trained;
      const { model, outcome, diverged } = trained.value;
      run.keep({ runId, detector, epoch: null }, { data, test, model }, outcome.weights);
      if (diverged === null) return ok(outcome);
      return err({ ...diverged.failure, lastGood: { epoch: diverged.epoch, outcome } });
    }),

    score: computing(async ({ of, settings }, { control, emit }) => {
      run.setSettings(of.runId, settings);
      const live = await run.model(of);
      if (!live.ok) return live;
      const { data, test, model } = live.value;
      const sets = { detector: of.detector, data, test, settings };
      const scored = await scoreSets(sets, model, { signal: control.signal, onProgress: emit });
      const trouble = device.trouble();
      if (trouble !== null) return err(deviceFailure(trouble));
      if (scored === null) return err(cancelled);
      run.keepScores(of, scored);
      return ok(outlineOf(scored));
    }),

    takeTerms: beside(async ({ of, first }, { transfer }) => {
      const scores = run.scores(of);
      const piece = scores === null ? null : cutPiece(scores, first, PIECE_BYTES);
      if (piece === null) return err(notAtHand);
      transfer.push(piece.buffer);
      return ok(piece);
    }),

    parity: computing(async ({ files, backend: preference, part }, { emit }) => {
      emit({ kind: 'backend', info: await device.take(preference) });
      // a chunk of its own: the notebook never loads it
      const { compareFiles } = await import('../../parity/parity.ts');
      const compared = await compareFiles(files, part, (quantity) =>
        emit({ kind: 'quantity', quantity }),
      );
      const trouble = device.trouble();
      if (trouble !== null) return err(deviceFailure(trouble));
      return compared.ok ? compared : err(unreadable(compared.error));
    }),
  };
}

const unreadable = (what: string): JobFailure => ({
  kind: 'unreadable',
  what,
  where: 'the golden file',
  advice: 'choose a file that docs/parity.md describes',
});
