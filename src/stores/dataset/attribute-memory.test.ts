import { expect, test } from 'vitest';
import { createFakePreferences } from '../../testing/notebook-fakes.ts';
import {
  createAttributeMemory,
  DEFAULT_ATTRIBUTES,
  readAttributeNames,
} from './attribute-memory.ts';

test('names of attributes are remembered, none among them', () => {
  const storage = createFakePreferences();
  const memory = createAttributeMemory(storage);
  expect(memory.names()).toEqual(DEFAULT_ATTRIBUTES);
  memory.keep(['host', 'x.y']);
  expect(createAttributeMemory(storage).names()).toEqual(['host', 'x.y']);
  memory.keep([]);
  expect(createAttributeMemory(storage).names()).toEqual([]);
});

test('what was stored and is no list of names counts as nothing', () => {
  const storage = createFakePreferences();
  storage.setItem('tracevae-notebook.kept-attributes', '[1]');
  expect(createAttributeMemory(storage).names()).toEqual(DEFAULT_ATTRIBUTES);
});

test('names are read from a text, each once, and not too many', () => {
  expect(readAttributeNames(' host, , version\nhost ')).toEqual(['host', 'version']);
  const many = Array.from({ length: 40 }, (_, i) => `a${i}`).join();
  expect(readAttributeNames(many)).toHaveLength(16);
});
