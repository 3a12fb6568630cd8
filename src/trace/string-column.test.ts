import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findString, stringColumn } from './string-column.ts';

test('a string is found where an array would find it', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 3 });
  fc.assert(
    fc.property(fc.array(text), text, (texts, wanted) => {
      const among = texts.map((_, i) => i);
      const column = stringColumn(texts);
      expect(findString(column, wanted, among)).toBe(texts.indexOf(wanted));
      expect(findString(column, wanted, among.toReversed())).toBe(texts.lastIndexOf(wanted));
    }),
  );
});
