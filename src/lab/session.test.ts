/** The lab's session against a recomputation from the terms, whatever was asked for before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runThrough } from '../base/slices.ts';
import { combineScores, combineSets } from '../scoring/combine.ts';
import { VARIANTS, type Variant, variantWith } from '../scoring/corrections/list.ts';
import { limitsFor } from '../scoring/corrections/stdlimit.ts';
import { evaluate } from '../scoring/evaluate.ts';
import { EDGE_BOUNDARIES } from '../scoring/score-terms.ts';
import { PAPER_RULE, type ThresholdRule } from '../scoring/threshold-rule.ts';
import { RANDOM_MAX_NODES, randomTerms } from '../testing/random-terms.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { labelCode } from '../trace/trace-set.ts';
import { tracesPerDay } from '../trace/traffic.ts';
import { createLab, type Lab, type LabOf } from './lab.ts';
import type { LabInput } from './session.ts';
import { type LabSetting, paperSetting } from './setting.ts';

const TRACES = 60;
const SIZES = { structures: 7, samples: 3, operations: 6 };
const test = randomTerms(1, { ...SIZES, traces: TRACES });
const val = randomTerms(2, { ...SIZES, traces: 40 });
const LABELS = ['normal', 'normal', 'structure', 'time'] as const;
const traces = {
  ...toyTraces(TRACES),
  label: Uint8Array.from({ length: TRACES }, (_, t) => labelCode(LABELS[t % 4]!)),
  file: Uint16Array.from({ length: TRACES }, (_, t) => (t < 20 ? 0 : 1)),
};

const labOf = (runId: string): LabOf => ({
  of: { runId, detector: 'tracevae', epoch: null },
  file: null,
});
const A = labOf('a');

/** A session of all there is, unless told. */
function openLab(lab: Lab, input: Partial<LabInput & LabOf> = {}, of = traces) {
  const { source = 'operation' } = input;
  const scores = combineSets(val, test, source);
  const whole = { ...A, val, test, scores, source, ...input };
  return runThrough(lab.open(of, whole));
}

function open(file: number | null = null) {
  const lab = createLab();
  return { lab, session: openLab(lab, { file }) };
}

const paper: LabSetting = paperSetting({ stdlimit: { source: 'operation' } });

const settings: fc.Arbitrary<LabSetting> = fc.record({
  rule: fc.constantFrom<ThresholdRule>(
    { kind: 'percentile', percentile: 90 },
    PAPER_RULE,
    { kind: 'robust' },
    { kind: 'top', traces: 7 },
    { kind: 'budget', alarms: 1, traces: 1000 },
  ),
  constants: fc.record({
    bcscale: fc.record({
      scalingFactor: fc.integer({ min: 1, max: 2 * RANDOM_MAX_NODES }),
      boundary: fc.constantFrom(...EDGE_BOUNDARIES),
    }),
    ncnorm: fc.record({ nodeCountExponent: fc.constantFrom(0, 0.35, 1, 1.5, 2) }),
    stdlimit: fc.record({
      source: fc.constantFrom('global', 'operation'),
      stdPercentile: fc.constantFrom(90, 95.5, 99, 100),
    }),
  }),
});

function fromScratch(
  variant: Variant,
  { constants }: LabSetting,
): { scores: Float64Array; valScores: Float64Array } {
  const corrections = variantWith(variant, constants);
  const limits = limitsFor(val, constants);
  return {
    scores: combineScores(test, corrections, limits),
    valScores: combineScores(val, corrections, limits),
  };
}

describe('a session', () => {
  it('gives scores, metrics and ranks as a recomputation does, after any sequence of sliders', () => {
    const { lab } = open();
    fc.assert(
      fc.property(fc.constantFrom(...VARIANTS), settings, (variant, setting) => {
        const asked = { ...A, variant, setting };
        const { scores, valScores } = fromScratch(variant, setting);
        const report = evaluate(scores, traces.label, valScores, {
          rule: setting.rule,
          tracesPerDay: tracesPerDay(traces, test.trace),
        });
        expect(lab.variant(asked)!.picture.report).toEqual(report);

        const ranked = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
        const listed = lab.traces({ ...asked, from: -Infinity, to: Infinity })!;
        expect([...listed.trace]).toEqual(ranked);
        expect([...listed.score]).toEqual(ranked.map((row) => scores[row]!));
        expect([...listed.rank]).toEqual(ranked.map((_, i) => i + 1));
      }),
      { numRuns: 200 },
    );
  });

  it('lists the traces of a range, both ends counted, with their ranks among all', () => {
    const { lab } = open();
    const { scores } = fromScratch('nll', paper);
    const ascending = scores.toSorted();
    const [from, to] = [ascending[10]!, ascending[20]!];
    const listed = lab.traces({ ...A, variant: 'nll', setting: paper, from, to })!;
    expect([...listed.score]).toEqual([...ascending.subarray(10, 21)].reverse());
    expect(listed.rank[0]).toBe(TRACES - 20);
    const none = lab.traces({
      ...A,
      variant: 'nll',
      setting: paper,
      from: 1e7,
      to: 2e7,
    })!;
    expect(none.trace).toHaveLength(0);
  });

  it('is of one test file where one was chosen', () => {
    const { lab, session } = open(0);
    expect([...session.trace]).toEqual(Array.from({ length: 20 }, (_, t) => t));
    expect(session.counts).toMatchObject({ normal: 10, structure: 5, time: 5 });
    const why = lab.view('why', { ...A, file: 0, variant: 'full', setting: paper })!;
    expect(why.fromTop).toHaveLength(20);
    expect(why.parts.reduce((sum, { count }) => sum + count, 0)).toBe(20);
    expect(why.inverted.every(({ trace }) => trace < 20)).toBe(true);
    const latent = lab.view('latent', { ...A, file: 0, variant: 'full', setting: paper })!;
    expect(latent.z2!.x).toHaveLength(20);
  });

  it.each([
    ['no trace', 0],
    ['one trace', 1],
    ['two traces', 2],
  ])('has every view of %s', (_words, count) => {
    const lab = createLab();
    const few = { ...traces, file: traces.file.map((_file, t) => (t < count ? 0 : 1)) };
    expect(openLab(lab, { file: 0 }, few).traces).toBe(count);
    for (const variant of VARIANTS) {
      const asked = { ...A, file: 0, variant, setting: paper };
      expect(lab.variant(asked)!.places.every(Number.isFinite)).toBe(true);
      const why = lab.view('why', asked)!;
      expect([...why.nodePlaces, ...why.fromTop].every(Number.isFinite)).toBe(true);
      expect(why.boxes.reduce((sum, box) => sum + box.count, 0)).toBe(count);
      const { z, z2 } = lab.view('latent', asked)!;
      expect([...z.x, ...z.y, ...z2!.x, ...z2!.y].every(Number.isFinite)).toBe(true);
      expect(lab.view('evidence', asked)!.kept!.stds.edges.every(Number.isFinite)).toBe(true);
    }
  });

  it('knows what an older run cannot do, and does the rest', () => {
    const lab = createLab();
    const { detail: _, ...older } = test;
    const { detail: _unused, ...olderVal } = val;
    const input = { val: olderVal, test: older, source: 'global' } as const;
    expect(openLab(lab, input).detailed).toBe(false);
    const constants = {
      bcscale: { scalingFactor: 3 },
      ncnorm: { nodeCountExponent: 0.5 },
      stdlimit: { source: 'global' },
    };
    const asked = {
      ...A,
      variant: 'full',
      setting: { ...paper, constants },
    } as const;
    expect(lab.variant(asked)!.picture.report.total.anomalies).toBe(30);
    expect(lab.view('latent', asked)).toBeNull();
    expect(lab.view('evidence', asked)!.kept).toBeNull();
  });

  it('is the last that was asked for, whichever is made first', () => {
    const lab = createLab();
    const scores = combineSets(val, test, 'global');
    const input = { val, test, scores, source: 'global', file: null } as const;
    const early = lab.open(traces, { ...input, ...labOf('early') });
    early.next();
    runThrough(lab.open(traces, { ...input, ...labOf('late') }));
    runThrough(early);
    const ask = (run: string) => lab.variant({ ...labOf(run), variant: 'nll', setting: paper });
    expect(ask('early')).toBeNull();
    expect(ask('late')).not.toBeNull();
  });

  it('answers no question of a session before it', () => {
    const { lab } = open();
    openLab(lab, { ...labOf('b'), source: 'global' });
    expect(lab.variant({ ...A, variant: 'nll', setting: paper })).toBeNull();
    lab.close();
    expect(lab.variant({ ...labOf('b'), variant: 'nll', setting: paper })).toBeNull();
  });
});
