import { expect, test, vi } from 'vitest';
import type { DetectorModel, FitContext, FitResult } from '../detectors/detector.ts';
import { fitTraceVae } from '../detectors/tracevae/tracevae.ts';
import * as tf from '../nn/tf.ts';
import { startTestBackend } from '../testing/backends.ts';
import { fakeSettings } from '../testing/run-fakes.ts';
import { SMALL_TRACEVAE } from '../testing/small-tracevae.ts';
import { toyData } from '../testing/toy-traces.ts';
import { type AutoChoice, createAutoBackend, type RaceEvent, sizeKey } from './auto-backend.ts';
import { createJobControl } from './job-control.ts';
import type { BackendInfo } from './outcome.ts';
import type { BackendPreference, RunSettings } from './settings.ts';

const SETTINGS: RunSettings = { ...fakeSettings(), machine: { backend: 'auto' } };
const CANCELLED = { kind: 'cancelled', what: 'cancelled', where: '', advice: '' } as const;
const GPU = { backend: 'webgpu', adapter: 'a GPU', threads: 1, reason: '' } as const;
const data = toyData(36);

/** A machine whose steps take so many milliseconds each, and a training that takes steps for ever. */
function setUp(msPerStep: { wasm: number; webgpu: number }, offered: BackendInfo = GPU) {
  let ms = 0;
  let current: 'wasm' | 'webgpu' = 'wasm';
  const taken: BackendPreference[] = [];
  const chosen: AutoChoice[] = [];
  const events: RaceEvent[] = [];
  const control = createJobControl();
  const trouble = new AbortController();
  const decide = createAutoBackend(
    {
      async take(preference) {
        taken.push(preference);
        if (preference === 'auto') return offered;
        current = preference;
        return { ...GPU, backend: preference };
      },
      choose: (choice) => chosen.push(choice),
      settled: async () => {},
      signal: () => (current === 'webgpu' ? trouble.signal : new AbortController().signal),
    },
    () => ms,
  );
  const train = async ({
    control: { signal, stopRequested, whenRunning },
    onEvent,
  }: FitContext): FitResult => {
    let steps = 0;
    while (!signal.aborted) {
      steps++;
      // the first steps compile programs
      ms += steps === 1 ? 5000 : msPerStep[current];
      const progress = {
        epoch: 1,
        epochs: 60,
        batch: 1,
        batches: 4,
        tracesPerSecond: 1,
        secondsLeft: 1,
        loss: null,
      };
      onEvent({ kind: 'progress', progress });
      await whenRunning();
      if (stopRequested()) return { ok: true, value: { dispose() {} } as DetectorModel };
    }
    return { ok: false, error: CANCELLED };
  };
  const ask = (known = {}, how: (context: FitContext) => FitResult = train) =>
    decide({
      detector: 'tracevae',
      settings: SETTINGS,
      data,
      train: how,
      known,
      control,
      emit: (e) => events.push(e),
    });
  return {
    ask,
    train,
    taken,
    chosen,
    events,
    control,
    trouble,
    pass: (by: number) => {
      ms += by;
    },
    current: () => current,
  };
}

test('the faster of both is chosen, with both figures, and is told to be remembered', async () => {
  const { ask, chosen, events, taken } = setUp({ wasm: 50, webgpu: 100 });
  await ask();
  // 30 training traces in 4 batches
  expect(chosen).toEqual([
    {
      backend: 'wasm',
      reason: 'the faster in a second of steps on each: WASM 150 traces/s, WebGPU 75 traces/s',
    },
  ]);
  const key = sizeKey('a GPU', { detector: 'tracevae', settings: SETTINGS, data });
  expect(events).toEqual([
    { kind: 'racing' },
    { kind: 'raced', key, speeds: { wasm: 150, webgpu: 75 } },
  ]);
  expect(taken).toEqual(['auto', 'wasm', 'webgpu']);
});

test('a fast GPU trains; the time that compiling takes does not count', async () => {
  const { ask, chosen } = setUp({ wasm: 100, webgpu: 10 });
  await ask();
  expect(chosen[0]).toMatchObject({ backend: 'webgpu' });
  expect(chosen[0]?.reason).toContain('WebGPU 750 traces/s, WASM 75 traces/s');
});

test('without a GPU there is no race: WASM at once', async () => {
  const { ask, chosen, events, taken } = setUp({ wasm: 1, webgpu: 1 }, { ...GPU, backend: 'wasm' });
  await ask();
  expect({ chosen, events, taken }).toEqual({ chosen: [], events: [], taken: ['auto'] });
});

test('what was measured before is not measured again, on this adapter and at this size', async () => {
  const { ask, chosen, events, taken } = setUp({ wasm: 1, webgpu: 1 });
  const size = { detector: 'tracevae', settings: SETTINGS, data } as const;
  await ask({ [sizeKey('a GPU', size)]: { wasm: 10, webgpu: 20 } });
  expect(chosen).toMatchObject([{ backend: 'webgpu' }]);
  expect(events).toEqual([]);
  expect(taken).toEqual(['auto']);
  const larger = { ...SETTINGS, model: { ...SETTINGS.model, units: 500 } };
  expect(sizeKey('a GPU', { ...size, settings: larger })).not.toBe(sizeKey('a GPU', size));
  expect(sizeKey('another', size)).not.toBe(sizeKey('a GPU', size));
  expect(sizeKey('a GPU', { ...size, settings: { ...SETTINGS, seed: 9 } })).toBe(
    sizeKey('a GPU', size),
  );
});

test('Cancel ends the race, and nothing is decided', async () => {
  const { ask, train, chosen, events, control } = setUp({ wasm: 1, webgpu: 1 });
  await ask({}, (context) => {
    control.cancel();
    return train(context);
  });
  expect(chosen).toEqual([]);
  expect(events).toEqual([{ kind: 'racing' }]);
});

test('Stop ends it too; a pause does not count', async () => {
  const stopped = setUp({ wasm: 1, webgpu: 1 });
  stopped.control.stop();
  await stopped.ask();
  expect(stopped.chosen).toEqual([]);

  const paused = setUp({ wasm: 100, webgpu: 50 });
  const whenRunning = vi.spyOn(paused.control, 'whenRunning');
  let asked = 0;
  whenRunning.mockImplementation(async () => {
    if (++asked % 5 === 4) paused.pass(60_000);
  });
  await paused.ask();
  expect(paused.chosen[0]?.reason).toContain('WebGPU 150 traces/s, WASM 75 traces/s');
});

test('a backend that fails loses: by an exception, or by trouble of its device', async () => {
  const thrown = setUp({ wasm: 10, webgpu: 1 });
  await thrown.ask({}, async (context) => {
    if (thrown.current() === 'webgpu') throw new Error('out of memory');
    return thrown.train(context);
  });
  expect(thrown.chosen[0]).toMatchObject({ backend: 'wasm' });
  expect(thrown.chosen[0]?.reason).toContain('WASM 750 traces/s, WebGPU failed');

  const lost = setUp({ wasm: 10, webgpu: 1 });
  lost.trouble.abort('lost');
  await lost.ask();
  expect(lost.chosen[0]).toMatchObject({ backend: 'wasm' });
});

test('a training too short to be timed leaves auto as it is', async () => {
  const { ask, chosen, events } = setUp({ wasm: 1, webgpu: 1 });
  await ask({}, async () => ({ ok: true, value: { dispose() {} } as DetectorModel }));
  expect(chosen).toEqual([]);
  expect(events).toEqual([{ kind: 'racing' }]);
});

test('a training after a race has the numbers of one without, and the race leaves no tensor', async () => {
  await startTestBackend('cpu');
  const config = { ...SMALL_TRACEVAE, units: 4, layers: 1, epochsJoint: 1, epochsTime: 1 };
  const weights = async () => {
    const context = { seed: SETTINGS.seed, control: createJobControl(), onEvent: () => {} };
    const fitted = await fitTraceVae(data, config, context);
    if (!fitted.ok) throw new Error(fitted.error.what);
    const saved = await fitted.value.saveWeights();
    fitted.value.dispose();
    return saved;
  };
  const without = await weights();
  const before = tf.memory().numTensors;
  const { ask, chosen, pass } = setUp({ wasm: 0, webgpu: 0 });
  let asked = 0;
  await ask({}, (context) => {
    const whenRunning = () => {
      pass(++asked * 400);
      return context.control.whenRunning();
    };
    const long = { ...config, epochsJoint: 50 };
    return fitTraceVae(data, long, { ...context, control: { ...context.control, whenRunning } });
  });
  expect(chosen).toHaveLength(1);
  expect(tf.memory().numTensors).toBe(before);
  expect(await weights()).toEqual(without);
});
