/** What every detector promises, as tests: seeded, cancellable, finite, no leaked tensors. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type {
  DetectorData,
  DetectorModel,
  FitContext,
  FitEvent,
  FitResult,
  SavedWeights,
  TermsModel,
} from '../detectors/detector.ts';
import type { TermMeta } from '../detectors/shared/settings.ts';
import * as tf from '../nn/tf.ts';
import { combineVariants } from '../scoring/combine.ts';
import { correctionsOf } from '../scoring/corrections/list.ts';
import { startTestBackend, type TestBackend } from './backends.ts';
import { toyData } from './toy-traces.ts';

export interface DetectorUnderTest {
  readonly fit: (data: DetectorData, context: FitContext) => FitResult;
  readonly restore: (operationCount: number, weights: SavedWeights) => DetectorModel;
  /** Whether it trains in epochs, with a curve. */
  readonly hasCurve: boolean;
}

const SEED = 7;

/** sigma_p99 = 1 everywhere; the toy traces have few operations. */
const UNIT_LIMITS = { global: 1, byOperation: new Float64Array(64).fill(1) };

interface Watched {
  readonly context: FitContext;
  readonly events: FitEvent[];
}

/** A run that is watched, and stopped or cancelled on its first progress if asked to. */
function watch(ending?: 'stop' | 'cancel'): Watched {
  const abort = new AbortController();
  const events: FitEvent[] = [];
  let stopped = false;
  const onEvent = (event: FitEvent): void => {
    events.push(event);
    if (event.kind !== 'progress') return;
    if (ending === 'cancel') abort.abort();
    if (ending === 'stop') stopped = true;
  };
  const control = {
    signal: abort.signal,
    stopRequested: () => stopped,
    whenRunning: async () => {},
  };
  return { context: { seed: SEED, control, onEvent }, events };
}

/** Curves without their times. */
const curveOf = (events: readonly FitEvent[]): unknown[] =>
  events.flatMap((event) => (event.kind === 'epoch' ? [{ ...event.point, seconds: 0 }] : []));

const scoreOptions = {
  samples: 3,
  seed: SEED,
  stdLimits: UNIT_LIMITS,
  corrections: correctionsOf('full'),
  signal: new AbortController().signal,
  onProgress: () => {},
};

const toy = toyData(36);

/** All that a model says of traces: every variant's score, or the one score and its terms. */
async function scoresOf(
  model: DetectorModel,
  selected: Uint32Array,
  data: DetectorData = toy,
): Promise<readonly Float64Array[]> {
  if (model.kind === 'scores') {
    const { score, terms = {} } = await model.scoreTraces(data, selected, scoreOptions);
    return [score, ...Object.values(terms)];
  }
  const terms = await model.scoreTerms(data, selected, scoreOptions);
  return Object.values(combineVariants(terms));
}

/** The toy data with two traces that are equal but for their id and their place in the dataset. */
function twins(): { readonly data: DetectorData; readonly one: number; readonly other: number } {
  const { traces } = toy;
  const { structureOf, nodeOffset } = traces;
  const one = 0;
  const other = structureOf.lastIndexOf(structureOf[one]!);
  const latencyUs = traces.latencyUs.slice();
  latencyUs.copyWithin(nodeOffset[other]!, nodeOffset[one]!, nodeOffset[one + 1]!);
  return { data: { ...toy, traces: { ...traces, latencyUs } }, one, other };
}

/**
 * Starts the backend and trains once for all tests of a `describe`: they read the model and
 * change nothing. The clock stands still, so that there is a checkpoint after every epoch.
 */
function trainedOnce(
  backend: TestBackend,
  detector: DetectorUnderTest,
): () => { readonly model: DetectorModel; readonly events: readonly FitEvent[] } {
  let trained: { readonly model: DetectorModel; readonly events: readonly FitEvent[] };
  beforeAll(async () => {
    await startTestBackend(backend);
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    const { context, events } = watch();
    const result = await detector.fit(toy, context);
    clock.mockRestore();
    if (!result.ok) throw new Error(result.error.what);
    trained = { model: result.value, events };
  });
  afterAll(() => trained.model.dispose());
  return () => trained;
}

async function useAll(model: DetectorModel): Promise<void> {
  await scoresOf(model, toy.val);
  const trace = toy.val[0]!;
  if (model.kind === 'scores') {
    await model.explain(toy, trace, scoreOptions);
    return;
  }
  await model.stdLimits(toy, toy.val, SEED);
  await model.explain(toy, trace, scoreOptions);
}

function describeDetectorContract(
  name: string,
  backend: TestBackend,
  detector: DetectorUnderTest,
): void {
  const train = async (
    from: FitCheckpoint | null = null,
  ): Promise<{ model: DetectorModel; events: FitEvent[] }> => {
    const { context, events } = watch();
    const result = await detector.fit(toy, { ...context, from });
    if (!result.ok) throw new Error(result.error.what);
    return { model: result.value, events };
  };

  describe(`${name} keeps the contract of detectors on ${backend}`, () => {
    const trained = trainedOnce(backend, detector);
    afterEach(() => {
      vi.restoreAllMocks();
    });

    test('the same seed gives the same curve and weights', async () => {
      const first = trained();
      const second = await train();
      expect(curveOf(first.events)).toEqual(curveOf(second.events));
      expect(curveOf(first.events).length > 0).toBe(detector.hasCurve);
      expect(await first.model.saveWeights()).toEqual(await second.model.saveWeights());
      second.model.dispose();
    });

    test('a run that was interrupted goes on to the same curve and weights', async () => {
      vi.spyOn(performance, 'now').mockReturnValue(0);
      const whole = trained();
      const weights = await whole.model.saveWeights();
      const curve = curveOf(whole.events);
      const checkpoints = whole.events.flatMap((event) =>
        event.kind === 'checkpoint' ? [event.checkpoint] : [],
      );
      expect(checkpoints).toHaveLength(Math.max(0, curve.length - 1));
      const before = tf.memory().numTensors;
      for (const checkpoint of checkpoints) {
        const resumed = await train(structuredClone(checkpoint));
        expect(curveOf(resumed.events)).toEqual(curve.slice(checkpoint.epoch));
        expect(await resumed.model.saveWeights()).toEqual(weights);
        resumed.model.dispose();
      }
      expect(tf.memory().numTensors).toBe(before);
    });

    test('curves and scores are finite', async () => {
      const { model, events } = trained();
      for (const event of events) {
        if (event.kind !== 'epoch') continue;
        expect(Number.isFinite(event.point.loss) && Number.isFinite(event.point.valLoss)).toBe(
          true,
        );
      }
      for (const scores of await scoresOf(model, toy.val)) {
        expect(scores.length).toBe(toy.val.length);
        expect(scores.every((score) => Number.isFinite(score))).toBe(true);
      }
    });

    test('a trace’s score does not depend on what else is scored', async () => {
      const { model } = trained();
      const together = await scoresOf(model, toy.val);
      const last = toy.val.length - 1;
      const alone = await scoresOf(model, toy.val.subarray(last));
      alone.forEach((scores, variant) => {
        const other = together[variant]![last]!;
        expect(Math.abs(scores[0]! - other)).toBeLessThan(1e-3 * (1 + Math.abs(other)));
      });
    });

    test('traces that are equal have equal scores, whatever their ids and places', async () => {
      const { model } = trained();
      const { data, one, other } = twins();
      expect(one).not.toBe(other);
      const selected = Uint32Array.of(one, 1, 5, other);
      for (const scores of await scoresOf(model, selected, data)) {
        expect(scores[3]).toBe(scores[0]);
      }
    });

    test('stored weights score as the trained model does', async () => {
      const { model } = trained();
      const restored = detector.restore(toy.traces.operations.length, await model.saveWeights());
      expect(restored.parameterCount).toBe(model.parameterCount);
      expect(await scoresOf(restored, toy.val)).toEqual(await scoresOf(model, toy.val));
      restored.dispose();
    });

    test('Cancel ends the run with nothing kept, Stop keeps the weights; no tensor is left', async () => {
      const before = tf.memory().numTensors;
      const cancelled = await detector.fit(toy, watch('cancel').context);
      expect(cancelled).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
      expect(tf.memory().numTensors).toBe(before);

      const stopped = await detector.fit(toy, watch('stop').context);
      if (!stopped.ok) throw new Error(stopped.error.what);
      await useAll(stopped.value);
      stopped.value.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    test('Cancel while scoring ends it', async () => {
      const { model } = trained();
      const signal = AbortSignal.abort();
      if (model.kind === 'scores') {
        const { score } = await model.scoreTraces(toy, toy.val, { ...scoreOptions, signal });
        expect(score.every((value) => value === 0)).toBe(true);
      } else {
        const terms = await model.scoreTerms(toy, toy.val, { ...scoreOptions, signal });
        expect(terms.latency.logPLatency.every((term) => term === 0)).toBe(true);
      }
    });

    test('too little data is a failure that says so', async () => {
      const empty = { ...toy, train: toy.train.subarray(0, 0) };
      const result = await detector.fit(empty, watch().context);
      expect(result).toMatchObject({ ok: false, error: { kind: 'unusable-data' } });
    });
  });
}

/** The contract of the baselines of section 6.4, and of others that give one score per trace. */
export function describeBaselineContract(
  name: string,
  backend: TestBackend,
  detector: DetectorUnderTest & {
    readonly terms: readonly TermMeta[];
    /** Whether it can be fitted to traces of a single structure. */
    readonly fitsOneStructure: boolean;
  },
): void {
  describeDetectorContract(name, backend, detector);

  describe(`${name}, a baseline, on ${backend}`, () => {
    const trained = trainedOnce(backend, detector);

    test('a single structure is enough, or a failure that says so', async () => {
      const { structureOf } = toy.traces;
      const same = toy.train.filter((trace) => structureOf[trace] === structureOf[toy.train[0]!]);
      const result = await detector.fit({ ...toy, train: same }, watch().context);
      if (detector.fitsOneStructure) {
        if (!result.ok) throw new Error(result.error.what);
        const scores = await scoresOf(result.value, toy.val);
        expect(scores.every((column) => column.every((score) => Number.isFinite(score)))).toBe(
          true,
        );
        result.value.dispose();
        return;
      }
      expect(result).toMatchObject({
        ok: false,
        error: { kind: 'unusable-data', what: expect.stringMatching(/structure/) },
      });
    });

    test('terms are those that the meta names, and add up to the score', async () => {
      const { model } = trained();
      if (model.kind !== 'scores') throw new Error('no model of scores');
      const { score, terms = {} } = await model.scoreTraces(toy, toy.val, scoreOptions);
      expect(Object.keys(terms)).toEqual(detector.terms.map(({ id }) => id));
      if (detector.terms.length > 0) {
        score.forEach((total, i) => {
          const sum = Object.values(terms).reduce((before, values) => before + values[i]!, 0);
          expect(sum).toBeCloseTo(total, 9);
        });
      }
    });

    test('an explanation is of the score that scoring gives, with a number a node', async () => {
      const { model } = trained();
      if (model.kind !== 'scores') throw new Error('no model of scores');
      const trace = toy.val[0]!;
      const { score, nodes, terms } = await model.explain(toy, trace, { seed: SEED });
      const scored = await model.scoreTraces(toy, Uint32Array.of(trace), scoreOptions);
      const near = (value: number, other: number): void =>
        expect(Math.abs(value - other)).toBeLessThan(1e-6 * (1 + Math.abs(value)));
      near(score, scored.score[0]!);
      expect(Object.keys(terms ?? {})).toEqual(Object.keys(scored.terms ?? {}));
      for (const [id, value] of Object.entries(terms ?? {})) near(value, scored.terms![id]![0]!);
      const count = toy.traces.nodeOffset[trace + 1]! - toy.traces.nodeOffset[trace]!;
      for (const column of Object.values(nodes)) expect(column).toHaveLength(count);
    });
  });
}

/** The contract of TraceVAE and its ablations: the terms of equation (3). */
export function describeTermsContract(
  name: string,
  backend: TestBackend,
  detector: DetectorUnderTest,
): void {
  describeDetectorContract(name, backend, detector);

  describe(`${name}, a model of terms, on ${backend}`, () => {
    const trained = trainedOnce(backend, detector);
    const modelOfTerms = (): TermsModel => {
      const { model } = trained();
      if (model.kind !== 'terms') throw new Error('no model of terms');
      return model;
    };

    test('std limits are positive, and scores under them finite', async () => {
      const model = modelOfTerms();
      const stdLimits = await model.stdLimits(toy, toy.val, SEED);
      expect(stdLimits.global).toBeGreaterThan(0);
      expect(Math.min(...stdLimits.byOperation)).toBeGreaterThan(0);
      const terms = await model.scoreTerms(toy, toy.val, { ...scoreOptions, stdLimits });
      for (const scores of Object.values(combineVariants(terms))) {
        expect(scores.every((score) => Number.isFinite(score))).toBe(true);
      }
    });

    test('an explanation’s parts and remainder sum to the score that scoring gives', async () => {
      const model = modelOfTerms();
      const trace = toy.val[0]!;
      const terms = await model.scoreTerms(toy, Uint32Array.of(trace), scoreOptions);
      const scores = combineVariants(terms);
      const { contributions } = await model.explain(toy, trace, scoreOptions);
      for (const [variant, split] of [
        ['nll', contributions.nll],
        ['full', contributions.corrected],
      ] as const) {
        expect(split.status).toBeNull();
        const columns = [split.nodeType, split.nodeLatency, split.edges, split.absentCalls];
        const parts =
          split.klStructure +
          split.klLatency +
          split.nodeCount +
          split.padding +
          columns.flatMap((column) => [...column]).reduce((sum, part) => sum + part, 0);
        expect(parts + split.remainder).toBeCloseTo(split.score, 9);
        expect(Math.abs(split.score / scores[variant][0]! - 1)).toBeLessThan(1e-4);
      }
    });

    test('a trace’s terms do not depend on what else is scored', async () => {
      const model = modelOfTerms();
      const together = await model.scoreTerms(toy, toy.val, scoreOptions);
      const last = toy.val.length - 1;
      const alone = await model.scoreTerms(toy, toy.val.subarray(last), scoreOptions);
      const { logPLatency, logPz2 } = together.latency;
      alone.latency.logPLatency.forEach((value, l) => {
        expect(logPLatency[last * scoreOptions.samples + l]).toBeCloseTo(value, 3);
        expect(logPz2[last * scoreOptions.samples + l]).toBeCloseTo(alone.latency.logPz2[l]!, 3);
      });
    });

    test('stored weights give the same terms', async () => {
      const model = modelOfTerms();
      const restored = detector.restore(toy.traces.operations.length, await model.saveWeights());
      if (restored.kind !== 'terms') throw new Error('no model of terms');
      expect(await restored.scoreTerms(toy, toy.val, scoreOptions)).toEqual(
        await model.scoreTerms(toy, toy.val, scoreOptions),
      );
      restored.dispose();
    });
  });
}
