import { expect, test } from 'vitest';
import { createFakeTabs } from '../../testing/fake-tabs.ts';
import type { TabNews } from './tabs.ts';

test('one tab holds it, another is told no, or takes it over', async () => {
  const browser = createFakeTabs();
  const [one, two] = [browser.open(), browser.open()];
  let lost = 0;
  const mine = await one.hold('training', 'if-free', () => {
    lost += 1;
  });
  expect(mine).not.toBeNull();
  expect([await one.heldElsewhere('training'), await two.heldElsewhere('training')]).toEqual([
    false,
    true,
  ]);
  expect(await two.hold('training', 'if-free', () => {})).toBeNull();
  const theirs = await two.hold('training', 'over', () => {});
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect([theirs === null, lost]).toEqual([false, 1]);
  expect([await one.heldElsewhere('training'), await two.heldElsewhere('training')]).toEqual([
    true,
    false,
  ]);
  theirs!.release();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(await one.hold('training', 'if-free', () => {})).not.toBeNull();
});

test('what several share is seen by the others, and news reach all but the teller', async () => {
  const browser = createFakeTabs();
  const [one, two] = [browser.open(), browser.open()];
  const [a, b] = [one.share('open'), two.share('open')];
  expect(await one.heldElsewhere('open')).toBe(true);
  b.release();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(await one.heldElsewhere('open')).toBe(false);
  a.release();
  const heard: TabNews[][] = [[], []];
  one.listen((news) => heard[0]!.push(news));
  two.listen((news) => heard[1]!.push(news));
  one.tell({ kind: 'datasets' });
  expect(heard).toEqual([[], [{ kind: 'datasets' }]]);
});
