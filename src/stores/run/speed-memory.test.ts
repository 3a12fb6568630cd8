import { expect, test } from 'vitest';
import { createSpeedMemory } from './speed-memory.ts';

const KEY = 'tracevae-notebook.backend-speeds';

function storageOf(text?: string) {
  const items = new Map(text === undefined ? [] : [[KEY, text]]);
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

test('speeds outlive the page, the newest fifty', () => {
  const storage = storageOf();
  const memory = createSpeedMemory(storage);
  for (let i = 0; i < 60; i++) memory.keep(`size ${i}`, { wasm: i, webgpu: 1 });
  memory.keep('size 30', { wasm: 7, webgpu: 8 });
  const again = createSpeedMemory(storage).all();
  expect(Object.keys(again)).toHaveLength(50);
  expect(again['size 9']).toBeUndefined();
  expect(again['size 30']).toEqual({ wasm: 7, webgpu: 8 });
});

test('what is garbled is measured again', () => {
  expect(createSpeedMemory(storageOf('{')).all()).toEqual({});
  expect(createSpeedMemory(storageOf('{"a": null, "b": {"wasm": 1}, "c": "x"}')).all()).toEqual({});
});
