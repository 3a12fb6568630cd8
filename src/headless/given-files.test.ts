import { expect, test } from 'vitest';
import type { ImportedFile } from '../ingest/import.ts';
import { rolesOfImported } from './given-files.ts';
import type { GivenFile } from './handle.ts';

const given = (name: string, bytes: number, role: GivenFile['role']): GivenFile => ({
  name,
  bytes,
  role,
});
const imported = (name: string, bytes: number): ImportedFile => ({
  name,
  bytes,
  format: 'tracevae-csv',
  container: 'plain',
});

test('a labels file among the others takes no role away from them', () => {
  const roles = rolesOfImported(
    [imported('a.csv', 10), imported('b.csv', 20), imported('c.csv', 30)],
    [
      given('a.csv', 10, 'train'),
      given('labels.csv', 5, 'test'),
      given('b.csv', 20, 'test'),
      given('c.csv', 30, 'val'),
    ],
  );
  expect(roles).toEqual({ ok: true, value: ['train', 'test', 'val'] });
});

test('every file of an archive has the role of the archive', () => {
  const roles = rolesOfImported(
    [imported('set.zip/1.csv', 3), imported('set.zip/2.csv', 4), imported('v.csv', 5)],
    [given('set.zip', 100, 'train'), given('v.csv', 5, 'val')],
  );
  expect(roles).toEqual({ ok: true, value: ['train', 'train', 'val'] });
});

test('files of one name in several folders keep their order, labels among them too', () => {
  const roles = rolesOfImported(
    [imported('data.csv', 10), imported('data.csv', 10), imported('data.csv', 30)],
    [
      given('data.csv', 10, 'train'),
      given('data.csv', 10, 'val'),
      given('data.csv', 2, 'test'),
      given('data.csv', 30, 'test'),
    ],
  );
  expect(roles).toEqual({ ok: true, value: ['train', 'val', 'test'] });
});

test('a file that nobody gave is a failure', () => {
  const roles = rolesOfImported([imported('shop.csv', 1)], [given('shop.tracevae.zip', 9, 'test')]);
  expect(roles).toMatchObject({ ok: false, error: { what: expect.stringContaining('shop.csv') } });
});
