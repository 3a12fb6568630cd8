import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Select } from './Select.tsx';

const optionsIn = (count: number): string[] =>
  renderToStaticMarkup(
    createElement(Select<string>, {
      label: 'File',
      value: '7',
      options: Array.from({ length: count }, (_, i) => ({ value: `${i}`, label: `file ${i}` })),
      onChange: () => {},
    }),
  ).match(/<option[^>]*>[^<]*/g) ?? [];

test('of thousands of choices only the one that is chosen is laid out before they are asked for', () => {
  expect(optionsIn(200)).toHaveLength(200);
  expect(optionsIn(10_000)).toEqual(['<option value="7" selected="">file 7']);
});
