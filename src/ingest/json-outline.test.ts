import fc from 'fast-check';
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

  it('is the same where ways are known from files before, as where it is read by tokens', () => {
    const keys = fc.constantFrom('a', 'b', 'tags', 'π', '7', '12', '"\\', 'k'.repeat(65));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 10, depthSize: 'large' },
        fc.constantFrom('x', 'a\\"}', 'new\nline', -1.5e300, 0, true, null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => {
          return Object.fromEntries(entries);
        }),
      ),
    }));
    const document = fc.oneof(
      fc.dictionary(keys, value, { maxKeys: 5 }),
      fc.array(value, { maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 4 }), (documents) => {
        for (const each of documents) {
          const [short, long] = [JSON.stringify(each), JSON.stringify(each, null, 1)];
          const read = outline(short);
          const byTokens = outline(long);
          for (const of of ['ways', 'values', 'lists'] as const) {
            expect([...read[of]]).toEqual([...byTokens[of]]);
            expect([...outline(short)[of]]).toEqual([...read[of]]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['{"a":{"b":1}}', '{"a":{"b":1},}'],
    ['{"a":{"b":1}}', '{"a":{"b":1'],
    ['{"a":[{"b":1}]}', '{"a":[{"b":1},{"b":2}'],
    ['{"a":[{"b":1}]}', '{"a":[{"b":1],"b":2}'],
    ['{"a":{"b":1}}', '{"a":{"b" 1}}'],
    ['{"a":{"b":1}}', '{"a":{"b":nul}}'],
    ['{"a":{"b":1}}', '{"a":{"b":"1\n{"a":{"b":1}}'],
  ])('after %s, %s is as it is by itself', (before, text) => {
    const alone = outline(text);
    for (const known of [before, before]) {
      outline(known);
      expect(outline(text)).toEqual(alone);
    }
  });
});
