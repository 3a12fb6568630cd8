import { expect, test } from 'vitest';
import { filesOf } from './dropped-files.ts';

interface FakeEntry {
  readonly name: string;
  readonly fullPath: string;
  readonly isDirectory: boolean;
  readonly file?: (take: (file: File) => void) => void;
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

const namesOf = async (transfer: DataTransfer): Promise<string[]> =>
  (await filesOf(transfer)).map(({ name }) => name);

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
  expect(await namesOf(transferOf(set, file('/labels.csv')))).toEqual([
    'labels.csv',
    'set/test.csv',
    'set/train.csv',
    'set/more/x.csv',
  ]);
});

test('folders in a circle come to an end', async () => {
  const circle: FakeEntry = { ...folder('/a') };
  Object.assign(circle, folder('/a', circle, file('/a/x.csv')), { isDirectory: true });
  expect(await namesOf(transferOf(circle))).toHaveLength(16);
});
