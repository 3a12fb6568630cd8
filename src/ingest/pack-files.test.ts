import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packFiles, unpackFiles } from './pack-files.ts';

const never = new AbortController().signal;

test('what is packed comes out as it was', async () => {
  const bytes = fc.uint8Array({ maxLength: 5000 }).map((array) => new Uint8Array(array));
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 5 }), async (contents) => {
      const files = contents.map((one, i) => ({ path: `records/${i}.bin`, bytes: one }));
      const packed = await packFiles(files, never);
      const unpacked = await unpackFiles(new File([packed!], 'x.zip'), never);
      expect(unpacked.ok && unpacked.value).toEqual(files);
    }),
    { numRuns: 20 },
  );
});

test('the first file is told by the first bytes', async () => {
  const first = { path: 'first.json', bytes: new TextEncoder().encode('{}') };
  const packed = await packFiles([first], never);
  expect(await packed!.slice(30, 42).text()).toBe('first.json{}');
});

test('a file that was cut off is a failure', async () => {
  const packed = await packFiles([{ path: 'a', bytes: new Uint8Array(100) }], never);
  const cut = await unpackFiles(new File([packed!.slice(0, 60)], 'x.zip'), never);
  expect(cut.ok).toBe(false);
});
