import { expect, test } from 'vitest';
import { remembered, runThrough, runWithPauses } from './slices.ts';

function* sumTo(count: number, log: number[]): Generator<void, number> {
  let sum = 0;
  for (let i = 1; i <= count; i++) {
    sum += i;
    log.push(i);
    yield;
  }
  return sum;
}

test('work in slices gives what it gives at once, with a pause after each slice', async () => {
  let pauses = 0;
  const paused = await runWithPauses(sumTo(3, []), async () => {
    pauses++;
  });
  expect(paused).toBe(6);
  expect(pauses).toBe(3);
  expect(runThrough(sumTo(3, []))).toBe(6);
});

test('a remembered value is made once, whoever asks first', () => {
  const log: number[] = [];
  const value = remembered(() => sumTo(2, log));
  const slices = value.inSlices();
  slices.next();
  // asked for at once, while it is made in slices
  expect(value.now()).toBe(3);
  expect(runThrough(slices)).toBe(3);
  expect(value.now()).toBe(3);
  expect(log).toEqual([1, 1, 2, 2]);
});
