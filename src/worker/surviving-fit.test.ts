import { expect, test, vi } from 'vitest';
import type { FitContext, FitResult } from '../detectors/detector.ts';
import { createJobControl } from '../run/job-control.ts';
import type { BackendInfo } from '../run/outcome.ts';
import type { BackendPreference } from '../run/settings.ts';
import { fakeCheckpoint } from '../testing/run-fakes.ts';
import { createDevice, type DeviceTrouble } from './device.ts';
import type { TrainEvent } from './protocol.ts';
import { fitSurviving } from './surviving-fit.ts';

const CANCELLED = { kind: 'cancelled', what: 'cancelled', where: '', advice: '' } as const;
const LOST: DeviceTrouble = { kind: 'lost', message: 'unplugged' };

/** @param backends what the machine offers, one start after the other */
function setUp(backends: readonly BackendInfo['backend'][]) {
  const preferences: BackendPreference[] = [];
  const events: TrainEvent[] = [];
  const control = createJobControl();
  let tell = (_: DeviceTrouble): void => {};
  const onLeave = vi.fn();
  const device = createDevice(async (preference, onTrouble) => {
    preferences.push(preference);
    tell = onTrouble;
    const backend = backends[preferences.length - 1]!;
    return { backend, adapter: 'a test', threads: 1, reason: '' };
  }, onLeave);
  const run = (train: (context: FitContext) => FitResult) =>
    fitSurviving({
      train,
      device,
      preference: 'webgpu',
      seed: 1,
      from: null,
      control,
      emit: (event) => events.push(event),
    });
  return { preferences, events, control, device, onLeave, run, tell: () => tell };
}

const save = ({ onEvent }: FitContext, epoch: number): void =>
  onEvent({ kind: 'checkpoint', checkpoint: fakeCheckpoint(epoch) });

/** How a read of a lost device ends, before or after the loss is told. */
async function failingRead(tell: () => void, told: 'before' | 'after'): Promise<never> {
  if (told === 'before') tell();
  else setTimeout(tell, 20);
  throw new Error('Device was lost');
}

const finished: Awaited<FitResult> = { ok: false, error: { ...CANCELLED, kind: 'unusable-data' } };

test.each(['before', 'after'] as const)(
  'a lost device, told %s the read fails: a new one goes on from the last checkpoint',
  async (told) => {
    const { run, tell, events, preferences, onLeave } = setUp(['webgpu', 'webgpu']);
    const starts: unknown[] = [];
    const { info, fitted } = await run(async (context) => {
      starts.push(context.from?.epoch);
      if (starts.length === 2) return finished;
      save(context, 1);
      save(context, 2);
      return failingRead(() => tell()(LOST), told);
    });
    expect(fitted).toBe(finished);
    expect(starts).toEqual([undefined, 2]);
    expect(preferences).toEqual(['webgpu', 'webgpu']);
    expect(onLeave).toHaveBeenCalledTimes(2);
    expect(events.at(-1)).toEqual({ kind: 'recovered', epoch: 2, why: 'unplugged', info });
  },
);

test('a loss ends the loop that is under way; the result of a lost device is not taken', async () => {
  const { run, tell } = setUp(['webgpu', 'webgpu']);
  let calls = 0;
  const { fitted } = await run(async ({ control }) => {
    calls++;
    if (calls === 2) return finished;
    expect(control.signal.aborted).toBe(false);
    tell()(LOST);
    expect(control.signal.aborted).toBe(true);
    return { ok: false, error: CANCELLED };
  });
  expect(fitted).toBe(finished);
});

test('WASM takes over where a second device is lost before its first epoch', async () => {
  const { run, tell, preferences } = setUp(['webgpu', 'webgpu', 'wasm']);
  const { info } = await run(async (context) => {
    if (preferences.length === 3) return finished;
    if (preferences.length === 1) save(context, 4);
    return failingRead(() => tell()(LOST), 'before');
  });
  expect(preferences).toEqual(['webgpu', 'webgpu', 'wasm']);
  expect(info.backend).toBe('wasm');
});

test('after another error of the GPU nothing is saved, and the run ends', async () => {
  const { run, tell, events, device } = setUp(['webgpu']);
  await run(async (context) => {
    tell()({ kind: 'error', message: 'invalid pipeline' });
    save(context, 1);
    return { ok: false, error: CANCELLED };
  });
  expect(events.map(({ kind }) => kind)).toEqual(['backend']);
  expect(device.trouble()).toMatchObject({ message: 'invalid pipeline' });
});

test('our own mistakes are not taken for a lost device, and Cancel stays Cancel', async () => {
  const { run } = setUp(['wasm']);
  await expect(run(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  const other = setUp(['webgpu']);
  const { fitted } = await other.run(async () => {
    other.control.cancel();
    other.tell()(LOST);
    return { ok: false, error: CANCELLED };
  });
  expect(fitted).toMatchObject({ error: CANCELLED });
});

test('auto is what was chosen for it, and says why; a backend that is asked for is not', async () => {
  const { device, preferences, onLeave } = setUp(['webgpu', 'wasm', 'webgpu']);
  await device.take('auto');
  device.choose({ backend: 'wasm', reason: 'faster' });
  expect(await device.take('auto')).toMatchObject({ backend: 'wasm', reason: 'faster' });
  await device.take('auto');
  expect(await device.take('wasm')).toMatchObject({ reason: '' });
  expect(preferences).toEqual(['auto', 'wasm']);
  expect(onLeave).toHaveBeenCalledTimes(2);
});
