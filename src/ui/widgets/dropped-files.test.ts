import { expect, test } from 'vitest';
import type { GivenFiles } from '../../stores/dataset/given-files.ts';
import { filesOf } from './dropped-files.ts';

interface FakeEntry {
  readonly name: string;
  readonly fullPath: string;
  readonly isDirectory: boolean;
  readonly file?: (take: (file: File) => void, fail?: () => void) => void;
  readonly createReader?: () => {
    readEntries(take: (entries: readonly FakeEntry[]) => void): void;
  };
}

const file = (path: string): FakeEntry => ({
  name: path.split('/').at(-1)!,
  fullPath: path,
  isDirectory: false,
  file: (take) => take(new File(['x'], path.split('/').at(-1)!)),
});

/** Hands its entries out two at a time, as browsers do with more. */
const folder = (path: string, ...entries: readonly FakeEntry[]): FakeEntry => ({
  name: path.split('/').at(-1)!,
  fullPath: path,
  isDirectory: true,
  createReader: () => {
    let at = 0;
    return {
      readEntries: (take) => {
        at += 2;
        take(entries.slice(at - 2, at));
      },
    };
  },
});

const transferOf = (...entries: readonly FakeEntry[]): DataTransfer =>
  ({
    files: entries.map(({ name }) => new File(['x'], name)),
    items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })),
  }) as unknown as DataTransfer;

async function allOf(given: GivenFiles): Promise<File[]> {
  const files: File[] = [];
  for await (const some of given.further()) files.push(...some);
  return files;
}

async function givenBy(transfer: DataTransfer): Promise<GivenFiles> {
  const given = await filesOf(transfer);
  if (Array.isArray(given)) throw new Error('there is no folder');
  return given;
}

test('files that are dropped by themselves are there at once', () => {
  const files = filesOf(transferOf(file('/b.csv'), file('/a.csv')));
  expect(Array.isArray(files) && files.map(({ name }) => name)).toEqual(['b.csv', 'a.csv']);
});

test('a folder gives all its files by name, with their paths, and no hidden ones', async () => {
  const set = folder(
    '/set',
    file('/set/test.csv'),
    folder('/set/more', file('/set/more/x.csv')),
    file('/set/.DS_Store'),
    folder('/set/.git', file('/set/.git/config')),
    file('/set/train.csv'),
  );
  const given = await givenBy(transferOf(set, file('/labels.csv')));
  expect(given.names).toEqual(['labels.csv', 'set/test.csv', 'set/train.csv', 'set/more/x.csv']);
  const files = await allOf(given);
  expect(files.map(({ name }) => name)).toEqual(['labels.csv', 'test.csv', 'train.csv', 'x.csv']);
});

test('folders in a circle come to an end', async () => {
  const circle: FakeEntry = { ...folder('/a') };
  Object.assign(circle, folder('/a', circle, file('/a/x.csv')), { isDirectory: true });
  expect((await givenBy(transferOf(circle))).names).toHaveLength(16);
});

test('files of a folder are opened as they are asked for, each once, and none is copied', async () => {
  let opened = 0;
  const entries = Array.from({ length: 200 }, (_, i) => {
    const entry = file(`/set/${i}.csv`);
    const open: FakeEntry['file'] = (take) => {
      opened += 1;
      entry.file?.(take);
    };
    return { ...entry, file: open };
  });
  const given = await givenBy(transferOf(folder('/set', ...entries)));
  expect([given.names.length, given.first.length, opened]).toEqual([200, 0, 0]);
  for await (const some of given.further()) {
    expect(opened).toBe(some.length);
    break;
  }
  const once = await allOf(given);
  expect(opened).toBe(200);
  const again = await allOf(given);
  expect(opened).toBe(200);
  expect(again.every((each, i) => each === once[i])).toBe(true);
});

test('a file of a folder that cannot be opened is empty, and the others are there', async () => {
  const gone: FakeEntry = { ...file('/set/gone.csv'), file: (_, fail) => fail?.() };
  const given = await givenBy(transferOf(folder('/set', gone, file('/set/here.csv'))));
  expect((await allOf(given)).map(({ size }) => size)).toEqual([0, 1]);
});
