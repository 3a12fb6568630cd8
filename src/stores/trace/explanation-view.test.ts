import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { TermsModel } from '../../detectors/detector.ts';
import type { StructureDecoder } from '../../detectors/tracevae/meta.ts';
import { traceSetOfTrees } from '../../inspect/edit-tree.ts';
import { combineScores, SCORE_CEILING } from '../../scoring/combine.ts';
import { correctionsOf, VARIANTS } from '../../scoring/corrections/list.ts';
import {
  editedTraces,
  TOY_DATA,
  TOY_OPTIONS,
  trainedToyModel,
} from '../../testing/edited-traces.ts';
import { layoutWaterfall } from '../../ui/charts/waterfall-layout.ts';
import {
  CEILING,
  ceilingWords,
  explainedParts,
  missingCalls,
  nodeTotals,
} from './explanation-view.ts';

let byPaths: TermsModel;
const models = new Map<StructureDecoder, TermsModel>();
beforeAll(async () => {
  byPaths = await trainedToyModel('call-paths');
  models.set('call-paths', byPaths).set('paper', await trainedToyModel());
});

test.each(['paper', 'call-paths'] as const)(
  'the waterfall of any trace sums to the score that scoring gives, remainder included (%s)',
  async (decoder) => {
    const model = models.get(decoder)!;
    await fc.assert(
      fc.asyncProperty(
        editedTraces,
        fc.constantFrom(...VARIANTS),
        fc.integer({ min: 1, max: 20 }),
        async ({ trace, tree }, variant, top) => {
          const corrections = correctionsOf(variant);
          const traces = traceSetOfTrees(TOY_DATA.traces, trace, [tree]);
          const data = { ...TOY_DATA, traces };
          const explained = await model.explain(data, 0, { ...TOY_OPTIONS, corrections });
          const terms = await model.scoreTerms(data, Uint32Array.of(0), {
            ...TOY_OPTIONS,
            signal: new AbortController().signal,
            onProgress: () => {},
          });
          const score = combineScores(terms, corrections)[0]!;
          const split = explained.contributions.corrected;
          const parts = explainedParts(traces, explained, split);

          const layout = layoutWaterfall(parts, {
            total: split.score,
            top,
            totalLabel: 'score',
            remainderLabel: 'remainder',
            ceiling: CEILING,
          });
          const last = layout.bars.at(-2)!.kind;
          expect(last === 'ceiling').toBe(score >= SCORE_CEILING);
          // Past the ceiling of scores parts are of any size, and float64 has its own limits.
          const largest = Math.max(...parts.map(({ value }) => Math.abs(value)));
          const rounding = score < SCORE_CEILING ? 0 : Number.EPSILON * parts.length * largest;
          const end = layout.bars.at(-2)!.to;
          expect(Math.abs(end - split.score)).toBeLessThan(1e-4 + rounding);
          // the table's terms are float32
          expect(Math.abs(split.score - score)).toBeLessThan(1e-4 * Math.max(1, Math.abs(score)));

          // The remainder is not whatever is left: it is what the logarithm of the mean over samples
          // adds, 0 where all samples are alike and log L where one alone counts.
          const sum = parts.reduce((total, { value }) => total + value, 0);
          if (score < SCORE_CEILING) {
            // The score is made of terms in float32, each rounded by half of 2^-23 of its size.
            const size = parts.reduce((total, { value }) => total + Math.abs(value), 0);
            const stored = 2 ** -23 * size;
            expect(split.score - sum).toBeGreaterThan(-stored - 1e-6);
            expect(split.score - sum).toBeLessThan(Math.log(TOY_OPTIONS.samples) + stored + 1e-6);
          }
          // every node's share is among the parts
          const shared = split.klStructure + split.klLatency + split.nodeCount + split.padding;
          const absent = split.absentCalls.reduce((total, value) => total + value, 0);
          const ofNodes = nodeTotals(split).reduce((total, value) => total + value, 0);
          expect(Math.abs(shared + absent + ofNodes - sum)).toBeLessThan(1e-4 + rounding);
        },
      ),
      { numRuns: 40 },
    );
  },
);

test('a call that a trace lacks is named with how often such traces have it', async () => {
  const corrections = correctionsOf('full');
  const { traces } = TOY_DATA;
  // 1 calls 2, and in most traces 3
  const trace = traces.structureOf.indexOf(1);
  const explained = await byPaths.explain(TOY_DATA, trace, { ...TOY_OPTIONS, corrections });
  const parts = explainedParts(traces, explained, explained.contributions.corrected);
  const missing = parts.filter(({ label }) => label === 'missing call');
  expect(missing).toHaveLength(1);
  expect(missing[0]).toMatchObject({
    detail: expect.stringMatching(/^shop\/operation 3 \(present in [\d.]+ % of such traces\)$/),
    node: 0,
  });
  expect(missing[0]!.value).toBeGreaterThan(0);
  const likely = { ...explained.absentCalls!, probability: Float32Array.of(0.998) };
  expect(missingCalls(traces, { ...explained, absentCalls: likely })).toEqual([
    'shop/operation 3 (present in 99.8 % of such traces)',
  ]);
  const unlikely = { ...likely, probability: Float32Array.of(0.2) };
  expect(missingCalls(traces, { ...explained, absentCalls: unlikely })).toEqual([]);
  expect(missingCalls(traces, { ...explained, absentCalls: null })).toEqual([]);
});

test('the title of a trace names the ceiling where its score was cut to it', () => {
  expect(ceilingWords(SCORE_CEILING, 'terms')).toBe(', the ceiling');
  expect(ceilingWords(SCORE_CEILING - 1, 'terms')).toBe('');
  expect(ceilingWords(SCORE_CEILING, 'plain')).toBe('');
});
