import { expect, test } from 'vitest';
import { createSavePace } from './save-pace.ts';

test('saving takes at most a tenth of the time', async () => {
  let now = 0;
  let saving = 0;
  const pace = createSavePace(() => now);
  for (; now < 10_000; now += 7) {
    if (pace.waitMs() > 0) continue;
    await pace.timed(async () => {
      now += 50;
      saving += 50;
    });
  }
  expect(saving / now).toBeGreaterThan(0.08);
  expect(saving / now).toBeLessThanOrEqual(0.1);
});

test('a save that fails is followed by a rest as well', async () => {
  let now = 0;
  const pace = createSavePace(() => now);
  const save = async () => {
    now += 2;
    throw new Error('full');
  };
  await expect(pace.timed(save)).rejects.toThrow('full');
  expect(pace.waitMs()).toBe(18);
});
