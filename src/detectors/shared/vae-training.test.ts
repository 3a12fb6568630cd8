/** Early stopping and divergence of a training with one phase: on toy data, number by number. */
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import * as tf from '../../nn/tf.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { toyData } from '../../testing/toy-traces.ts';
import type { FitCheckpoint } from '../checkpoint.ts';
import type { DetectorData, FitEvent } from '../detector.ts';
import type { VaeSchedule } from './vae-training.ts';
import { fitVectors } from './vector-detector.ts';

beforeAll(() => startTestBackend('cpu'));
// Saving costs nothing on this clock, so that there is a checkpoint after every epoch.
beforeEach(() => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const METHOD = { label: 'vectors', choose: () => null };
const CONFIG = {
  hidden: 6,
  latent: 2,
  flowLevels: 1,
  flowHidden: 4,
  learningRate: 0.1,
  samples: 2,
};
const SCHEDULE: VaeSchedule = {
  epochs: 30,
  batchSize: 8,
  validateEvery: 1,
  earlyStopping: 0,
  clipNorm: 10,
  l2: 1e-4,
};

interface FitOptions {
  readonly data?: DetectorData;
  readonly from?: FitCheckpoint;
  readonly onEpoch?: (epoch: number) => void;
}

async function trained(
  change: Partial<VaeSchedule>,
  { data = toyData(36), from, onEpoch }: FitOptions = {},
) {
  const events: FitEvent[] = [];
  const result = await fitVectors(
    METHOD,
    data,
    CONFIG,
    { ...SCHEDULE, ...change },
    {
      seed: 5,
      control: {
        signal: new AbortController().signal,
        stopRequested: () => false,
        whenRunning: async () => {},
      },
      onEvent(event) {
        events.push(event);
        if (event.kind === 'epoch') onEpoch?.(event.point.epoch);
      },
      from: from ?? null,
    },
  );
  return {
    result,
    losses: events.flatMap((e) => (e.kind === 'epoch' ? [e.point.valLoss!] : [])),
    checkpoints: events.flatMap((e) => (e.kind === 'checkpoint' ? [e.checkpoint] : [])),
  };
}

/** All parameters in one column, as a checkpoint has them. */
async function parametersOf({ result }: Awaited<ReturnType<typeof trained>>): Promise<number[]> {
  if (!result.ok) throw new Error(result.error.what);
  const { tensors } = await result.value.saveWeights();
  result.value.dispose();
  return tensors.filter(({ name }) => !name.startsWith('paths.')).flatMap(({ data }) => [...data]);
}

test('training ends when its patience is over, with the weights of its lowest validation loss', async () => {
  const stopped = await trained({ earlyStopping: 2 });
  const { losses, checkpoints } = stopped;
  const best = losses.indexOf(Math.min(...losses));
  expect(losses).toHaveLength(best + 3);
  expect(losses.length).toBeLessThan(SCHEDULE.epochs);
  const parameters = await parametersOf(stopped);
  expect(parameters).toEqual([...checkpoints[best]!.weights]);
  // the patience that was used up, and the weights to go back to, are part of a checkpoint
  const from = structuredClone(checkpoints[best + 1]!);
  expect(from.best).toMatchObject({ epoch: best + 1, validationsSince: 1 });
  expect(await parametersOf(await trained({ earlyStopping: 2 }, { from }))).toEqual(parameters);
});

test('a later divergence hands over the last good weights, with the paths that they belong to', async () => {
  const before = tf.memory().numTensors;
  const data = toyData(36);
  const spoil = (epoch: number): void => {
    if (epoch === 2) data.traces.latencyUs.fill(Number.NaN);
  };
  const { result } = await trained({}, { data, onEpoch: spoil });
  expect(result).toMatchObject({
    ok: false,
    error: { kind: 'diverged', where: 'epoch 3', lastGood: { epoch: 2 } },
  });
  const names = result.ok
    ? []
    : (result.error.lastGood?.weights.tensors ?? []).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['q.hidden.0.weight_store.value', 'paths.meanUs']));
  expect(tf.memory().numTensors).toBe(before);
});
