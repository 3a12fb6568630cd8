import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RANDOM_MAX_NODES, randomTerms } from '../../testing/random-terms.ts';
import { type NodeByHand, tracesByHand } from '../../testing/traces-by-hand.ts';
import { combineScores } from '../combine.ts';
import { VARIANTS, variantWith } from '../corrections/list.ts';
import { limitedBy, limitsFor } from '../corrections/stdlimit.ts';
import type { ScoreTerms } from '../score-terms.ts';
import { checkFormula, FUNCTIONS, whatIsAbsent } from './check.ts';
import { evaluateFormula } from './evaluate.ts';
import { PAPER_FORMULAS } from './paper.ts';
import { LONGEST_FORMULA } from './parse.ts';
import { EDGE_TERMS, TERMS } from './terms.ts';

const SIZES = { traces: 12, structures: 5, samples: 3, operations: 4 };

/** Chains of as many calls as the terms say, each node 1 ms longer than what it calls. */
function chains({ nodeCount }: ScoreTerms) {
  const traces = tracesByHand(
    Array.from(nodeCount, (size) =>
      Array.from({ length: size }, (_, i): NodeByHand => [i - 1, 1 + i, size - i]),
    ),
  );
  const errorCount = Uint16Array.from(traces.latencyUs, (_, i) => i % 2);
  return { ...traces, errorCount };
}

function scoresOf(text: string, terms: ScoreTerms, corrections = {}): number[] {
  const checked = checkFormula(text);
  if (!checked.ok) throw new Error(`${checked.error.at}: ${checked.error.what}`);
  const limits = limitsFor(terms, corrections);
  return [...evaluateFormula(checked.value, { terms, traces: chains(terms), corrections, limits })];
}

test('the paper’s scores are formulas, too', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...VARIANTS),
      fc.constantFrom('global' as const, 'operation' as const),
      fc.integer({ min: 1, max: 1e6 }),
      (variant, source, seed) => {
        // the paper’s traces have no statuses
        const { status: _, ...terms } = randomTerms(seed, SIZES);
        const corrections = { stdlimit: limitedBy(source) };
        const own = combineScores(terms, variantWith(variant, corrections));
        const written = scoresOf(PAPER_FORMULAS[variant], terms, corrections);
        const named = scoresOf(variant, terms, corrections);
        own.forEach((score, t) => {
          expect(Math.abs(written[t]! - score)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(score)));
        });
        expect(named).toEqual([...own]);
      },
    ),
    { numRuns: 300 },
  );
});

test('every term has values, and none of them is the same for all', () => {
  const terms = randomTerms(3, { ...SIZES, traces: 40 });
  const alone = TERMS.filter(({ level }) => level !== 'model');
  const written = alone.map(({ name, level }) => (level === 'node' ? `sum(${name})` : name));
  for (const text of [...written, ...EDGE_TERMS.map(({ name }) => `${name}(0.3)`)]) {
    expect(new Set(scoresOf(text, terms)).size, text).toBeGreaterThan(1);
  }
});

test('values per sample are averaged, those of nodes reduced, and numbers go with any', () => {
  const terms = randomTerms(5, SIZES);
  const { logQz2, logPz2 } = terms.latency;
  const klZ2 = (t: number): number =>
    [0, 1, 2].reduce((sum, l) => sum + logQz2[3 * t + l]! - logPz2[3 * t + l]!, 0) / 3;
  const full = combineScores(terms, variantWith('full', {}));
  scoresOf('full + 2*kl.z2', terms).forEach((score, t) => {
    expect(score).toBeCloseTo(full[t]! + 2 * klZ2(t), 9);
  });
  const sizes = Array.from(terms.nodeCount);
  expect(scoresOf('max(latency)', terms)).toEqual(sizes);
  expect(scoresOf('min(self) + sum(self)', terms)).toEqual(sizes.map((n) => 1 + n));
  expect(scoresOf('topk(2, latency)', terms)).toEqual(sizes.map((n) => (n === 1 ? 1 : 2 * n - 1)));
  expect(scoresOf('sum(latency > 2)', terms)).toEqual(sizes.map((n) => Math.max(0, n - 2)));
  expect(scoresOf('mean(spans) * n_max', terms)).toEqual(sizes.map(() => RANDOM_MAX_NODES));
  expect(scoresOf('logsumexp(1000 + 0*latency)', terms)[0]).toBeCloseTo(
    1000 + Math.log(sizes[0]!),
    9,
  );
});

test('operators bind as in a book', () => {
  const [n] = randomTerms(5, SIZES).nodeCount;
  const value = (text: string): number => scoresOf(`${text} + 0*nodes`, randomTerms(5, SIZES))[0]!;
  expect(value('2 + 3*4^2/8 - 1')).toBe(7);
  expect(value('-2^2')).toBe(-4);
  expect(value('2^-1')).toBe(0.5);
  expect(value('2^3^2')).toBe(512);
  expect(value('1 - 2 - 3')).toBe(-4);
  expect(value('.5e1 * (1 + 1)')).toBe(10);
  expect(value('min(3, 2, 4) + max(1, nodes)')).toBe(2 + n!);
  expect(value('(nodes >= 1) == 1')).toBe(1);
});

test('what is no number, or beyond the ceiling, counts as the ceiling', () => {
  const terms = randomTerms(5, SIZES);
  expect(new Set(scoresOf('ln(0 - nodes)', terms))).toEqual(new Set([1e5]));
  expect(new Set(scoresOf('exp(1000*nodes)', terms))).toEqual(new Set([1e5]));
});

const WRONG: readonly [string, number, RegExp, RegExp][] = [
  ['', 0, /ends here/, /a number, a term/],
  ['full +', 6, /ends here/, /a number, a term/],
  ['full + )', 7, /“\)” is out of place/, /a number, a term/],
  ['full 2', 5, /“2” is out of place/, /an operator or the end/],
  ['(full', 5, /ends here/, /“\)”/],
  ['max(self, ', 10, /ends here/, /a number/],
  ['full § 2', 5, /“§” means nothing/, /operator/],
  ['ful + 1', 0, /no term “ful”/, /full/],
  ['full + nll.tme', 7, /no term “nll.tme”/, /nll\.time/],
  ['lg(full)', 0, /no function “lg”/, /ln, logsumexp/],
  ['self', 0, /one value per node/, /sum, max/],
  ['1 + 2', 0, /the same for every trace/, /full/],
  ['full + sum(self * kl.z)', 16, /per node.*per sample/, /sum, max or mean/],
  ['sum(full)', 0, /one value/, /self/],
  ['score(self)', 0, /over samples/, /kl\.z2/],
  ['topk(self, 3)', 5, /whole number/, /topk\(3, x\)/],
  ['topk(2)', 0, /a number and one value/, /topk/],
  ['ln(full, 2)', 9, /one value/, /ln\(x\)/],
  ['edges.below', 0, /lacks its probability/, /edges\.below\(0\.5\)/],
  ['edges.below(.33)', 12, /steps/, /0\.05/],
  ['full(2)', 0, /is a term/, /full alone/],
  ['max', 0, /is a function/, /max\(…\)/],
  ['constructor', 0, /no term/, /./],
  ['full < 1 < 2', 9, /“<” is out of place/, /the end/],
  [`full${' + 1'.repeat(200)}`, LONGEST_FORMULA, /goes on/, /at most/],
];
test.each(WRONG)('%s is told at its character', (text, at, what, expected) => {
  const checked = checkFormula(text);
  if (checked.ok) throw new Error('it was taken');
  expect(checked.error).toEqual({
    at,
    what: expect.stringMatching(what),
    expected: expect.stringMatching(expected),
  });
});

test('no text makes it fail otherwise than with a place within the text', () => {
  const pieces = [
    ...TERMS.map(({ name }) => name),
    '(',
    ')',
    ',',
    '+',
    '-',
    '^',
    '<',
    ' ',
    '2',
    'max',
    'topk',
  ];
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 30 }),
      (all) => {
        const text = all.join('');
        const checked = checkFormula(text);
        if (checked.ok) return;
        expect(checked.error.at).toBeGreaterThanOrEqual(0);
        expect(checked.error.at).toBeLessThanOrEqual(text.length);
        expect(checked.error.expected).not.toBe('');
      },
    ),
  );
});

test('brackets as deep as the length allows are read', () => {
  const deep = (LONGEST_FORMULA - 4) / 2;
  expect(checkFormula(`${'('.repeat(deep)}full${')'.repeat(deep)}`).ok).toBe(true);
});

test('what a run or its dataset did not keep is said', () => {
  const absent = (text: string, detail: boolean, status: boolean): string | null => {
    const checked = checkFormula(text);
    if (!checked.ok) throw new Error(checked.error.what);
    return whatIsAbsent(checked.value, { detail, status });
  };
  expect(absent('full + sum(std)', false, true)).toMatch(/scored before/);
  expect(absent('nll.edges.below(0.3)', false, true)).toMatch(/scored before/);
  expect(absent('nll.edges.below(0.5)', false, true)).toBeNull();
  expect(absent('sum(max(status, self))', true, false)).toMatch(/how it ended/);
  expect(absent('sum(max(status, self)) + sum(std)', true, true)).toBeNull();
});

test('docs/formulas.md lists every term and function, in the same words', () => {
  const document = readFileSync('docs/formulas.md', 'utf8');
  const rows = [
    ...TERMS.map((term) => ({ ...term, written: term.name })),
    ...EDGE_TERMS.map((term) => ({ ...term, written: `${term.name}(p)` })),
  ].map(({ written, level, unit, words }) => `| \`${written}\` | ${level} | ${unit} | ${words} |`);
  const functions = FUNCTIONS.map(({ written, words }) => `| \`${written}\` | ${words} |`);
  for (const row of [...rows, ...functions]) expect(document).toContain(row);
});

test('each function that is listed can be written', () => {
  for (const { written } of FUNCTIONS) {
    const filled = written.replaceAll(/\b[abx]\b/g, 'kl.z2');
    expect(checkFormula(filled), filled).toMatchObject({ ok: true });
  }
});
