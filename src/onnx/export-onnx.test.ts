/** The graphs of trained models, run by onnxruntime, against the terms that the notebook computes. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DetectorData } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/registry.ts';
import type { ModelSettings } from '../detectors/tracevae/meta.ts';
import { fitLatencyScale } from '../features/latency-scale.ts';
import { fitTargetScale } from '../features/latency-target.ts';
import { tracesThatFit } from '../features/splits.ts';
import { importSimulated } from '../ingest/import-simulated.ts';
import type { KeptDetector } from '../model/kept-model.ts';
import type { RunSettings } from '../run/settings.ts';
import { simulateStandIn } from '../simulator/stand-ins.ts';
import { startTestBackend } from '../testing/backends.ts';
import { distancesOf } from '../testing/onnx-terms.ts';
import { fakeSettings } from '../testing/run-fakes.ts';
import { smallSettings } from '../testing/small-tracevae.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { pickTraces } from '../trace/pick-traces.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import { exportOnnx, type TrainedModel } from './export-onnx.ts';

const DETECTORS_WITH_TERMS = [
  'tracevae',
  'tracevae-fc',
  'tracevae-singlez',
  'tracevae-dimex',
] as const;

const SIMULATED = importSimulated(() => simulateStandIn({ id: 'A', traces: 400 }, 1)).traces;

type TermsDetector = (typeof DETECTORS_WITH_TERMS)[number];

interface Question {
  readonly traces: TraceSet;
  readonly changes: Partial<ModelSettings>;
  readonly detectors: readonly TermsDetector[];
}

/** Trained for a moment on the first half, the others validate. */
async function train({ traces, changes, detectors: ids }: Question): Promise<TrainedModel> {
  const { model: small, schedule, scoring } = smallSettings(3);
  const model = { ...small, ...changes };
  const settings: RunSettings = {
    ...fakeSettings(),
    model,
    schedule: { ...schedule, learningRate: 5e-3, batchSize: 32 },
    scoring: { ...scoring, samples: 4 },
    detectors: ids,
    seed: 3,
  };
  const fitting = tracesThatFit(traces, model.maxNodes);
  const [train, val] = [fitting.filter((_, i) => i % 2 === 0), fitting.filter((_, i) => i % 2 > 0)];
  const { latencyTarget = 'linear' } = model;
  const scale = {
    ...fitLatencyScale(traces, train, 'robust'),
    ...(latencyTarget !== 'linear' && { target: fitTargetScale(traces, train, latencyTarget) }),
  };
  const data: DetectorData = { traces, train, val, scale };
  const detectors: KeptDetector[] = [];
  const control = {
    signal: new AbortController().signal,
    stopRequested: () => false,
    whenRunning: async () => {},
  };
  for (const detector of ids) {
    const fitted = await DETECTORS[detector].fit(data, settings, {
      seed: 3,
      control,
      onEvent: () => {},
    });
    if (!fitted.ok || fitted.value.kind !== 'terms') {
      throw new Error(fitted.ok ? 'no terms' : `${detector}: ${fitted.error.what}`);
    }
    const weights = await fitted.value.saveWeights();
    const stdLimits = await fitted.value.stdLimits(data, val, 3);
    detectors.push({ detector, weights, stdLimits, threshold: 'p99', val: {} });
    fitted.value.dispose();
  }
  const app = { name: 'notebook', version: '0' };
  const origin = {
    name: 'kept',
    keptAt: 0,
    app,
    files: [],
    dataHash: '',
    traces: { train: 0, val: 0 },
  };
  return { origin, settings, scale, detectors, validation: pickTraces(traces, val) };
}

/**
 * Some validation traces; every seventh node has an operation that the model never saw, or another
 * one than it was recorded with.
 */
function tracesFor({ validation, scale }: TrainedModel): TraceSet {
  const { structures } = validation;
  const known = scale.meanUs.length;
  const operation = structures.operation.map((id, node) =>
    node % 7 !== 3 ? id : node % 2 === 0 ? known + 5 : 1 + ((id + node) % (known - 1)),
  );
  return { ...validation, structures: { ...structures, operation } };
}

const MODELS: readonly (Question & { readonly set: string })[] = [
  {
    set: 'a toy dataset',
    traces: toyTraces(80),
    changes: { latencyTails: 'gaussian' },
    detectors: DETECTORS_WITH_TERMS,
  },
  {
    set: 'a stand-in',
    traces: SIMULATED,
    changes: { maxNodes: 24 },
    detectors: DETECTORS_WITH_TERMS,
  },
  {
    set: 'a stand-in, by call paths',
    traces: SIMULATED,
    changes: { maxNodes: 24, latencyTarget: 'log-self', structureDecoder: 'call-paths' },
    // dummies are on no call path: there is no such DimEx
    detectors: ['tracevae', 'tracevae-fc', 'tracevae-singlez'],
  },
];

describe.each(MODELS)('of a model of $set', (question) => {
  let model: TrainedModel;
  beforeAll(async () => {
    await startTestBackend('wasm');
    model = await train(question);
  }, 60_000);

  test.each(question.detectors)('the graphs of %s give its terms', async (detector) => {
    const traces = tracesFor(model);
    const selected = Uint32Array.from({ length: Math.min(40, traceCount(traces)) }, (_, i) => i);
    const apart = await distancesOf(model, detector, traces, selected);
    expect(Object.keys(apart)).toHaveLength(11);
    for (const [name, far] of Object.entries(apart)) expect(far, name).toBeLessThan(1e-4);
  });
});

test('a model without terms is refused with a sentence', async () => {
  await startTestBackend('wasm');
  const model = await train({ ...MODELS[0]!, detectors: ['tracevae-fc'] });
  expect(exportOnnx(model, 'tracevae')).toMatchObject({
    ok: false,
    error: { where: '--detector', advice: 'use one of: tracevae-fc' },
  });
  expect(exportOnnx({ ...model, detectors: [] }, null)).toMatchObject({
    ok: false,
    error: { advice: 'train tracevae, or one of its ablations' },
  });
});

test('a model that counts which calls fail is refused: its scores would be others', async () => {
  await startTestBackend('cpu');
  const traces = toyTraces(40);
  const errorCount = Uint16Array.from(traces.latencyUs, (_, i) => Number(i % 7 === 0));
  const changes = { statusTerm: 'errors' } as const;
  const question = { changes, detectors: ['tracevae'] } as const;
  const counting = await train({ ...question, traces: { ...traces, errorCount } });
  expect(exportOnnx(counting, null)).toMatchObject({
    ok: false,
    error: { where: expect.stringContaining('p(E') as unknown },
  });
  expect(exportOnnx(await train({ ...question, traces }), null).ok).toBe(true);
});
