import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFakeStorage } from '../../testing/notebook-fakes.ts';
import { interruptedFixture } from '../../testing/run-fakes.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A storage whose writes take this long. */
function setUp(writeMs: number) {
  const { storage, stored } = createFakeStorage();
  const written: number[] = [];
  const writer = createCheckpointWriter({
    storage: {
      ...storage,
      saveCheckpoint: async (run) => {
        await new Promise((resolve) => setTimeout(resolve, writeMs));
        written.push(run.checkpoint.epoch);
        return storage.saveCheckpoint(run);
      },
    },
    now: () => Date.now(),
    onSaved: () => {},
  });
  return { writer, written, stored };
}

test('writing takes a tenth of the time at most, and the newest checkpoint is written', async () => {
  const { writer, written } = setUp(50);
  for (let epoch = 1; epoch <= 100; epoch++) {
    writer.offer(interruptedFixture(epoch));
    await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(written.length).toBeGreaterThan(3);
  expect(written.length).toBeLessThanOrEqual(6); // of 3000 ms
  expect(written.at(-1)).toBe(100);
});

test('after a discard nothing comes back, however late a write ends', async () => {
  const { writer, written, stored } = setUp(50);
  writer.offer(interruptedFixture(1));
  await vi.advanceTimersByTimeAsync(10);
  writer.offer(interruptedFixture(2));
  const discarded = writer.discard('dataset-1');
  await vi.advanceTimersByTimeAsync(5000);
  await discarded;
  expect(written).toEqual([1]);
  expect(stored().interrupted).toBeNull();
});

test('settling waits for the write that is under way', async () => {
  const { writer, written } = setUp(50);
  writer.offer(interruptedFixture(1));
  await vi.advanceTimersByTimeAsync(10);
  let settled = false;
  const settling = writer.settle().then(() => {
    settled = true;
  });
  await vi.advanceTimersByTimeAsync(10);
  expect(settled).toBe(false);
  await vi.advanceTimersByTimeAsync(100);
  await settling;
  expect(written).toEqual([1]);
});
