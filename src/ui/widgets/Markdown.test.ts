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
