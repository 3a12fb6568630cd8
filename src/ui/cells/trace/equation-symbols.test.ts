import katex from 'katex';
import { expect, test } from 'vitest';
import { PAPER_EQUATIONS, symbolOf } from './equation-symbols.ts';

test.each(PAPER_EQUATIONS)(
  'equation ($number) can be set, and shows each of its symbols',
  ({ tex, symbols }) => {
    const set = katex.renderToString(tex, { displayMode: true, trust: true, strict: 'ignore' });
    for (const id of symbols) expect(set).toContain(`symbol-${id}`);
    for (const id of symbols) katex.renderToString(symbolOf(id).tex);
  },
);
