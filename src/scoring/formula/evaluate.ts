/**
 * A checked formula over all traces: block by block, so that what is computed on the way stays in
 * the processor's cache however many traces there are.
 */
import { clipScore } from '../combine.ts';
import type { Checked, EachName, ReductionName } from './check.ts';
import type { Block, Fill, FormulaSource } from './fills.ts';
import type { Operator } from './parse.ts';
import type { Level } from './terms.ts';

const BLOCK_TRACES = 1024;

/** Values of a block, as many as the level has. */
type Values = (block: Block) => Float64Array;

/** @returns [T] higher is more anomalous; no number, and more than the ceiling, counts as the ceiling */
export function evaluateFormula(checked: Checked, source: FormulaSource): Float64Array {
  const { trace, samples } = source.terms;
  const { nodeOffset } = source.traces;
  const firstNode = new Uint32Array(trace.length + 1);
  for (let t = 0; t < trace.length; t++) {
    firstNode[t + 1] = firstNode[t]! + nodeOffset[trace[t]! + 1]! - nodeOffset[trace[t]!]!;
  }
  const values = prepare(checked, source);
  const scores = new Float64Array(trace.length);
  for (let from = 0; from < trace.length; from += BLOCK_TRACES) {
    const block = { from, to: Math.min(from + BLOCK_TRACES, trace.length), firstNode };
    const own = values(block);
    const whole =
      checked.level === 'sample'
        ? reduce('mean', own, groupEnds('sample', block, samples), 1)
        : own;
    for (let i = 0; i < whole.length; i++) scores[from + i] = clipScore(whole[i]!);
  }
  return scores;
}

function prepare(checked: Checked, source: FormulaSource): Values {
  const { samples } = source.terms;
  switch (checked.kind) {
    case 'number':
      return () => Float64Array.of(checked.value);
    case 'term':
      return filled(checked.term.of(source), checked.level, samples);
    case 'edges':
      return filled(checked.term.of(source, checked.below), checked.level, samples);
    case 'operation': {
      const [left, right] = [checked.left, checked.right].map((side) =>
        spread(side, checked.level, source),
      );
      const operate = OPERATIONS[checked.operator];
      return (block) => operate(left!(block), right!(block));
    }
    case 'each': {
      const inner = checked.inner.map((one) => spread(one, checked.level, source));
      const each = EACH[checked.name];
      return (block) => {
        const [first, ...others] = inner.map((values) => values(block));
        return others.length === 0 ? each(first!, first!) : others.reduce(each, first!);
      };
    }
    case 'reduction': {
      const { name, most, inner } = checked;
      const values = prepare(inner, source);
      return (block) => reduce(name, values(block), groupEnds(inner.level, block, samples), most);
    }
  }
}

const filled =
  (fill: Fill, level: Level, samples: number): Values =>
  (block) => {
    const values = new Float64Array(lengthOf(level, block, samples));
    fill(block, values);
    return values;
  };

function lengthOf(level: Level, { from, to, firstNode }: Block, samples: number): number {
  if (level === 'model') return 1;
  if (level === 'node') return firstNode[to]! - firstNode[from]!;
  return (to - from) * (level === 'sample' ? samples : 1);
}

/** The same values repeated, as many as another level has. */
function spread(checked: Checked, level: Level, source: FormulaSource): Values {
  const values = prepare(checked, source);
  if (checked.level === level) return values;
  const { samples } = source.terms;
  return (block) => {
    const own = values(block);
    if (checked.level === 'model') {
      return new Float64Array(lengthOf(level, block, samples)).fill(own[0]!);
    }
    const ends = groupEnds(level, block, samples);
    const all = new Float64Array(lengthOf(level, block, samples));
    let at = 0;
    ends.forEach((end, t) => {
      for (; at < end; at++) all[at] = own[t]!;
    });
    return all;
  };
}

/** [traces of the block] behind each trace's last value, of a level with several per trace. */
function groupEnds(level: Level, { from, to, firstNode }: Block, samples: number): Uint32Array {
  const ends = new Uint32Array(to - from);
  for (let t = from; t < to; t++) {
    ends[t - from] =
      level === 'node' ? firstNode[t + 1]! - firstNode[from]! : (t - from + 1) * samples;
  }
  return ends;
}

/** Both have as many values, made for this operation alone: the first may be written over. */
type Operate = (a: Float64Array, b: Float64Array) => Float64Array;

/** What formulas do most has a loop of its own: a function per value costs several times as much. */
const OPERATIONS: Readonly<Record<Operator, Operate>> = {
  '+'(a, b) {
    for (let i = 0; i < a.length; i++) a[i]! += b[i]!;
    return a;
  },
  '-'(a, b) {
    for (let i = 0; i < a.length; i++) a[i]! -= b[i]!;
    return a;
  },
  '*'(a, b) {
    for (let i = 0; i < a.length; i++) a[i]! *= b[i]!;
    return a;
  },
  '/'(a, b) {
    for (let i = 0; i < a.length; i++) a[i]! /= b[i]!;
    return a;
  },
  '>'(a, b) {
    for (let i = 0; i < a.length; i++) a[i] = a[i]! > b[i]! ? 1 : 0;
    return a;
  },
  '^': (a, b) => a.map((x, i) => x ** b[i]!),
  '<': (a, b) => a.map((x, i) => Number(x < b[i]!)),
  '<=': (a, b) => a.map((x, i) => Number(x <= b[i]!)),
  '>=': (a, b) => a.map((x, i) => Number(x >= b[i]!)),
  '==': (a, b) => a.map((x, i) => Number(x === b[i]!)),
};

const EACH: Readonly<Record<EachName, Operate>> = {
  ln: (a) => a.map(Math.log),
  exp: (a) => a.map(Math.exp),
  abs: (a) => a.map(Math.abs),
  min: (a, b) => a.map((x, i) => Math.min(x, b[i]!)),
  max: (a, b) => a.map((x, i) => Math.max(x, b[i]!)),
};

/** @param ends [traces] behind each trace's last value; every trace has one */
function reduce(
  name: ReductionName,
  values: Float64Array,
  ends: Uint32Array,
  most: number,
): Float64Array {
  const of = REDUCTIONS[name];
  const reduced = new Float64Array(ends.length);
  let from = 0;
  for (let t = 0; t < ends.length; t++) {
    reduced[t] = of(values, from, ends[t]!, most);
    from = ends[t]!;
  }
  return reduced;
}

type Reduce = (values: Float64Array, from: number, to: number, most: number) => number;

const sum: Reduce = (values, from, to) => {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
};
const max: Reduce = (values, from, to) => {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) largest = Math.max(largest, values[i]!);
  return largest;
};
/** The maximum taken out, so that no power overflows. */
const logSumExp = (values: Float64Array, from: number, to: number, sign: 1 | -1): number => {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) largest = Math.max(largest, sign * values[i]!);
  if (!Number.isFinite(largest)) return largest;
  let total = 0;
  for (let i = from; i < to; i++) total += Math.exp(sign * values[i]! - largest);
  return largest + Math.log(total);
};

const REDUCTIONS: Readonly<Record<ReductionName, Reduce>> = {
  sum,
  max,
  mean: (values, from, to, most) => sum(values, from, to, most) / (to - from),
  min(values, from, to) {
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = from; i < to; i++) smallest = Math.min(smallest, values[i]!);
    return smallest;
  },
  topk(values, from, to, most) {
    const falling = values.slice(from, to).sort().reverse();
    return sum(falling, 0, Math.min(most, falling.length), most);
  },
  logsumexp: (values, from, to) => logSumExp(values, from, to, 1),
  score: (values, from, to) => clipScore(Math.log(to - from) - logSumExp(values, from, to, -1)),
};
