import { beforeAll, describe, expect, test } from 'vitest';
import { runThrough } from '../../base/slices.ts';
import { combineScores } from '../../scoring/combine.ts';
import { correctTerms } from '../../scoring/corrected-terms.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { termSplitter } from '../../scoring/score-parts.ts';
import { partCount, TERM_PARTS } from '../../scoring/score-terms.ts';
import { topReasonReader, usualParts } from '../../scoring/top-reason.ts';
import { startTestBackend, TEST_BACKENDS } from '../../testing/backends.ts';
import { smallSettings } from '../../testing/small-tracevae.ts';
import { toyData } from '../../testing/toy-traces.ts';
import type { DetectorData, FitEvent, TermsModel } from '../detector.ts';
import { type StatusTerm, traceVaeConfig } from './meta.ts';
import { failedCalls, usualStatus } from './status-decoder.ts';
import { fitTraceVae, restoreTraceVae } from './tracevae.ts';

const SEED = 7;
const TRACES = 120;
/** An operation that fails in every third trace, and none of the others ever does. */
const FAILING = 3;

const plain = toyData(TRACES);

/** @param failsIn of a trace that has the operation */
function withErrors(failsIn: (trace: number) => boolean): DetectorData {
  const { traces } = plain;
  const errorCount = new Uint16Array(traces.latencyUs.length);
  traces.structureOf.forEach((structure, trace) => {
    const shape = traces.structures.nodeOffset[structure]!;
    const first = traces.nodeOffset[trace]!;
    for (let i = 0; first + i < traces.nodeOffset[trace + 1]!; i++) {
      const fails = traces.structures.operation[shape + i] === FAILING && failsIn(trace);
      errorCount[first + i] = fails ? 1 : 0;
    }
  });
  return { ...plain, traces: { ...traces, errorCount } };
}

const told = withErrors((trace) => trace % 3 === 0);
const without = withErrors(() => false);

const smallConfig = (statusTerm: StatusTerm, changes = {}) => {
  const small = smallSettings(3);
  return traceVaeConfig({
    ...small,
    model: { ...small.model, statusTerm },
    schedule: { ...small.schedule, ...changes },
  });
};

async function trained(data: DetectorData, statusTerm: StatusTerm, changes = {}) {
  const events: FitEvent[] = [];
  const control = {
    signal: new AbortController().signal,
    stopRequested: () => false,
    whenRunning: async () => {},
  };
  const result = await fitTraceVae(data, smallConfig(statusTerm, changes), {
    seed: SEED,
    control,
    onEvent: (event) => events.push(event),
  });
  if (!result.ok) throw new Error(result.error.kind);
  return { model: result.value, events };
}

const options = {
  samples: 3,
  seed: SEED,
  stdLimits: { global: 1, byOperation: new Float64Array(64).fill(1) },
  corrections: correctionsOf('full'),
  signal: new AbortController().signal,
  onProgress: () => {},
};

const weightsOf = async (model: TermsModel): Promise<Map<string, number[]>> =>
  new Map((await model.saveWeights()).tensors.map(({ name, data }) => [name, [...data]]));

test('a node is told apart by whether one of its calls failed', () => {
  expect([...failedCalls(Int32Array.of(-1, 0, 1, 1), [0, 0, 1, 0])]).toEqual([0, 1, 0, 0]);
});

test('an operation begins at how often it failed, one that was never seen at how often all do', () => {
  const { traces, train } = told;
  const operations = traces.operations.length;
  const logits = usualStatus(traces, train, operations)!;
  const share = (column: number): number => 1 / (1 + Math.exp(-logits[column]!));
  expect(share(FAILING)).toBeGreaterThan(0.25);
  expect(share(FAILING)).toBeLessThan(0.42);
  expect(share(2)).toBeLessThan(0.01);
  // operation 0 is padding, which no node has
  const nodes = train.reduce(
    (sum, t) => sum + traces.nodeOffset[t + 1]! - traces.nodeOffset[t]!,
    0,
  );
  expect(share(0)).toBeGreaterThan(1 / nodes);
  expect(share(0)).toBeLessThan(share(FAILING));
});

test('there is nothing to learn without an error, and without a word on how spans ended', () => {
  const operations = plain.traces.operations.length;
  expect(usualStatus(plain.traces, plain.train, operations)).toBeUndefined();
  expect(usualStatus(without.traces, without.train, operations)).toBeUndefined();
});

for (const backend of TEST_BACKENDS) {
  describe(`a model that knows which nodes fail, on ${backend}`, () => {
    let model: TermsModel;
    beforeAll(async () => {
      await startTestBackend(backend);
      ({ model } = await trained(told, 'errors'));
    });

    test('stored weights give the same terms', async () => {
      const operations = told.traces.operations.length;
      const restored = restoreTraceVae(
        smallConfig('errors'),
        operations,
        await model.saveWeights(),
      );
      const terms = await restored.scoreTerms(told, told.val, options);
      expect(terms.status).toBeDefined();
      expect(terms).toEqual(await model.scoreTerms(told, told.val, options));
      restored.dispose();
    });

    test('a call that never fails costs more than one that often does', async () => {
      const statusOf = async (data: DetectorData, trace: number): Promise<number> => {
        const { status } = await model.scoreTerms(data, Uint32Array.of(trace), options);
        return -status!.logP[0]!;
      };
      // root 1, calls 2 and 3
      const trace = told.val.find((t) => told.traces.structureOf[t] === 0)!;
      const errors = (node: number): DetectorData => {
        const errorCount = new Uint16Array(told.traces.latencyUs.length);
        errorCount[told.traces.nodeOffset[trace]! + node] = 2;
        return { ...told, traces: { ...told.traces, errorCount } };
      };
      const [usual, never] = [await statusOf(errors(2), trace), await statusOf(errors(1), trace)];
      expect(usual).toBeLessThan(2);
      expect(never).toBeGreaterThan(usual + 2);
      expect(await statusOf(plain, trace)).toBe(-0);
    });

    test('the score is what it was and the term, its parts sum to it, and it may be the top reason', async () => {
      const trace = told.val.find((t) => told.traces.structureOf[t] === 0)!;
      const errorCount = told.traces.errorCount!.slice();
      errorCount[told.traces.nodeOffset[trace]! + 1] = 1;
      const data = { ...told, traces: { ...told.traces, errorCount } };
      const terms = await model.scoreTerms(data, told.val, options);
      const at = told.val.indexOf(trace);
      const { status: _, ...unaware } = terms;
      const [aware, before] = [combineScores(terms, {})[at]!, combineScores(unaware, {})[at]!];
      expect(aware).toBeGreaterThan(before + 1);
      for (const variant of ['nll', 'full'] as const) {
        const corrections = correctionsOf(variant);
        const score = combineScores(terms, corrections)[at]!;
        const { contributions } = await model.explain(data, trace, { ...options, corrections });
        const split = contributions.corrected;
        expect(split.score / score).toBeCloseTo(1, 4);
        const columns = [split.nodeType, split.nodeLatency, split.edges, split.absentCalls];
        const rest = split.klStructure + split.klLatency + split.nodeCount + split.padding;
        const sum = [...columns, split.status!]
          .flatMap((column) => [...column])
          .reduce((total, part) => total + part, rest);
        expect(sum + split.remainder).toBeCloseTo(split.score, 6);
        expect(split.status!.indexOf(Math.max(...split.status!))).toBe(1);
        const parts = new Float64Array(TERM_PARTS.length);
        termSplitter(correctTerms(terms, corrections))(at, parts);
        const ofStatus = parts[TERM_PARTS.indexOf('status')]!;
        expect(ofStatus).toBeCloseTo(
          split.status!.reduce((total, part) => total + part, 0),
          3,
        );
      }
      const scaled = (await model.explain(data, trace, { ...options, samples: 1 })).contributions;
      expect(scaled.corrected.status![1]).toBeCloseTo(6 * scaled.nll.status![1]!, 3);
      const quiet = { ...terms, latency: unawareOf(terms.latency) };
      const usual = runThrough(usualParts(quiet, {}));
      expect(TERM_PARTS[topReasonReader(usual, quiet, {})(at).part]).toBe('status');
    });

    test('everything else trains as it does without, as long as no gradient is clipped', async () => {
      const free = { clipNorm: 1e9, earlyStopping: 0 };
      const [aware, unaware] = [
        await weightsOf((await trained(told, 'errors', free)).model),
        await weightsOf((await trained(told, 'none', free)).model),
      ];
      for (const [name, values] of unaware) expect(aware.get(name), name).toEqual(values);
      expect(aware.size).toBeGreaterThan(unaware.size);
    });

    test('nothing changes to the digit where no training trace has an error', async () => {
      const [asked, unasked] = [await trained(without, 'errors'), await trained(without, 'none')];
      expect(await weightsOf(asked.model)).toEqual(await weightsOf(unasked.model));
      const terms = await asked.model.scoreTerms(without, without.val, options);
      expect(terms.status).toBeUndefined();
      expect(partCount(terms)).toBe(6);
      expect(terms).toEqual(await unasked.model.scoreTerms(without, without.val, options));
      const curve = ({ events }: typeof asked) =>
        events.flatMap((event) => (event.kind === 'epoch' ? [{ ...event.point, seconds: 0 }] : []));
      expect(curve(asked)).toEqual(curve(unasked));
    });
  });
}

/** Latencies that are no reason. */
const unawareOf = <Columns extends object>(latency: Columns): Columns =>
  Object.fromEntries(
    Object.entries(latency).map(([name, column]) => [name, new Float32Array(column.length)]),
  ) as Columns;
