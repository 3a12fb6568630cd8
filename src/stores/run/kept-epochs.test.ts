import { expect, test } from 'vitest';
import type { CurvePoint } from '../../detectors/fit-progress.ts';
import {
  fakeCurvePoint,
  fakeDetectorRun,
  fakeRun,
  fakeSettings,
  fakeTrainOutcome,
} from '../../testing/run-fakes.ts';
import { keptEpochs } from './kept-epochs.ts';
import { startedRun, type TrainingPhase } from './training-phase.ts';

/** Validation losses by epoch; null where it was not validated. */
const CURVE: readonly CurvePoint[] = (
  [
    ['joint', null],
    ['joint', 5],
    ['joint', 3],
    ['joint', 3],
    ['time', 4],
    ['time', 2],
    ['time', 6],
  ] as const
).map(([phase, valLoss], i) => ({ ...fakeCurvePoint(i + 1, 1), phase, valLoss }));

const JOINT = { phase: 'joint', epoch: 3, loss: 3 };
const TIME = { phase: 'time', epoch: 6, loss: 2 };

interface Ended {
  readonly detector?: 'tracevae' | 'vgae';
  readonly stopped?: boolean;
  readonly earlyStopping?: number;
  /** 3 of the time VAE alone as planned, unless told. */
  readonly epochsTime?: number;
}

function ended({
  detector = 'tracevae',
  stopped = false,
  earlyStopping = 30,
  epochsTime = 3,
}: Ended) {
  const settings = fakeSettings();
  const schedule = { ...settings.schedule, epochs: 4 + epochsTime, earlyStopping };
  const outcome = { ...fakeTrainOutcome(), stopped };
  const run = {
    ...fakeRun(),
    settings: { ...settings, schedule },
    detectors: [{ ...fakeDetectorRun(), detector, curve: CURVE, outcome }],
  };
  return { phase: 'done', run } as const satisfies TrainingPhase;
}

function running(curve: readonly CurvePoint[]): TrainingPhase {
  const run = fakeRun();
  const { id: runId, datasetId, preset, settings } = run;
  return { ...startedRun({ runId, datasetId, preset, settings, detector: 'tracevae' }), curve };
}

test('each phase keeps its first epoch of the lowest validation loss', () => {
  expect(keptEpochs(ended({}), 'tracevae')).toEqual([JOINT, TIME]);
});

test('a phase that is in training, or was stopped, has kept nothing', () => {
  expect(keptEpochs(running([]), 'tracevae')).toEqual([]);
  expect(keptEpochs(running(CURVE.slice(0, 4)), 'tracevae')).toEqual([]);
  expect(keptEpochs(running(CURVE), 'tracevae')).toEqual([JOINT]);
  expect(keptEpochs(ended({ stopped: true }), 'tracevae')).toEqual([JOINT]);
});

test('a phase that a divergence cut short has kept nothing; one that patience ended has', () => {
  expect(keptEpochs(ended({ epochsTime: 8 }), 'tracevae')).toEqual([JOINT]);
  expect(keptEpochs(ended({ epochsTime: 8, earlyStopping: 1 }), 'tracevae')).toEqual([JOINT, TIME]);
});

test('without early stopping, and of a baseline, no epoch is chosen', () => {
  expect(keptEpochs(ended({ earlyStopping: 0 }), 'tracevae')).toEqual([]);
  expect(keptEpochs(ended({ detector: 'vgae' }), 'vgae')).toEqual([]);
});

test('of what has epochs, where the shown detector has none', () => {
  const phase = ended({});
  if (phase.phase !== 'done') throw new Error('not done');
  const history = { ...fakeDetectorRun(), detector: 'history' as const, curve: [] };
  const run = { ...phase.run, detectors: [history, ...phase.run.detectors] };
  expect(keptEpochs({ phase: 'done', run }, 'history')).toEqual([JOINT, TIME]);
});
