import { expect, test } from 'vitest';
import { rankOf, rankServices } from './service-rank.ts';

const shares = (of: Record<string, number>) => new Map(Object.entries(of));

test('services by their surprise over what clean traces that call them have', () => {
  const flagged = [shares({ web: 30, db: 9 }), shares({ web: 32, db: 15, mail: 4 })];
  const clean = [shares({ web: 30 }), shares({ web: 28, db: 2 })];
  // web 31 - 29 = 2, db 12 - 2 = 10, mail 4 and never seen
  const services = rankServices(flagged, clean);
  expect(services).toEqual(['db', 'mail', 'web']);
  expect(rankOf(services, 'mail')).toBe(2);
  expect(rankOf(services, 'cart')).toBeNull();
});

test('equals are ranked by name, and nothing flagged ranks nothing', () => {
  expect(rankServices([shares({ b: 1, a: 1 })], [])).toEqual(['a', 'b']);
  expect(rankServices([], [shares({ a: 1 })])).toEqual([]);
});
