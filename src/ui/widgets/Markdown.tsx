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

/** What a page draws without a pause that is felt. Beyond, text stands as it was written. */
const MOST_TEXT = 100_000;
const MOST_DEPTH = 40;
/** Letters of TeX, of one equation and of all. */
const MOST_TEX = 2000;
const MOST_TEX_IN_ALL = 20_000;

/** A line that opens so many quotes and lists at once. */
const DEEP = new RegExp(`^(?:[ \\t]*(?:>|[-+*]|\\d{1,9}[.)])){${MOST_DEPTH}}`, 'm');

export default function Markdown({ text }: { readonly text: string }) {
  const drawn = useMemo(() => drawNote(text), [text]);
  return <div className="markdown">{drawn}</div>;
}

function drawNote(text: string): ReactNode {
  const tokens = text.length > MOST_TEXT || DEEP.test(text) ? null : tokensOf(text);
  if (tokens !== null) return drawing().all(tokens, 0);
  return (
    <>
      <pre>{text.slice(0, MOST_TEXT)}</pre>
      <p className="quiet">
        {text.length > MOST_TEXT
          ? `The note has ${text.length} letters; the first ${MOST_TEXT} stand as they were written.`
          : 'The note is nested too deeply to be drawn; it stands as it was written.'}
      </p>
    </>
  );
}

/** null where they are nested more deeply than the parser can follow */
function tokensOf(text: string): readonly Token[] | null {
  try {
    return marked.lexer(text);
  } catch {
    return null;
  }
}

function drawing() {
  let tex = 0;

  const all = (tokens: readonly Token[] | undefined, depth: number): ReactNode =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text are known by their place
    tokens?.map((token, i) => <Fragment key={i}>{one(token, depth + 1)}</Fragment>);

  function one(token: Token, depth: number): ReactNode {
    if (depth > 2 * MOST_DEPTH) return token.raw;
    if (isMath(token)) {
      tex += token.tex.length;
      if (token.tex.length > MOST_TEX || tex > MOST_TEX_IN_ALL) return <code>{token.raw}</code>;
      return <Equation tex={token.tex} display={token.type === 'displayMath'} />;
    }
    switch (token.type) {
      case 'heading':
        // Below the page's own headings of cells.
        return createElement(`h${Math.min(6, token.depth + 2)}`, null, all(token.tokens, depth));
      case 'paragraph':
        return <p>{all(token.tokens, depth)}</p>;
      case 'strong':
        return <strong>{all(token.tokens, depth)}</strong>;
      case 'em':
        return <em>{all(token.tokens, depth)}</em>;
      case 'del':
        return <del>{all(token.tokens, depth)}</del>;
      case 'codespan':
        return <code>{token.text}</code>;
      case 'code':
        return (
          <pre>
            <code>{token.text}</code>
          </pre>
        );
      case 'blockquote':
        return <blockquote>{all(token.tokens, depth)}</blockquote>;
      case 'list': {
        const { ordered, start, items } = token as Tokens.List;
        const rows = items.map((item, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <li key={i}>
            {item.task && <span aria-hidden="true">{item.checked ? '☑ ' : '☐ '}</span>}
            {all(item.tokens, depth)}
          </li>
        ));
        return ordered ? <ol start={start === '' ? 1 : start}>{rows}</ol> : <ul>{rows}</ul>;
      }
      case 'table':
        return <Table {...(token as Tokens.Table)} inside={(tokens) => all(tokens, depth)} />;
      case 'link':
        return SAFE_LINK.test(token.href) ? (
          <a href={token.href} target="_blank" rel="noreferrer">
            {all(token.tokens, depth)}
          </a>
        ) : (
          all(token.tokens, depth)
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
        return 'tokens' in token && token.tokens ? all(token.tokens, depth) : unescaped(token.text);
      default: // HTML among them
        return token.raw;
    }
  }
  return { all };
}

interface TableProps extends Tokens.Table {
  readonly inside: (tokens: readonly Token[]) => ReactNode;
}

function Table({ header, rows, inside }: TableProps) {
  return (
    <table className="plain-table">
      <thead>
        <tr>
          {header.map((cell, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <th key={i} scope="col">
              {inside(cell.tokens)}
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
              <td key={i}>{inside(cell.tokens)}</td>
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
