import { expect, test } from 'vitest';
import { createFakePreferences } from '../../testing/notebook-fakes.ts';
import { mappingOf } from '../../testing/table-fixtures.ts';
import { createMappingMemory } from './mapping-memory.ts';

const HEADER = ['a', 'b', 'c', 'd', 'e'];
const KEY = 'tracevae-notebook.column-mappings';

test('a mapping is there again after a reload, the newest of its header', () => {
  const storage = createFakePreferences();
  const memory = createMappingMemory(storage);
  memory.keep(mappingOf(HEADER));
  memory.keep(mappingOf([...HEADER, 'f']));
  memory.keep(mappingOf(HEADER, 3));
  expect(createMappingMemory(storage).all()).toEqual([
    mappingOf(HEADER, 3),
    mappingOf([...HEADER, 'f']),
  ]);
});

test('columns of what spans carry are remembered, and left to their names where they are garbled', () => {
  const facts = { status: 3, kind: -1, attributes: { host: 4, zone: -1 } };
  const storage = createFakePreferences();
  createMappingMemory(storage).keep({ ...mappingOf(HEADER), facts });
  expect(createMappingMemory(storage).all()).toEqual([{ ...mappingOf(HEADER), facts }]);
  for (const garbled of [7, { status: 3 }, { ...facts, status: 99 }, { ...facts, kind: 'x' }]) {
    storage.setItem(KEY, JSON.stringify([{ ...mappingOf(HEADER), facts: garbled }]));
    expect(createMappingMemory(storage).all()).toEqual([mappingOf(HEADER)]);
  }
  const other = { ...facts, attributes: { host: 4, zone: 99, x: 'y' } };
  storage.setItem(KEY, JSON.stringify([{ ...mappingOf(HEADER), facts: other }]));
  expect(createMappingMemory(storage).all()[0]?.facts?.attributes).toEqual({ host: 4 });
});

test('forgotten mappings stay forgotten', () => {
  const storage = createFakePreferences();
  const memory = createMappingMemory(storage);
  memory.keep(mappingOf(HEADER));
  memory.forget();
  expect(memory.all()).toEqual([]);
  expect(createMappingMemory(storage).all()).toEqual([]);
});

test('what is stored and is no mapping is left out', () => {
  const good = mappingOf(HEADER);
  const bad = [
    null,
    7,
    'text',
    {},
    { ...good, header: [1] },
    { ...good, header: null },
    { ...good, clockUnit: 'years' },
    { ...good, columns: { ...good.columns, trace: 'a' } },
    { ...good, columns: { ...good.columns, trace: 99 } },
    { ...good, columns: { ...good.columns, duration: -1 } },
    good,
  ];
  const storage = createFakePreferences();
  storage.setItem(KEY, JSON.stringify(bad));
  expect(createMappingMemory(storage).all()).toEqual([good]);
  storage.setItem(KEY, '{"__proto__":');
  expect(createMappingMemory(storage).all()).toEqual([]);
});

test('a storage that is full or forbidden costs the memory and nothing else', () => {
  const memory = createMappingMemory({
    getItem: () => {
      throw new Error('forbidden');
    },
    setItem: () => {
      throw new Error('full');
    },
  });
  memory.keep(mappingOf(HEADER));
  expect(memory.all()).toEqual([mappingOf(HEADER)]);
});

test('no more than fifty are kept', () => {
  const memory = createMappingMemory(createFakePreferences());
  for (let i = 0; i < 60; i++) memory.keep(mappingOf([...HEADER, `x${i}`]));
  expect(memory.all()).toHaveLength(50);
  expect(memory.all()[0]?.header.at(-1)).toBe('x59');
});
