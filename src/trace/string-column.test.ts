import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findString, stringColumn } from './string-column.ts';

test('a string is found where an array would find it', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 3 });
  fc.assert(
    fc.property(fc.array(text), text, (texts, wanted) => {
      expect(findString(stringColumn(texts), wanted)).toBe(texts.indexOf(wanted));
    }),
  );
});
