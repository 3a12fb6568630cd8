import { expect, test } from 'vitest';
import { createLatest } from './latest.ts';

test('an answer counts until something is asked after its question', () => {
  const latest = createLatest();
  const first = latest.begin();
  expect(first()).toBe(true);
  expect(first()).toBe(true);
  const second = latest.begin();
  expect([first(), second()]).toEqual([false, true]);
});

test('what was cancelled is answered no more, and the next question is', () => {
  const latest = createLatest();
  latest.cancel();
  const first = latest.begin();
  latest.cancel();
  expect(first()).toBe(false);
  const second = latest.begin();
  expect([first(), second()]).toEqual([false, true]);
});

test('questions of one kind leave those of another alone', () => {
  const [lists, traces] = [createLatest(), createLatest()];
  const list = lists.begin();
  traces.begin();
  traces.cancel();
  expect(list()).toBe(true);
});
