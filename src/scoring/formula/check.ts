/** A formula whose names are known and whose values fit each other, or what is wrong and where. */
import { err, ok, type Result } from '../../base/result.ts';
import { EDGE_BOUNDARIES } from '../score-terms.ts';
import { type Expression, type FormulaError, type Operator, parseFormula } from './parse.ts';
import { EDGE_TERMS, type EdgeTerm, type Kept, type Level, TERMS, type Term } from './terms.ts';

export type Checked = { readonly level: Level } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'edges'; readonly term: EdgeTerm; readonly below: number }
  | {
      readonly kind: 'operation';
      readonly operator: Operator;
      readonly left: Checked;
      readonly right: Checked;
    }
  | { readonly kind: 'each'; readonly name: EachName; readonly inner: readonly Checked[] }
  | {
      readonly kind: 'reduction';
      readonly name: ReductionName;
      readonly inner: Checked;
      /** Of `topk`. */
      readonly most: number;
    }
);

/** Value by value. */
const EACH = ['ln', 'exp', 'abs', 'min', 'max'] as const;
export type EachName = (typeof EACH)[number];

/** From values per node, or per sample, to one per trace. */
const REDUCTIONS = ['sum', 'mean', 'min', 'max', 'topk', 'logsumexp', 'score'] as const;
export type ReductionName = (typeof REDUCTIONS)[number];

/** How each function is written, and its words. */
export const FUNCTIONS: readonly { readonly written: string; readonly words: string }[] = [
  { written: 'ln(x)', words: 'natural logarithm' },
  { written: 'exp(x)', words: 'e to the power of x' },
  { written: 'abs(x)', words: 'x without its sign' },
  { written: 'min(a, b)', words: 'the smallest of two or more' },
  { written: 'max(a, b)', words: 'the largest of two or more' },
  { written: 'sum(x)', words: 'sum over the nodes of a trace, or over its samples' },
  { written: 'mean(x)', words: 'mean over nodes, or samples' },
  { written: 'min(x)', words: 'smallest of all nodes, or samples' },
  { written: 'max(x)', words: 'largest of all nodes, or samples' },
  { written: 'topk(3, x)', words: 'sum of the three largest' },
  { written: 'logsumexp(x)', words: 'ln of the sum of e to the power of x' },
  {
    written: 'score(x)',
    words: 'equation (3): −ln of the mean over samples of e to the power of −x',
  },
];

const NAMES = [...TERMS, ...EDGE_TERMS].map(({ name }) => name);
const FUNCTION_NAMES: readonly string[] = [...new Set([...EACH, ...REDUCTIONS])];

/** Thrown on the way down, caught by {@link checkFormula}. */
class Wrong {
  readonly error: FormulaError;
  constructor({ at }: Pick<Expression, 'at'>, what: string, expected: string) {
    this.error = { at, what, expected };
  }
}

/** @returns what {@link file://./evaluate.ts} computes: one value per trace, or the mean over samples */
export function checkFormula(text: string): Result<Checked, FormulaError> {
  const parsed = parseFormula(text);
  if (!parsed.ok) return parsed;
  try {
    const checked = check(parsed.value);
    const start = { at: 0 };
    if (checked.level === 'node') {
      throw new Wrong(
        start,
        'this is one value per node',
        'sum, max, mean, topk or logsumexp of it',
      );
    }
    if (checked.level === 'model') {
      throw new Wrong(start, 'this is the same for every trace', 'a term, such as full or kl.z2');
    }
    return ok(checked);
  } catch (cause) {
    if (cause instanceof Wrong) return err(cause.error);
    throw cause;
  }
}

function check(expression: Expression): Checked {
  switch (expression.kind) {
    case 'number':
      return { kind: 'number', level: 'model', value: expression.value };
    case 'name':
      return checkName(expression, expression.name);
    case 'operation': {
      const [left, right] = [check(expression.left), check(expression.right)];
      const { operator } = expression;
      return {
        kind: 'operation',
        level: joinLevels(expression, [left, right]),
        operator,
        left,
        right,
      };
    }
    case 'call':
      return checkCall(expression);
  }
}

function checkName(at: Expression, name: string): Checked {
  const term = TERMS.find((one) => one.name === name);
  if (term !== undefined) return { kind: 'term', level: term.level, term };
  if (EDGE_TERMS.some((one) => one.name === name)) {
    throw new Wrong(at, `“${name}” lacks its probability`, `${name}(0.5)`);
  }
  if (FUNCTION_NAMES.includes(name)) {
    throw new Wrong(at, `“${name}” is a function`, `${name}(…)`);
  }
  throw new Wrong(at, `there is no term “${name}”`, nearest(name, NAMES));
}

type Call = Extract<Expression, { kind: 'call' }>;

function checkCall(call: Call): Checked {
  const { name } = call;
  const term = EDGE_TERMS.find((one) => one.name === name);
  if (term !== undefined) return checkEdges(call, term);
  if (!FUNCTION_NAMES.includes(name)) {
    if (NAMES.includes(name)) throw new Wrong(call, `“${name}” is a term`, `${name} alone`);
    throw new Wrong(call, `there is no function “${name}”`, nearest(name, FUNCTION_NAMES));
  }
  if (name === 'topk') return checkTopK(call);
  const inner = call.inner.map(check);
  const [first] = inner;
  const isEach = EACH.find((one) => one === name);
  const several = name === 'min' || name === 'max';
  if (inner.length > 1 && !several) {
    throw new Wrong(call.inner[1]!, `${name} takes one value`, `${name}(x)`);
  }
  if (isEach !== undefined && (!several || inner.length > 1)) {
    return { kind: 'each', name: isEach, level: joinLevels(call, inner), inner };
  }
  return reduction(call, name as ReductionName, first!, 1);
}

function reduction(call: Call, name: ReductionName, inner: Checked, most: number): Checked {
  const fits = inner.level === 'sample' || (inner.level === 'node' && name !== 'score');
  if (!fits) {
    const what = `${name} is over ${name === 'score' ? 'samples' : 'nodes or samples'}`;
    const example = name === 'score' ? 'kl.z2' : 'self';
    throw new Wrong(call, `${what}, and there is one value`, `a term of them, such as ${example}`);
  }
  return { kind: 'reduction', name, level: 'trace', inner, most };
}

function checkTopK(call: Call): Checked {
  const [most, inner, more] = call.inner;
  const counts = most?.kind === 'number' && Number.isInteger(most.value) && most.value > 0;
  if (!counts) throw new Wrong(most ?? call, 'topk begins with a whole number', 'topk(3, x)');
  if (inner === undefined || more !== undefined) {
    throw new Wrong(more ?? call, 'topk takes a number and one value', 'topk(3, x)');
  }
  return reduction(call, 'topk', check(inner), most.value);
}

function checkEdges(call: Call, term: EdgeTerm): Checked {
  const [below, more] = call.inner;
  const boundary =
    below?.kind === 'number'
      ? EDGE_BOUNDARIES.find((p) => Math.abs(p - below.value) < 1e-9)
      : undefined;
  if (boundary === undefined || more !== undefined) {
    const steps = 'a step of 0.05 from 0.05 to 0.95';
    throw new Wrong(more ?? below ?? call, 'edges are kept by steps of their probability', steps);
  }
  return { kind: 'edges', level: term.level, term, below: boundary };
}

function joinLevels(at: Pick<Expression, 'at'>, parts: readonly Checked[]): Level {
  const has = (level: Level): boolean => parts.some((part) => part.level === level);
  if (has('node') && has('sample')) {
    throw new Wrong(at, 'one side is per node, the other per sample', 'sum, max or mean of either');
  }
  if (has('node')) return 'node';
  if (has('sample')) return 'sample';
  return has('trace') ? 'trace' : 'model';
}

/** Names that begin alike, else all of them. */
function nearest(name: string, names: readonly string[]): string {
  for (let length = name.length; length > 0; length--) {
    const alike = names.filter((one) => one.startsWith(name.slice(0, length).toLowerCase()));
    if (alike.length > 0) return alike.join(', ');
  }
  return names.join(', ');
}

/** Why a formula cannot be computed from what a run and its dataset keep; null where it can. */
export function whatIsAbsent(checked: Checked, kept: Kept): string | null {
  switch (checked.kind) {
    case 'number':
      return null;
    case 'term':
      return checked.term.absent(kept);
    case 'edges':
      return checked.term.absent(kept, checked.below);
    case 'operation':
      return whatIsAbsent(checked.left, kept) ?? whatIsAbsent(checked.right, kept);
    case 'each':
      return checked.inner.reduce<string | null>(
        (found, one) => found ?? whatIsAbsent(one, kept),
        null,
      );
    case 'reduction':
      return whatIsAbsent(checked.inner, kept);
  }
}
