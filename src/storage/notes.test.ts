import { expect, test } from 'vitest';
import { mergeNotes, type Note } from './notes.ts';

const note = (id: string, text: string): Note => ({ id, after: 'data', text });
const base = [note('a', 'one'), note('b', 'two'), note('c', 'three')];

test('changes of different notes, and new ones of both, are all kept', () => {
  const mine = [note('a', 'ONE'), note('b', 'two'), note('c', 'three'), note('m', 'mine')];
  const theirs = [note('a', 'one'), note('b', 'TWO'), note('c', 'three'), note('t', 'theirs')];
  expect(mergeNotes(base, mine, theirs).map(({ text }) => text)).toEqual([
    'ONE',
    'TWO',
    'three',
    'mine',
    'theirs',
  ]);
});

test('of a note that both changed mine stays; a deletion of an unchanged note counts', () => {
  expect(mergeNotes(base, [note('a', 'mine')], [note('a', 'theirs'), base[1]!])).toEqual([
    note('a', 'mine'),
  ]);
});

test('a note that one deleted and the other changed stays', () => {
  expect(mergeNotes(base, [base[1]!], [note('a', 'changed'), base[1]!, base[2]!])).toEqual([
    base[1],
    note('a', 'changed'),
  ]);
  expect(mergeNotes(base, [note('a', 'changed')], [])).toEqual([note('a', 'changed')]);
});
