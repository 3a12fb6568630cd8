import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile } from '../base/statistics.ts';
import { simulate } from '../simulator/simulate.ts';
import { prepareTraces } from '../testing/prepare-at-once.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { rootCauseOf } from '../trace/root-causes.ts';
import { decodeString } from '../trace/string-column.ts';
import {
  labelCode,
  nodeCount,
  operationName,
  readTree,
  type TraceSet,
  traceCount,
} from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { groupStructures } from './groups.ts';
import { PREPARE_STEPS } from './prepare.ts';
import { PAPER_SETTINGS, type PrepareSettings } from './settings.ts';

/** Plain traffic of the demo's system; labels as told. */
function traffic(traces: number, label: (trace: number) => number = () => 0): TraceSet {
  const set = assembleTraces(simulate({ seed: 5, traces }), ['traffic']).traces;
  return { ...set, label: set.label.map((_, trace) => label(trace)) };
}

const source = traffic(2500);
const SETTINGS: PrepareSettings = { ...PAPER_SETTINGS, minGroupSize: 17 };

/** The tree and its latencies by names, whatever ids they have. */
const treeText = (traces: TraceSet, trace: number, latencies = true): string =>
  JSON.stringify(
    readTree(traces, trace).map(({ parent, operation, latencyUs }) => [
      parent,
      operationName(traces, operation),
      ...(latencies ? [latencyUs] : []),
    ]),
  );
const idOf = (traces: TraceSet, trace: number): string => decodeString(traces.traceIds, trace);
const rows = (traces: TraceSet, wanted: (trace: number) => boolean): number[] =>
  [...traces.structureOf.keys()].filter(wanted);

const settingsDraw = fc.record({
  seed: fc.integer(),
  maxNodes: fc.constantFrom(8, 16, 32),
  slowestPercent: fc.constantFrom(0, 1, 10),
  minGroupSize: fc.constantFrom(1, 20, 60),
  balance: fc.boolean(),
  perGroup: fc.constantFrom(null, 17, 40, 200),
  structureShare: fc.constantFrom(0, 0.05, 0.3),
  timeShare: fc.constantFrom(0, 0.05, 0.3),
});

describe('prepareTraces', () => {
  it('keeps the invariants, and every normal trace as it was, for any settings', () => {
    const texts = new Map(
      rows(source, () => true).map((trace) => [idOf(source, trace), treeText(source, trace)]),
    );
    fc.assert(
      fc.property(settingsDraw, (draw) => {
        const { traces, report } = prepareTraces(source, { ...SETTINGS, ...draw });
        expect(validateTraceSet(traces)).toMatchObject({ ok: true });
        expect(report.steps.map(({ step }) => step)).toEqual([...PREPARE_STEPS]);
        expect(report.steps.at(-1)!.after.traces).toBe(traceCount(traces));
        const { train, val, test } = report.sets;
        expect(train + val + test).toBe(traceCount(traces));
        const injected = labelCode('structure');
        for (const trace of rows(traces, (t) => traces.label[t]! < injected)) {
          expect(texts.get(idOf(traces, trace))).toBe(treeText(traces, trace));
          expect(nodeCount(traces, trace)).toBeLessThanOrEqual(draw.maxNodes);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('keeps labelled root causes; injected anomalies have none', () => {
    const of = Uint16Array.from(source.structureOf, (_, trace) => trace + 1);
    const named = { ...source, rootCause: { of, names: source.traceIds } };
    const { traces } = prepareTraces(named, SETTINGS);
    const injected = rows(traces, (trace) => idOf(traces, trace).includes('~'));
    expect(injected).not.toEqual([]);
    expect(rows(traces, (trace) => rootCauseOf(traces, trace) === '')).toEqual(injected);
    for (const trace of rows(traces, (trace) => !injected.includes(trace))) {
      expect(rootCauseOf(traces, trace)).toBe(idOf(traces, trace));
    }
  });

  it('puts no trace into two parts', () => {
    fc.assert(
      fc.property(settingsDraw, (draw) => {
        const { traces } = prepareTraces(source, { ...SETTINGS, ...draw });
        const partsOf = new Map<string, Set<number>>();
        for (const trace of rows(traces, (t) => traces.label[t]! < labelCode('structure'))) {
          const parts = partsOf.get(idOf(traces, trace)) ?? new Set();
          partsOf.set(idOf(traces, trace), parts.add(traces.file[trace]!));
        }
        expect([...partsOf.values()].every((parts) => parts.size === 1)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('gives every group the same number in every part, 10 : 2 : 5', () => {
    for (const perGroup of [null, 34, 500]) {
      const { traces, report } = prepareTraces(source, { ...SETTINGS, perGroup });
      const { groupOf, groupCount } = groupStructures(traces.structures);
      const counts = Array.from({ length: groupCount }, () => [0, 0, 0]);
      for (const trace of rows(traces, (t) => traces.label[t]! < labelCode('structure'))) {
        counts[groupOf[traces.structureOf[trace]!]!]![traces.file[trace]!]! += 1;
      }
      const present = counts.filter((parts) => parts.some((count) => count > 0));
      const each = perGroup ?? report.smallestGroup;
      expect(report.perGroup).toBe(each);
      expect(new Set(present.map((parts) => parts.join())).size).toBe(1);
      const [train, val, test] = present[0]!;
      expect(train! + val! + test!).toBe(each);
      expect(Math.abs(train! - (10 * each) / 17)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(test! - (5 * each) / 17)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(val! - (2 * each) / 17)).toBeLessThanOrEqual(1);
    }
  });

  it('repeats no trace as long as a group has enough', () => {
    const { traces } = prepareTraces(source, { ...SETTINGS, perGroup: null, structureShare: 0 });
    const ids = rows(traces, () => true).map((trace) => idOf(traces, trace));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('drops the slowest share and the rare groups, and says how many', () => {
    const { report } = prepareTraces(source, { ...SETTINGS, slowestPercent: 10, minGroupSize: 40 });
    const after = Object.fromEntries(report.steps.map(({ step, after }) => [step, after]));
    expect(after.slowest!.traces).toBe(Math.floor(0.9 * (after.fit!.traces - 1)) + 1);
    const rootMs = rows(source, () => true).map(
      (trace) => source.latencyUs[source.nodeOffset[trace]!]! / 1e3,
    );
    expect(report.slowestMs).toBeCloseTo(percentile(rootMs, 90), 6);
    expect(after.source!.latencyMs!.p95).toBeCloseTo(percentile(rootMs, 95), 6);
    expect(report.smallestGroup).toBeGreaterThanOrEqual(40);
    expect(after.groups!.groups).toBeLessThan(after.slowest!.groups);
  });

  it('is the same for the same seed and another for another', () => {
    const settings = { ...SETTINGS, perGroup: 20 };
    expect(prepareTraces(source, settings)).toEqual(prepareTraces(source, settings));
    const other = prepareTraces(source, { ...settings, seed: 2 });
    expect(other.traces.latencyUs).not.toEqual(prepareTraces(source, settings).traces.latencyUs);
  });

  it('leaves labels as they are where nothing is injected', () => {
    const { traces, report } = prepareTraces(source, {
      ...SETTINGS,
      structureShare: 0,
      timeShare: 0,
    });
    expect(traces.label.every((label) => label === labelCode('unlabelled'))).toBe(true);
    expect(report.anomalies).toMatchObject({ structure: 0, time: 0 });
  });

  it('lets labelled anomalies test, outside the draw', () => {
    const time = labelCode('time');
    const labelled = traffic(2500, (trace) => (trace % 100 === 0 ? time : labelCode('normal')));
    const { traces, report } = prepareTraces(labelled, {
      ...SETTINGS,
      structureShare: 0,
      timeShare: 0,
    });
    expect(report.anomalies.labelled).toBe(25);
    const tested = rows(traces, (trace) => traces.label[trace] === time);
    expect(tested.length).toBe(25);
    expect(tested.every((trace) => traces.file[trace] === 2)).toBe(true);
  });

  it('comes to nothing, and not to a fault, where every group is rare', () => {
    const { traces, report } = prepareTraces(source, { ...SETTINGS, minGroupSize: 1e6 });
    expect(traceCount(traces)).toBe(0);
    expect(report.steps.at(-1)!.after).toMatchObject({ traces: 0, maxNodes: 0, latencyMs: null });
    expect(validateTraceSet(traces)).toMatchObject({ ok: true });
  });
});

describe('injected anomalies', () => {
  const settings = { ...SETTINGS, perGroup: 40, structureShare: 0.2, timeShare: 0.2 };
  const { traces, report } = prepareTraces(source, settings);
  const byId = new Map(rows(source, () => true).map((trace) => [idOf(source, trace), trace]));
  const injected = (label: 'structure' | 'time') =>
    rows(traces, (trace) => traces.label[trace] === labelCode(label)).map((trace) => ({
      trace,
      origin: byId.get(idOf(traces, trace).split('~')[0]!)!,
    }));

  it('are as many as asked for, all in the test part, copies of test traces', () => {
    const testIds = new Set(
      rows(traces, (t) => traces.file[t] === 2 && traces.label[t] === labelCode('normal')).map(
        (trace) => idOf(traces, trace),
      ),
    );
    for (const label of ['structure', 'time'] as const) {
      const copies = injected(label);
      expect(copies.length).toBe(report.anomalies[`${label}Wanted`]);
      expect(copies.length).toBeGreaterThan(30);
      expect(copies.every(({ trace }) => traces.file[trace] === 2)).toBe(true);
      expect(copies.every(({ origin }) => testIds.has(idOf(source, origin)))).toBe(true);
    }
    const others = rows(traces, (trace) => traces.label[trace]! < labelCode('structure'));
    expect(others.every((trace) => traces.label[trace] === labelCode('normal'))).toBe(true);
  });

  it('of structure are trees that no normal trace of the data has, with the latencies kept', () => {
    const normal = new Set(rows(source, () => true).map((t) => treeText(source, t, false)));
    for (const { trace, origin } of injected('structure')) {
      expect(normal.has(treeText(traces, trace, false))).toBe(false);
      expect(nodeCount(traces, trace)).toBeLessThan(nodeCount(source, origin));
      const before = new Set(readTree(source, origin).map(({ latencyUs }) => latencyUs));
      expect(readTree(traces, trace).every(({ latencyUs }) => before.has(latencyUs))).toBe(true);
    }
  });

  it('of time grow a share of the nodes and never more than their ancestors', () => {
    for (const { trace, origin } of injected('time')) {
      const after = readTree(traces, trace);
      const grown = readTree(source, origin).map(
        ({ latencyUs }, node) => after[node]!.latencyUs - latencyUs,
      );
      expect(grown.some((us) => us > 0)).toBe(true);
      after.forEach(({ parent, latencyUs }, node) => {
        expect(grown[node]).toBeGreaterThanOrEqual(0);
        // float32 latencies: the sums of two columns may be off by a unit in the last place
        const rounding = 2 ** -22 * latencyUs;
        if (parent >= 0) expect(grown[parent]! + rounding).toBeGreaterThanOrEqual(grown[node]!);
      });
    }
  });
});
