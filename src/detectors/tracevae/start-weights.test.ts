/** Training that begins with a kept model's weights, on data with another vocabulary. */
import { expect, test } from 'vitest';
import { startTestBackend } from '../../testing/backends.ts';
import { smallSettings } from '../../testing/small-tracevae.ts';
import { toyData } from '../../testing/toy-traces.ts';
import { underVocabulary } from '../../trace/under-vocabulary.ts';
import { operationsOf } from '../../trace/vocabulary.ts';
import type { DetectorData, FitContext, FitEvent, StartingModel } from '../detector.ts';
import { type TraceVaeSettings, traceVaeConfig } from './meta.ts';
import { fitTraceVae } from './tracevae.ts';

const DATA = toyData(36);
/** Two operations that the model never saw, one before and one behind those that it knows. */
const LATER: DetectorData = (() => {
  const texts = operationsOf(DATA.traces);
  const { traces } = underVocabulary(DATA.traces, [
    { service: 'new', name: 'first' },
    ...texts,
    { service: 'new', name: 'last' },
  ]);
  const grown = ({ length }: Float64Array, of: Float64Array): Float64Array =>
    Float64Array.from({ length: length + 2 }, (_, id) => of[id - 1] ?? 1);
  const { meanUs, divisorUs } = DATA.scale;
  const scale = {
    ...DATA.scale,
    meanUs: grown(meanUs, meanUs),
    divisorUs: grown(divisorUs, divisorUs),
  };
  return { ...DATA, traces, scale };
})();

const settingsOf = (epochs: number, decoder: 'paper' | 'call-paths'): TraceVaeSettings => {
  const settings = smallSettings(epochs);
  const phases = { epochsJoint: 0, epochsTime: 0, learningRateStepEpoch: 1 };
  return {
    ...settings,
    model: { ...settings.model, structureDecoder: decoder },
    schedule: { ...settings.schedule, ...(epochs === 0 && { phases }) },
  };
};

async function fitOn(data: DetectorData, settings: TraceVaeSettings, start?: StartingModel) {
  const losses: number[] = [];
  const onEvent = (event: FitEvent): void => {
    if (event.kind === 'epoch') losses.push(event.point.loss);
  };
  const context: FitContext = {
    seed: 1,
    control: {
      signal: new AbortController().signal,
      stopRequested: () => false,
      whenRunning: () => Promise.resolve(),
    },
    onEvent,
    ...(start && { start }),
  };
  const fitted = await fitTraceVae(data, traceVaeConfig(settings), context);
  return { fitted, losses };
}

async function trained(decoder: 'paper' | 'call-paths'): Promise<StartingModel> {
  const { fitted } = await fitOn(DATA, settingsOf(4, decoder));
  if (!fitted.ok) throw new Error(fitted.error.what);
  const weights = await fitted.value.saveWeights();
  fitted.value.dispose();
  return { name: 'shop', operations: operationsOf(DATA.traces), weights };
}

test.each(['paper', 'call-paths'] as const)(
  'with the %s decoder it begins where the model ended, whatever the ids of operations are now',
  async (decoder) => {
    await startTestBackend('cpu');
    const start = await trained(decoder);
    const [here, there] = await Promise.all(
      [
        await fitOn(DATA, settingsOf(0, decoder), start),
        await fitOn(LATER, settingsOf(0, decoder), start),
      ].map(async ({ fitted }, i) => {
        if (!fitted.ok) throw new Error(fitted.error.what);
        const data = [DATA, LATER][i]!;
        const { traces } = data;
        const terms = await fitted.value.scoreTerms(data, data.val, {
          samples: 2,
          seed: 1,
          stdLimits: { global: 1, byOperation: new Float64Array(traces.operations.length).fill(1) },
          signal: new AbortController().signal,
          onProgress: () => {},
        });
        fitted.value.dispose();
        return terms;
      }),
    );
    // p(Y | z) has two operations more to choose from
    for (const term of ['logQz', 'logPz', 'logPNodeCount'] as const) {
      expect(there!.structure[term], term).toEqual(here!.structure[term]);
    }
    expect(there!.latency).toEqual(here!.latency);
  },
);

test('the first epoch from a model has a lower loss than one from nothing', async () => {
  await startTestBackend('cpu');
  const start = await trained('call-paths');
  const settings = settingsOf(1, 'call-paths');
  const [on, anew] = [await fitOn(LATER, settings, start), await fitOn(LATER, settings)];
  expect(on.losses[0]).toBeLessThan(anew.losses[0]! - 1);
});

test('a model of other sizes is refused in words', async () => {
  await startTestBackend('cpu');
  const start = await trained('paper');
  const other = await fitOn(DATA, settingsOf(1, 'call-paths'), start);
  expect(other.fitted).toMatchObject({
    ok: false,
    error: {
      kind: 'unusable-data',
      what: expect.stringContaining('structure decoder is another one'),
      advice: 'choose the settings of the model, or start at random',
    },
  });
  const settings = settingsOf(1, 'paper');
  const wider = { ...settings, model: { ...settings.model, units: 7 } };
  expect((await fitOn(DATA, wider, start)).fitted).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('the model shop do not fit these settings') },
  });
});
