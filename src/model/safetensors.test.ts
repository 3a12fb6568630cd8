import { expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const tensors = [
  { name: 'bytes', shape: [3], data: Uint8Array.of(1, 2, 255) },
  { name: 'weights', shape: [2, 2], data: Float32Array.of(1, -2, 0.5, Number.POSITIVE_INFINITY) },
  { name: 'times', shape: [2], data: Float64Array.of(1e300, Number.NaN) },
  { name: 'none', shape: [0], data: new Uint32Array(0) },
];
const file = writeSafetensors({ metadata: { note: 'ä "quoted"' }, tensors });

test('tensors of all types come back by name, the widest first and each aligned', () => {
  const read = readSafetensors(file);
  if (!read.ok) throw new Error(read.error);
  expect(read.value.metadata).toEqual({ note: 'ä "quoted"' });
  expect(read.value.tensors.map(({ name }) => name)).toEqual(['times', 'weights', 'none', 'bytes']);
  for (const tensor of tensors) {
    expect(read.value.tensors.find(({ name }) => name === tensor.name)).toEqual(tensor);
  }
});

test('the layout is that of the format', () => {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  expect(header.weights).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [16, 32] });
  expect(file.length).toBe(8 + length + 35);
});

test('a file that is cut anywhere, or goes on, is refused', () => {
  for (let end = 0; end < file.length; end++) {
    expect(readSafetensors(file.subarray(0, end)).ok, `cut at ${end}`).toBe(false);
  }
  expect(readSafetensors(Uint8Array.of(...file, 0))).toMatchObject({ ok: false });
});

test.each([
  ['no JSON', '{"a":'],
  ['a list', '[1]'],
  ['metadata that are no texts', '{"__metadata__":{"a":1}}'],
  ['a shape that is none', '{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}'],
  ['a type unheard of', '{"a":{"dtype":"I4","shape":[0],"data_offsets":[0,0]}}'],
  ['a place before the beginning', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}'],
])('%s is refused', (_, text) => {
  const header = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + header.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  expect(readSafetensors(bytes)).toMatchObject({ ok: false });
});
