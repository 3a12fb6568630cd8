/**
 * Markdown as React elements: what is written is text, never HTML. Links open apart from the page;
 * pictures are not fetched, as the page asks no other origin for anything.
 */
import { Marked, type Token, type TokenizerExtension, type Tokens } from 'marked';
import { createElement, Fragment, type ReactNode, useMemo } from 'react';
import Equation from './Equation.tsx';
import './markdown.css';

interface MathToken extends Tokens.Generic {
  readonly tex: string;
}

const isMath = (token: Token): token is MathToken =>
  token.type === 'inlineMath' || token.type === 'displayMath';

/** `$$ … $$` as a block of its own. */
const DISPLAY_MATH: TokenizerExtension = {
  name: 'displayMath',
  level: 'block',
  start: (source) => source.indexOf('$$'),
  tokenizer(source) {
    const match = /^\$\$([^$]+)\$\$[ \t]*(?:\n|$)/.exec(source);
    return match ? { type: 'displayMath', raw: match[0], tex: match[1]!.trim() } : undefined;
  },
};

/** `$x$` in a sentence; "$5 and $6" is none, as a blank stands before the second sign. */
const INLINE_MATH: TokenizerExtension = {
  name: 'inlineMath',
  level: 'inline',
  start: (source) => source.indexOf('$'),
  tokenizer(source) {
    const match = /^\$\$?((?:[^$\\\n]|\\.)+?)\$\$?(?![\p{L}\p{N}])/u.exec(source);
    if (match === null || /^\s|\s$/.test(match[1]!)) return undefined;
    return { type: 'inlineMath', raw: match[0], tex: match[1]! };
  },
};

const marked = new Marked({ gfm: true, extensions: [DISPLAY_MATH, INLINE_MATH] });

const SAFE_LINK = /^(https?:|mailto:|#)/i;

export default function Markdown({ text }: { readonly text: string }) {
  const tokens = useMemo(() => marked.lexer(text), [text]);
  return <div className="markdown">{all(tokens)}</div>;
}

const all = (tokens: readonly Token[] | undefined): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text are known by their place
  tokens?.map((token, i) => <Fragment key={i}>{one(token)}</Fragment>);

function one(token: Token): ReactNode {
  if (isMath(token)) return <Equation tex={token.tex} display={token.type === 'displayMath'} />;
  switch (token.type) {
    case 'heading':
      // Below the page's own headings of cells.
      return createElement(`h${Math.min(6, token.depth + 2)}`, null, all(token.tokens));
    case 'paragraph':
      return <p>{all(token.tokens)}</p>;
    case 'strong':
      return <strong>{all(token.tokens)}</strong>;
    case 'em':
      return <em>{all(token.tokens)}</em>;
    case 'del':
      return <del>{all(token.tokens)}</del>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'code':
      return (
        <pre>
          <code>{token.text}</code>
        </pre>
      );
    case 'blockquote':
      return <blockquote>{all(token.tokens)}</blockquote>;
    case 'list': {
      const { ordered, start, items } = token as Tokens.List;
      const rows = items.map((item, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <li key={i}>
          {item.task && <span aria-hidden="true">{item.checked ? '☑ ' : '☐ '}</span>}
          {all(item.tokens)}
        </li>
      ));
      return ordered ? <ol start={start === '' ? 1 : start}>{rows}</ol> : <ul>{rows}</ul>;
    }
    case 'table':
      return <Table {...(token as Tokens.Table)} />;
    case 'link':
      return SAFE_LINK.test(token.href) ? (
        <a href={token.href} target="_blank" rel="noreferrer">
          {all(token.tokens)}
        </a>
      ) : (
        all(token.tokens)
      );
    case 'image':
      return <span>[picture: {token.text}]</span>;
    case 'br':
      return <br />;
    case 'hr':
      return <hr />;
    case 'space':
    case 'def':
    case 'checkbox':
      return null;
    case 'text':
    case 'escape':
      return 'tokens' in token && token.tokens ? all(token.tokens) : unescaped(token.text);
    default: // HTML among them
      return token.raw;
  }
}

function Table({ header, rows }: Tokens.Table) {
  return (
    <table className="plain-table">
      <thead>
        <tr>
          {header.map((cell, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <th key={i} scope="col">
              {all(cell.tokens)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, r) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <tr key={r}>
            {row.map((cell, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <td key={i}>{all(cell.tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Entities that a writer of Markdown may use; any other stands as it was written. */
const ENTITIES = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
]);

const unescaped = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES.get(entity) ?? entity);
