import { expect, it } from 'vitest';
import type { ImportedFile } from '../../ingest/import.ts';
import { groupFiles } from './file-groups.ts';

const file = (name: string, bytes = 3): ImportedFile => ({
  name,
  bytes,
  format: 'jaeger-json',
  container: 'plain',
});
const many = (count: number, name: (i: number) => string): ImportedFile[] =>
  Array.from({ length: count }, (_, i) => file(name(i)));

it('few files have a row each, in their order', () => {
  const files = ['b.json', 'a.json', 'c.csv'].map((name) => file(name));
  const rows = groupFiles(files, ['train', 'val', 'test']);
  expect(rows.map(({ name, files: of, role }) => [name, of, role])).toEqual([
    ['b.json', [0], 'train'],
    ['a.json', [1], 'val'],
    ['c.csv', [2], 'test'],
  ]);
});

it('many of one folder and kind are one row, named by what their names share', () => {
  const files = [
    file('labels.csv'),
    ...many(5000, (i) => `set/trace-${i}.json`),
    ...many(12, (i) => `other/${i}x.json`),
  ];
  const roles = files.map(() => 'split' as const);
  const rows = groupFiles(files, roles);
  expect(rows.map(({ name, files: { length }, bytes }) => [name, length, bytes])).toEqual([
    ['labels.csv', 1, 3],
    ['set/trace-*.json', 5000, 15_000],
    ['other/*x.json', 12, 36],
  ]);
  expect(rows.map(({ role }) => role)).toEqual(['split', 'split', 'split']);
  expect(groupFiles(files, ['split', 'train', ...roles.slice(2)])[1]?.role).toBeNull();
});

it('a pattern never uses a letter twice, nor a star for nothing', () => {
  const names = many(9, (i) => `aa${'a'.repeat(i)}.json`);
  expect(
    groupFiles(
      names,
      names.map(() => 'split'),
    )[0]?.name,
  ).toBe('aa*.json');
  const same = many(9, () => 'part.json');
  expect(
    groupFiles(
      same,
      same.map(() => 'split'),
    )[0]?.name,
  ).toBe('part.json');
});
