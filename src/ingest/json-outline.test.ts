import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { documentWay, outlineJson } from './json-outline.ts';

const outline = (text: string, whole = true) => outlineJson('f', encodeUtf8(text), whole);
const waysOf = (text: string): string[] => [...outline(text).ways];

describe('the outline of a JSON file', () => {
  it.each([
    [
      '{"data":[{"traceID":"1","spans":[{"spanID":"a"}]}]}',
      ['data', 'data[].traceID', 'data[].spans', 'data[].spans[].spanID'],
    ],
    ['[[{"id":1}]]', ['[][].id']],
    ['{"a":1}\n{"b":{"c":[]}}', ['a', 'b', 'b.c']],
    ['{"a":{"__proto__":1}}', ['a', 'a.__proto__']],
    ['{"a":[[{"b":1},2],{"c":3}]}', ['a', 'a[][].b', 'a[].c']],
    ['{"a":{"b":1,"c', ['a', 'a.b']],
  ])('%s', (text, ways) => {
    expect(waysOf(text)).toEqual(ways);
  });

  it('goes on behind a line that is broken', () => {
    expect(waysOf('{"a":[{"b":1\n{"c":{"d":2}}\n')).toEqual(['a', 'a[].b', 'c', 'c.d']);
  });

  it('says where the file ends within a document, if it is all of it', () => {
    expect(outline('{"a":[').cutAt).toBe(6);
    expect(outline('{"a":[', false).cutAt).toBeNull();
    expect(outline('{"a":[]}').cutAt).toBeNull();
  });

  it('stays small, whatever the keys are', () => {
    const many = `{${Array.from({ length: 5000 }, (_, i) => `"k${i}":${i}`).join(',')}}`;
    expect(outline(many).ways.size).toBe(1000);
    expect(waysOf(`{"${'k'.repeat(65)}":{"a":1},"b":2}`)).toEqual(['b']);
    expect(waysOf('{"a":'.repeat(100) + 1 + '}'.repeat(100))).toHaveLength(8);
    expect(outline('[['.repeat(100)).failure?.what).toBe('JSON nested more than 128 deep');
  });

  it('finds a document also in a list of them', () => {
    expect(documentWay(outline('[{"b":1}]'), 'a', 'b')).toBe('b');
    expect(documentWay(outline('[[{"b":1}]]'), 'b')).toBeUndefined();
  });
});
