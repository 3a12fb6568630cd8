import { beforeEach, expect, test } from 'vitest';
import { cutPiece, outlineOf } from '../../base/column-pieces.ts';
import type { ScoreOutcome } from '../../run/outcome.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakePlainScores, fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { notAtHand } from '../../worker/job-failure.ts';

const imported = importedFixture();
const scores = fakeScores(imported.traces);
const PIECE = 1000;

function setUp() {
  const { fake, dataset, runs } = createFakeStores();
  dataset.setState({ dataset: { id: 'dataset-1', name: 'one', imported, roles: [] } });
  runs.getState().restore(fakeRun(), null);
  return {
    ...fake,
    state: runs.getState,
    asked: () => fake.started.map(({ kind }) => kind),
    trained() {
      const { training } = runs.getState();
      return training.phase === 'done' ? training.run.detectors[0]! : null;
    },
    givePiece(of: ScoreOutcome) {
      const { input, finish } = fake.last('takeTerms');
      return finish(cutPiece(of, input.first, PIECE)!);
    },
  };
}

let page: ReturnType<typeof setUp>;
beforeEach(() => {
  page = setUp();
});

test.each([
  ['terms', scores],
  ['one score per trace', fakePlainScores(imported.traces)],
] as const)('scores are taken in pieces, %s', async (_, of) => {
  const scoring = page.state().score();
  await page.last('score').finish(outlineOf(of));
  for (let pieces = 0; page.state().scoring.phase === 'running'; pieces++) {
    expect(page.last('takeTerms').input.first).toBe(pieces * PIECE);
    expect(page.trained()?.scores).toBeNull();
    await page.givePiece(of);
  }
  await scoring;
  expect(page.trained()?.scores).toEqual(of);
});

test('Cancel between two pieces leaves the run without scores, to be scored again', async () => {
  const scoring = page.state().score();
  await page.last('score').finish(outlineOf(scores));
  await page.givePiece(scores);
  page.state().cancelScoring();
  const asked = page.asked().length;
  await page.givePiece(scores);
  await scoring;
  expect(page.asked()).toHaveLength(asked);
  expect(page.state().scoring.phase).toBe('idle');
  expect(page.trained()?.scores).toBeNull();
  void page.state().score();
  expect(page.asked().slice(asked)).toEqual(['score']);
});

test('scored again between two pieces, the run has none of the first', async () => {
  void page.state().score();
  await page.last('score').finish(outlineOf(scores));
  await page.givePiece(scores);
  const late = page.last('takeTerms');
  const again = page.state().scoreAgain();
  const score = scores.scores.full.test.map((value) => value + 0.5);
  const changed = { ...scores, scores: { ...scores.scores, full: { val: score, test: score } } };
  await page.last('score').finish(outlineOf(changed));
  await late.finish(cutPiece(scores, late.input.first, PIECE)!);
  while (page.state().scoring.phase === 'running') await page.givePiece(changed);
  await again;
  expect(page.trained()?.scores).toEqual(changed);
});

test('a training of another run between two pieces ends the taking', async () => {
  void page.state().score();
  await page.last('score').finish(outlineOf(scores));
  await page.givePiece(scores);
  const late = page.last('takeTerms');
  void page.state().train();
  const asked = page.asked().length;
  await late.fail(notAtHand);
  expect(page.asked()).toHaveLength(asked);
  expect(page.state()).toMatchObject({
    training: { phase: 'running', runId: 'id' },
    scoring: { phase: 'idle' },
  });
});

test('a piece that the worker has no more is said, as a scoring that failed', async () => {
  const scoring = page.state().score();
  await page.last('score').finish(outlineOf(scores));
  await page.last('takeTerms').fail(notAtHand);
  await scoring;
  expect(page.state().scoring).toEqual({ phase: 'failed', failure: notAtHand });
});
