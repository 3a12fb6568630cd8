/** What every detector promises, as tests: seeded, cancellable, finite, no leaked tensors. */
import { beforeAll, describe, expect, test } from 'vitest';
import type {
  DetectorData,
  FitContext,
  FitEvent,
  FitResult,
  ProbabilisticModel,
  SavedWeights,
} from '../detectors/detector.ts';
import * as tf from '../nn/tf.ts';
import { combineVariants, correctionsOf } from '../scoring/corrections.ts';
import { startTestBackend, type TestBackend } from './backends.ts';
import { toyData } from './toy-traces.ts';

export interface DetectorUnderTest {
  readonly fit: (data: DetectorData, context: FitContext) => FitResult;
  readonly restore: (operationCount: number, weights: SavedWeights) => ProbabilisticModel;
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

export function describeDetectorContract(
  name: string,
  backend: TestBackend,
  detector: DetectorUnderTest,
): void {
  describe(`${name} keeps the contract of detectors on ${backend}`, () => {
    const data = toyData(36);
    const train = async (): Promise<{ model: ProbabilisticModel; events: FitEvent[] }> => {
      const { context, events } = watch();
      const result = await detector.fit(data, context);
      if (!result.ok) throw new Error(result.error.what);
      return { model: result.value, events };
    };
    const scoreOptions = {
      samples: 3,
      seed: SEED,
      stdLimits: UNIT_LIMITS,
      corrections: correctionsOf('full'),
      signal: new AbortController().signal,
      onProgress: () => {},
    };

    beforeAll(() => startTestBackend(backend));

    test('the same seed gives the same curve and weights', async () => {
      const first = await train();
      const second = await train();
      expect(curveOf(first.events)).toEqual(curveOf(second.events));
      expect(curveOf(first.events).length).toBeGreaterThan(0);
      expect(await first.model.saveWeights()).toEqual(await second.model.saveWeights());
      first.model.dispose();
      second.model.dispose();
    });

    test('curves, scores and explanations are finite', async () => {
      const { model, events } = await train();
      for (const event of events) {
        if (event.kind !== 'epoch') continue;
        expect(Number.isFinite(event.point.loss) && Number.isFinite(event.point.valLoss)).toBe(
          true,
        );
      }
      const stdLimits = await model.stdLimits(data, data.val, SEED);
      expect(stdLimits.global).toBeGreaterThan(0);
      expect(Math.min(...stdLimits.byOperation)).toBeGreaterThan(0);
      const terms = await model.scoreTerms(data, data.val, { ...scoreOptions, stdLimits });
      for (const scores of Object.values(combineVariants(terms))) {
        expect(scores.length).toBe(data.val.length);
        expect(scores.every((score) => Number.isFinite(score))).toBe(true);
      }
      model.dispose();
    });

    test('an explanation’s parts and remainder sum to the score that scoring gives', async () => {
      const { model } = await train();
      const trace = data.val[0]!;
      const terms = await model.scoreTerms(data, Uint32Array.of(trace), scoreOptions);
      const scores = combineVariants(terms);
      const { contributions } = await model.explain(data, trace, scoreOptions);
      for (const [variant, split] of [
        ['nll', contributions.nll],
        ['full', contributions.corrected],
      ] as const) {
        const columns = [split.nodeType, split.nodeLatency, split.edges];
        const parts =
          split.klStructure +
          split.klLatency +
          split.nodeCount +
          split.padding +
          columns.flatMap((column) => [...column]).reduce((sum, part) => sum + part, 0);
        expect(parts + split.remainder).toBeCloseTo(split.score, 9);
        expect(Math.abs(split.score / scores[variant][0]! - 1)).toBeLessThan(1e-4);
      }
      model.dispose();
    });

    test('a trace’s terms do not depend on what else is scored', async () => {
      const { model } = await train();
      const together = await model.scoreTerms(data, data.val, scoreOptions);
      const last = data.val.length - 1;
      const alone = await model.scoreTerms(data, data.val.subarray(last), scoreOptions);
      const { logPLatency, logPz2 } = together.latency;
      alone.latency.logPLatency.forEach((value, l) => {
        expect(logPLatency[last * scoreOptions.samples + l]).toBeCloseTo(value, 3);
        expect(logPz2[last * scoreOptions.samples + l]).toBeCloseTo(alone.latency.logPz2[l]!, 3);
      });
      model.dispose();
    });

    test('stored weights score as the trained model does', async () => {
      const { model } = await train();
      const restored = detector.restore(data.traces.operations.length, await model.saveWeights());
      expect(restored.parameterCount).toBe(model.parameterCount);
      expect(await restored.scoreTerms(data, data.val, scoreOptions)).toEqual(
        await model.scoreTerms(data, data.val, scoreOptions),
      );
      model.dispose();
      restored.dispose();
    });

    test('Cancel ends the run with nothing kept, Stop keeps the weights; no tensor is left', async () => {
      const before = tf.memory().numTensors;
      const cancelled = await detector.fit(data, watch('cancel').context);
      expect(cancelled).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
      expect(tf.memory().numTensors).toBe(before);

      const stopped = await detector.fit(data, watch('stop').context);
      if (!stopped.ok) throw new Error(stopped.error.what);
      await stopped.value.scoreTerms(data, data.val, scoreOptions);
      await stopped.value.stdLimits(data, data.val, SEED);
      await stopped.value.explain(data, data.val[0]!, scoreOptions);
      stopped.value.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    test('too little data is a failure that says so', async () => {
      const empty = { ...data, train: data.train.subarray(0, 0) };
      const result = await detector.fit(empty, watch().context);
      expect(result).toMatchObject({ ok: false, error: { kind: 'unusable-data' } });
    });
  });
}
