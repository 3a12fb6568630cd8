import { expect, test } from 'vitest';
import { readSmall } from './read-small.ts';

const bytesOf = (length: number, from: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => (from + i) % 251);

test('small files come as their bytes, in order and behind one buffer, larger ones as they are', async () => {
  const large = new File([new Uint8Array(64 * 1024 + 1)], 'large');
  const { files, transfer } = await readSmall([
    new File([bytesOf(3, 0)], 'a'),
    large,
    new File([], 'empty'),
    new File([bytesOf(64 * 1024, 7)], 'just small'),
  ]);
  expect(files).toEqual([bytesOf(3, 0), large, new Uint8Array(0), bytesOf(64 * 1024, 7)]);
  expect(files[1]).toBe(large);
  expect(transfer).toHaveLength(1);
  expect(files.map((file) => file instanceof Uint8Array && file.buffer === transfer[0])).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test('a file that cannot be read stays what it is', async () => {
  const gone = new File(['x'], 'gone');
  gone.stream = () =>
    new ReadableStream({
      pull: () => {
        throw new DOMException('gone', 'NotFoundError');
      },
    });
  const { files } = await readSmall([gone, new File(['y'], 'there')]);
  expect(files[0]).toBe(gone);
  expect(files[1]).toEqual(new TextEncoder().encode('y'));
});
