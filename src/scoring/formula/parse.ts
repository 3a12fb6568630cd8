/**
 * A formula's text as a tree of what it says. Nothing is looked up: `check.ts` knows the names.
 *
 *     comparison := sum [("<" | "<=" | ">" | ">=" | "==") sum]
 *     sum        := product {("+" | "-") product}
 *     product    := signed {("*" | "/") signed}
 *     signed     := "-" signed | power
 *     power      := primary ["^" signed]
 *     primary    := number | name | name "(" comparison {"," comparison} ")" | "(" comparison ")"
 */
import { err, ok, type Result } from '../../base/result.ts';

export const OPERATORS = ['+', '-', '*', '/', '^', '<', '<=', '>', '>=', '=='] as const;
export type Operator = (typeof OPERATORS)[number];

/** `at` is the place of its first character, of an operation that of its operator. */
export type Expression =
  | { readonly kind: 'number'; readonly at: number; readonly value: number }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  | {
      readonly kind: 'call';
      readonly at: number;
      readonly name: string;
      readonly inner: readonly Expression[];
    }
  | {
      readonly kind: 'operation';
      readonly at: number;
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** What is wrong with a formula, and where. */
export interface FormulaError {
  /** Characters before the place, 0 to the length of the text. */
  readonly at: number;
  /** “)” is out of place */
  readonly what: string;
  /** a number, a term or “(” */
  readonly expected: string;
}

/** A formula comes from an address or a file, too: what is longer is not read. */
export const LONGEST_FORMULA = 500;

interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'end';
  readonly at: number;
  readonly text: string;
}

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/y;
const NAME = /[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*/iy;
const SIGN = /<=|>=|==|[-+*/^<>(),]/y;

export function parseFormula(text: string): Result<Expression, FormulaError> {
  if (text.length > LONGEST_FORMULA) {
    return wrong(LONGEST_FORMULA, 'the formula goes on', `at most ${LONGEST_FORMULA} characters`);
  }
  const tokens = tokensOf(text);
  return tokens.ok ? parseTokens(tokens.value) : tokens;
}

const wrong = (at: number, what: string, expected: string) => err({ at, what, expected });

function tokensOf(text: string): Result<Token[], FormulaError> {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++;
      continue;
    }
    const token =
      match(NUMBER, 'number', text, at) ??
      match(NAME, 'name', text, at) ??
      match(SIGN, 'sign', text, at);
    if (token === null) {
      const sign = String.fromCodePoint(text.codePointAt(at)!);
      return wrong(at, `“${sign}” means nothing here`, 'a number, a term or an operator');
    }
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', at: text.length, text: '' });
  return ok(tokens);
}

function match(pattern: RegExp, kind: Token['kind'], text: string, at: number): Token | null {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? null : { kind, at, text: found[0] };
}

const OPERAND = 'a number, a term or “(”';

/** Thrown by the functions that go down the tree, and caught where the parser ends. */
class Misplaced {
  readonly token: Token;
  readonly expected: string;
  constructor(token: Token, expected: string) {
    this.token = token;
    this.expected = expected;
  }
}

function parseTokens(tokens: readonly Token[]): Result<Expression, FormulaError> {
  let place = 0;
  const next = (): Token => tokens[place]!;
  const take = (): Token => tokens[place++]!;
  const isSign = (...signs: readonly string[]): boolean =>
    next().kind === 'sign' && signs.includes(next().text);
  const need = (sign: string, expected: string): void => {
    if (!isSign(sign)) throw new Misplaced(next(), expected);
    place++;
  };

  const operate = (left: Expression, { at, text }: Token, right: Expression): Expression => ({
    kind: 'operation',
    at,
    operator: text as Operator,
    left,
    right,
  });
  const comparison = (): Expression => {
    const left = sum();
    return isSign('<', '<=', '>', '>=', '==') ? operate(left, take(), sum()) : left;
  };
  const sum = (): Expression => {
    let left = product();
    while (isSign('+', '-')) left = operate(left, take(), product());
    return left;
  };
  const product = (): Expression => {
    let left = signed();
    while (isSign('*', '/')) left = operate(left, take(), signed());
    return left;
  };
  const signed = (): Expression => {
    if (!isSign('-')) return power();
    const sign = take();
    return operate({ kind: 'number', at: sign.at, value: 0 }, sign, signed());
  };
  const power = (): Expression => {
    const base = primary();
    return isSign('^') ? operate(base, take(), signed()) : base;
  };
  const primary = (): Expression => {
    const token = next();
    if (token.kind === 'end' || (token.kind === 'sign' && token.text !== '(')) {
      throw new Misplaced(token, OPERAND);
    }
    const { kind, at, text } = take();
    if (kind === 'number') return { kind, at, value: Number(text) };
    if (kind === 'name') {
      return isSign('(')
        ? { kind: 'call', at, name: text, inner: list() }
        : { kind, at, name: text };
    }
    const inner = comparison();
    need(')', 'an operator or “)”');
    return inner;
  };
  const list = (): Expression[] => {
    place++;
    const inner = [comparison()];
    while (isSign(',')) {
      place++;
      inner.push(comparison());
    }
    need(')', 'an operator, “,” or “)”');
    return inner;
  };

  try {
    const whole = comparison();
    if (next().kind !== 'end') throw new Misplaced(next(), 'an operator or the end');
    return ok(whole);
  } catch (cause) {
    if (!(cause instanceof Misplaced)) throw cause;
    const { token, expected } = cause;
    const what = token.kind === 'end' ? 'the formula ends here' : `“${token.text}” is out of place`;
    return wrong(token.at, what, expected);
  }
}
