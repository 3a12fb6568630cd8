import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import Markdown from './Markdown.tsx';

const html = (text: string): string =>
  renderToStaticMarkup(createElement(Markdown, { text })).replace(/^<div[^>]*>|<\/div>$/g, '');

test('HTML is text', () => {
  expect(html('<img src=x onerror=alert(1)> &amp; <b>bold</b>')).toBe(
    '<p>&lt;img src=x onerror=alert(1)&gt; &amp; &lt;b&gt;bold&lt;/b&gt;</p>',
  );
  expect(html('<script>alert(1)</script>')).not.toContain('<script');
});

test('links lead to the web or nowhere; pictures are not fetched', () => {
  expect(html('[a](javascript:alert(1)) [b](data:text/html,x)')).toBe('<p>a b</p>');
  expect(html('[paper](https://doi.org/10)')).toContain(
    '<a href="https://doi.org/10" target="_blank" rel="noreferrer">paper</a>',
  );
  expect(html('![plot](https://example.org/x.png)')).toBe('<p><span>[picture: plot]</span></p>');
});

test('lists, code, quotes, emphasis and tables', () => {
  expect(html('- one\n- *two*')).toBe('<ul><li>one</li><li><em>two</em></li></ul>');
  expect(html('```\na < b\n```')).toBe('<pre><code>a &lt; b</code></pre>');
  expect(html('> said **so**')).toBe('<blockquote><p>said <strong>so</strong></p></blockquote>');
  expect(html('| a |\n|---|\n| 1 |')).toContain('<td>1</td>');
  expect(html('# Title')).toBe('<h3>Title</h3>');
});

test('equations stand between dollar signs, prices do not', () => {
  expect(html('the $z_2$ of it')).toContain('class="equation"');
  expect(html('$$\n\\frac{N_{max}}{N}\n$$')).toContain('equation--display');
  expect(html('it costs $5 and then $6 more')).not.toContain('equation');
});

test.each([
  ['2,000 quotes within each other', '>'.repeat(2000)],
  ['a line of lists', '- '.repeat(3000)],
  [
    'lists by their indents',
    Array.from({ length: 300 }, (_, i) => `${'  '.repeat(i)}- a`).join('\n'),
  ],
  ['brackets', '['.repeat(20_000)],
  ['emphasis', '*a_ '.repeat(10_000)],
  ['stars', '*'.repeat(20_000)],
  ['a megabyte', 'word '.repeat(200_000)],
  ['300 equations of 150 fractions', `$${'\\frac{1}{2}'.repeat(150)}$ `.repeat(300)],
  ['a fraction in a fraction', `$${'\\frac{1}{'.repeat(180)}1${'}'.repeat(180)}$`],
])('%s: drawn in moments', (_, text) => {
  const began = performance.now();
  expect(html(text).length).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(5000);
});

test('equations beyond the bound stand as they were written', () => {
  expect(html(`$${'x'.repeat(2001)}$`)).toContain('<code>$xxx');
  const many = html(`$${'y'.repeat(1500)}$ `.repeat(20));
  expect(many.match(/class="equation"/g)).toHaveLength(13);
});
