import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { writeNpy, writeNpz } from './npz.ts';

/** By NumPy's own description of the format. */
function readNpy(bytes: Uint8Array): { header: string; data: Uint8Array } {
  expect([...bytes.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const length = bytes[8]! + 256 * bytes[9]!;
  expect((10 + length) % 64).toBe(0);
  const header = new TextDecoder().decode(bytes.subarray(10, 10 + length));
  expect(header.endsWith('\n')).toBe(true);
  return { header: header.trimEnd(), data: bytes.slice(10 + length) };
}

test('numbers are little-endian, in rows, with their shape', () => {
  const { header, data } = readNpy(
    writeNpy({ values: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }),
  );
  expect(header).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
  expect([...new Float32Array(data.buffer)]).toEqual([1, 2, 3, 4, 5, 6]);
  const part = new Int32Array([9, -1, 7]).subarray(1);
  const one = readNpy(writeNpy({ values: part, shape: [2] }));
  expect(one.header).toContain("'<i4'");
  expect(one.header).toContain("'shape': (2,), }");
  expect([...new Int32Array(one.data.buffer)]).toEqual([-1, 7]);
});

test('texts have four bytes per character, filled up with zeros', () => {
  const { header, data } = readNpy(writeNpy({ values: ['a', '', 'né😀'], shape: [3] }));
  expect(header).toContain("'<U3'");
  expect([...new Uint32Array(data.buffer)]).toEqual([97, 0, 0, 0, 0, 0, 110, 233, 0x1f600]);
  expect(readNpy(writeNpy({ values: [], shape: [0] })).header).toContain("'<U1'");
});

test('several arrays are one zip, each under its name', () => {
  const zip = unzipSync(
    writeNpz([
      { name: 'test.score', values: Float64Array.of(0.5), shape: [1] },
      { name: 'val.label', values: ['normal'], shape: [1] },
    ]),
  );
  expect(Object.keys(zip)).toEqual(['test.score.npy', 'val.label.npy']);
  expect([...new Float64Array(readNpy(zip['test.score.npy']!).data.buffer)]).toEqual([0.5]);
});
