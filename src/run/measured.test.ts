import { expect, test } from 'vitest';
import type { ScoresModel } from '../detectors/detector.ts';
import { assignSets } from '../features/splits.ts';
import { correctionsOf } from '../scoring/corrections/list.ts';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { fakeSettings } from '../testing/run-fakes.ts';
import { setCode } from '../trace/trace-set.ts';
import { combinedScores, storedScores } from './chosen-scores.ts';
import { detectorSets } from './detector-sets.ts';
import { seenIn } from './measured.ts';
import { scoreSets } from './score-sets.ts';
import { splitOptions } from './settings.ts';

const { traces } = importedFixture();

/** A trace's score is its number. */
const model = {
  kind: 'scores',
  scoreTraces: async (_: unknown, selected: Uint32Array) => ({
    score: Float64Array.from(selected),
  }),
} as unknown as ScoresModel;

async function scored(of: 'marked' | undefined) {
  const settings = { ...fakeSettings(), ...(of === undefined ? {} : { scored: of }) };
  const sets = { ...detectorSets(traces, settings), detector: 'duration' as const, settings };
  const outcome = await scoreSets(sets, model, {
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  return { settings, outcome: outcome! };
}

test('every trace has a score, those of training and validation a mark, and metrics are of test alone', async () => {
  const [some, every] = [await scored(undefined), await scored('marked')];
  const sets = assignSets(traces, splitOptions(every.settings));
  const { trace } = every.outcome.test;
  expect(trace.length).toBe(sets.filter((set) => set !== setCode('unused')).length);
  const seen = seenIn(every.outcome)!;
  expect([...seen]).toEqual(Array.from(trace, (t) => Number(sets[t] !== setCode('test'))));
  expect(seen).toContain(0);
  expect(seen).toContain(1);
  expect(every.outcome).toMatchObject({
    kind: 'plain',
    report: (some.outcome as { report?: unknown }).report,
  });
  expect(seenIn(some.outcome)).toBeNull();
});

test('a chosen threshold measures test alone too, and is of the same traces', async () => {
  const corrections = correctionsOf('full');
  const rule = { kind: 'top', traces: 5 } as const;
  const [some, every] = [await scored(undefined), await scored('marked')].map(({ outcome }) =>
    combinedScores(traces, outcome, 'duration', { corrections, file: null, rule }),
  );
  expect(every!.report).toEqual(some!.report);
  expect(every!.rows.length).toBeGreaterThan(some!.rows.length);
  const { settings, outcome } = await scored('marked');
  const choice = { corrections, file: null };
  const stored = storedScores(outcome, settings.scoring.stdLimit, 'duration', choice)!;
  expect(stored.rows).toHaveLength(outcome.test.trace.length);
});
