import { expect, test } from 'vitest';
import type { DetectorModel } from '../detectors/detector.ts';
import { correctionsOf, VARIANTS } from '../scoring/corrections/list.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { randomTerms } from '../testing/random-terms.ts';
import { fakeSettings } from '../testing/run-fakes.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { combinedScores, storedScores } from './chosen-scores.ts';
import { scoreSets } from './score-sets.ts';

const traces = { ...toyTraces(90), label: Uint8Array.from({ length: 90 }, (_, t) => 1 + (t % 3)) };
const [val, scored] = [30, 60].map((from) => Uint32Array.from({ length: 30 }, (_, i) => from + i));
const settings = fakeSettings();

/** What scoring stores, of random terms or scores. */
async function outcomeOf(kind: 'terms' | 'plain') {
  const sizes = { traces: 30, structures: 3, samples: 4, operations: 4 };
  const termsOf = (selected: Uint32Array): ScoreTerms => ({
    ...randomTerms(selected[0]!, sizes),
    trace: selected,
  });
  const model = {
    kind: kind === 'terms' ? 'terms' : 'scores',
    stdLimits: async () => termsOf(val!).stdLimits,
    scoreTerms: async (_: unknown, selected: Uint32Array) => termsOf(selected),
    scoreTraces: async (_: unknown, selected: Uint32Array) => ({
      score: Float64Array.from(selected, (t) => (t * 7) % 11),
    }),
  } as unknown as DetectorModel;
  const outcome = await scoreSets(
    {
      detector: kind === 'terms' ? 'tracevae' : 'vgae',
      data: { traces, val: val! } as never,
      test: scored!,
      settings,
    },
    model,
    { signal: new AbortController().signal, onProgress: () => {} },
  );
  return outcome!;
}

test('every named variant is stored as the worker would combine it', async () => {
  const scores = await outcomeOf('terms');
  const { stdLimit } = settings.scoring;
  for (const variant of VARIANTS) {
    const choice = { corrections: correctionsOf(variant, stdLimit), file: null };
    expect(storedScores(scores, stdLimit, 'tracevae', choice)).toEqual(
      combinedScores(traces, scores, 'tracevae', choice),
    );
  }
});

test('other corrections, and one file by itself, are combined anew', async () => {
  const scores = await outcomeOf('terms');
  const full = correctionsOf('full', 'operation');
  const other = { ...full, bcscale: undefined };
  expect(
    storedScores(scores, 'operation', 'tracevae', { corrections: other, file: null }),
  ).toBeNull();
  expect(storedScores(scores, 'global', 'tracevae', { corrections: full, file: null })).toBeNull();
  expect(storedScores(scores, 'operation', 'tracevae', { corrections: full, file: 1 })).toBeNull();
});

test('a detector without terms has its scores, whatever the corrections are', async () => {
  const plain = await outcomeOf('plain');
  const choice = { corrections: correctionsOf('nll'), file: null };
  expect(storedScores(plain, 'global', 'tracevae', choice)).toEqual(
    combinedScores(traces, plain, 'vgae', choice),
  );
});
