import { beforeEach, describe, expect, it } from 'vitest';
import { runThrough } from '../../base/slices.ts';
import { createLab } from '../../lab/lab.ts';
import { settingKey } from '../../lab/setting.ts';
import { VARIANT_STEPS } from '../../scoring/corrections/list.ts';
import { PAPER_RULE } from '../../scoring/threshold-rule.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakePlainScores, fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { createInspectStore } from '../scores/inspect-store.ts';
import { createLabStore } from './lab-store.ts';

const imported = importedFixture();
const { traces } = imported;

async function setUp() {
  const { fake, dataset, runs } = createFakeStores();
  const inspect = createInspectStore(fake.client, runs, dataset, () => null);
  const store = createLabStore({ client: fake.client, dataset, runs, inspect });
  const run = fakeRun();
  const withScores = () => ({
    ...run,
    detectors: [{ ...run.detectors[0]!, scores: fakeScores(traces) }],
  });
  runs.getState().restore(withScores(), null);

  const lab = createLab();
  let answered = 0;
  /** Answers what the store has asked for, until it asks no more. */
  const answer = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (; answered < fake.started.length; answered++) {
      const job = fake.started[answered]!;
      const { input } = job;
      if (job.kind === 'openLab') {
        const { val, test, scores } = fakeScores(traces);
        const opened = { ...(input as object), val, test, scores };
        await job.finish(runThrough(lab.open(traces, opened as never)));
      }
      if (job.kind === 'labVariant') await job.finish(lab.variant(input as never)!);
      if (job.kind === 'labView') await job.finish(lab.view('why', input as never)!);
      if (job.kind === 'labTraces') await job.finish(lab.traces(input as never)!);
    }
  };
  const asked = (kind: string): number => fake.started.filter((job) => job.kind === kind).length;
  return { ...fake, runs, inspect, store, state: store.getState, answer, asked, withScores };
}

let notebook: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  notebook = await setUp();
  void notebook.state().open();
  expect(notebook.asked('openLab')).toBe(1);
});

describe('the lab', () => {
  it('is of TraceVAE while History is shown, and shows TraceVAE where its constants are used', async () => {
    const { state, answer, runs, inspect, withScores, last } = notebook;
    await answer();
    const run = withScores();
    const plain = fakePlainScores(traces);
    const history = { ...run.detectors[0]!, detector: 'history' as const, scores: plain };
    runs.getState().restore({ ...run, id: 'run-2', detectors: [history, ...run.detectors] }, null);
    expect(inspect.getState().chosen?.of).toBe(plain);
    void state().open();
    await answer();
    expect(last('openLab').input.of).toEqual({
      runId: 'run-2',
      detector: 'tracevae',
      epoch: null,
    });
    expect(state().lab.phase).toBe('open');
    void state().use();
    expect(inspect.getState().detector).toBe('tracevae');
    expect(state().lab.phase).toBe('open');
  });

  it('shows every variant under the paper’s constants once it is open', async () => {
    const { state, answer } = notebook;
    expect(state().lab.phase).toBe('opening');
    await answer();
    expect(state().lab.phase).toBe('open');
    for (const step of VARIANT_STEPS) {
      expect(state().shown[step]?.key).toBe(settingKey(step, state().setting));
    }
  });

  it('combines anew only what a slider concerns, the variant in sight first', async () => {
    const { state, answer, started, asked } = notebook;
    await answer();
    const before = asked('labVariant');
    void state().show('full');
    void state().tune('ncnorm', { nodeCountExponent: 0.5 });
    await answer();
    const later = started
      .filter((job) => job.kind === 'labVariant')
      .slice(before)
      .map(({ input }) => (input as { variant: string }).variant);
    expect(later).toEqual(['full', 'ncnorm']);
  });

  it('shows what a slider moves: a variant without its correction would stand still', async () => {
    const { state, answer } = notebook;
    await answer();
    expect(state().variant).toBe('nll');
    void state().tune('ncnorm', { nodeCountExponent: 0.5 });
    expect(state().variant).toBe('full');
    void state().show('bcscale');
    void state().tune('bcscale', { scalingFactor: 3 });
    expect(state().variant).toBe('bcscale');
    void state().tune('stdlimit', { source: 'operation' });
    expect(state().variant).toBe('full');
    await answer();
    expect(state().shown.full?.key).toBe(settingKey('full', state().setting));
  });

  it('goes back to the paper’s constants, and stays with where sigma is from', async () => {
    const { state, answer } = notebook;
    await answer();
    const { setting } = state();
    void state().tune('stdlimit', { source: 'global' });
    void state().tune('ncnorm', { nodeCountExponent: 0.5 });
    void state().follow({ kind: 'percentile', percentile: 95 });
    void state().resetTuning();
    expect(state().setting.rule).toEqual({ kind: 'percentile', percentile: 95 });
    void state().follow(PAPER_RULE);
    expect(state().setting.constants).toMatchObject({ ncnorm: {}, stdlimit: { source: 'global' } });
    void state().tune('stdlimit', { source: 'operation' });
    expect(settingKey('full', state().setting)).toBe(settingKey('full', setting));
  });

  it('gives its constants to Scores and Flagged, and every correction with them', async () => {
    const { state, answer, inspect, last } = notebook;
    await answer();
    void state().tune('ncnorm', { nodeCountExponent: 0.5 });
    void state().tune('bcscale', { scalingFactor: 7 });
    void state().use();
    const corrections = {
      bcscale: { scalingFactor: 7 },
      ncnorm: { nodeCountExponent: 0.5 },
      stdlimit: { source: 'operation' },
    };
    expect(inspect.getState().corrections).toMatchObject(corrections);
    expect(last('combine').input.corrections).toMatchObject(corrections);
    await answer();
    expect(state().lab.phase).toBe('open');
  });

  it('has one job under way, and leaves out the places that a slider has passed', async () => {
    const { state, answer, asked, last } = notebook;
    await answer();
    void state().show('ncnorm');
    const before = asked('labVariant');
    for (const nodeCountExponent of [0.9, 0.8, 0.7, 0.6])
      void state().tune('ncnorm', { nodeCountExponent });
    expect(asked('labVariant')).toBe(before + 1);
    await answer();
    expect(last('labVariant').input.setting.constants.ncnorm).toEqual({
      nodeCountExponent: 0.6,
    });
    expect(state().shown.ncnorm?.key).toBe(settingKey('ncnorm', state().setting));
    // the first place, then the last one for both variants
    expect(asked('labVariant')).toBe(before + 3);
  });

  it('lists a brushed range, and lists it anew when its scores move', async () => {
    const { state, answer, asked } = notebook;
    await answer();
    void state().show('ncnorm');
    void state().brush([-1e6, 1e6]);
    await answer();
    expect(state().list?.trace.length).toBeGreaterThan(0);
    void state().tune('ncnorm', { nodeCountExponent: 0.3 });
    await answer();
    expect(asked('labTraces')).toBe(2);
    void state().show('nll');
    expect(state()).toMatchObject({ range: null, list: null });
  });

  it('computes a view when it is looked at, and again when a slider has moved', async () => {
    const { state, answer, asked } = notebook;
    await answer();
    expect(asked('labView')).toBe(0);
    void state().look('why');
    await answer();
    expect(state().views.why?.value.parts.length).toBeGreaterThan(0);
    void state().tune('bcscale', { scalingFactor: 5 });
    await answer();
    expect(asked('labView')).toBe(2);
    void state().look('marks');
    void state().tune('bcscale', { scalingFactor: 6 });
    await answer();
    expect(asked('labView')).toBe(2);
  });

  it('closes with the scores that it was opened on, and opens on others', async () => {
    const { state, answer, runs, withScores, asked } = notebook;
    await answer();
    void state().open();
    expect(asked('openLab')).toBe(1);
    runs.getState().restore(withScores(), null);
    expect(state().lab.phase).toBe('closed');
    expect(state().shown).toEqual({});
    void state().open();
    await answer();
    expect(state().lab.phase).toBe('open');
    expect(asked('openLab')).toBe(2);
  });

  it('says what went wrong, and tries again when a slider moves', async () => {
    const { state, answer, last } = notebook;
    await answer();
    void state().show('full');
    void state().tune('bcscale', { scalingFactor: 2 });
    const failure = { kind: 'bug', what: 'it broke', where: 'the worker', advice: 'x' } as const;
    await last('labVariant').fail(failure);
    expect(state().failure).toEqual(failure);
    await answer();
    void state().tune('bcscale', { scalingFactor: 3 });
    await answer();
    expect(state().failure).toBeNull();
    expect(state().shown.full?.key).toBe(settingKey('full', state().setting));
  });
});
