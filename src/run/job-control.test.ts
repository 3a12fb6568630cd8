import { expect, test } from 'vitest';
import { createJobControl } from './job-control.ts';

test('a running job is not held', async () => {
  await expect(createJobControl().whenRunning()).resolves.toBeUndefined();
});

test('a paused job waits until it is resumed', async () => {
  const control = createJobControl();
  control.pause();
  let passed = false;
  const waiting = control.whenRunning().then(() => {
    passed = true;
  });
  await Promise.resolve();
  expect(passed).toBe(false);
  control.resume();
  await waiting;
  expect(passed).toBe(true);
});

test('stop and cancel wake a paused job', async () => {
  const stopped = createJobControl();
  stopped.pause();
  stopped.stop();
  await stopped.whenRunning();
  expect(stopped.stopRequested()).toBe(true);
  expect(stopped.signal.aborted).toBe(false);

  const cancelled = createJobControl();
  cancelled.pause();
  cancelled.cancel();
  await cancelled.whenRunning();
  expect(cancelled.signal.aborted).toBe(true);
});
