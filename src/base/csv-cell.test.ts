import { expect, test } from 'vitest';
import { csvCell, csvId } from './csv-cell.ts';

test('ids stay as they are, unless they call something', () => {
  for (const id of ['-4365100055175869479', '-436:-12', '00af3c', 'b-1', '-1-2', 'a/b', 'x y']) {
    expect(csvId(id)).toBe(id);
  }
  expect(csvId("=HYPERLINK('x')")).toBe("'=HYPERLINK('x')");
  expect(csvId("-2+3+cmd|' /C calc'!A0")).toBe("'-2+3+cmd|' /C calc'!A0");
});

test('names are quoted and no formula', () => {
  expect(csvCell('=1,"2"')).toBe('"\'=1,""2"""');
  expect(csvCell('ＳＵＭ')).toBe('ＳＵＭ');
  expect(csvCell('\n＝1')).toBe('"\'\n＝1"');
});
