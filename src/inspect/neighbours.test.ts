import { expect, test } from 'vitest';
import { combineVariants } from '../scoring/combine.ts';
import { correctionsOf } from '../scoring/corrections/list.ts';
import { fakeScores } from '../testing/run-fakes.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { labelCode, nodeCount, type TraceSet } from '../trace/trace-set.ts';
import { nearestTrace } from './nearest-trace.ts';
import { makeTraceTable, type TableScores, type TraceTable } from './trace-table.ts';

const toy = toyTraces(90);

function tableOf(traces: TraceSet, flagged: (trace: number) => boolean): TraceTable {
  const { val, test: terms } = fakeScores(traces);
  const rows = Uint32Array.from(terms.trace.keys());
  const scores = Float64Array.from(rows, (row) => (flagged(terms.trace[row]!) ? 1 : 0));
  const corrections = correctionsOf('full');
  const variants = combineVariants(terms);
  const of: TableScores = { kind: 'terms', val, test: terms, variants };
  const source = { trace: terms.trace, rows, scores, threshold: 0.5, corrections };
  return makeTraceTable(traces, source, of);
}

test('the nearest normal trace has the same structure, and no other is nearer', () => {
  const table = tableOf(toy, (t) => t % 2 === 0);
  const trace = table.source.trace.find((t) => t % 2 === 0)!;
  const found = nearestTrace(toy, table, trace)!;
  expect(found.sameStructure).toBe(true);
  const distance = (other: number): number => {
    const ratios = Array.from({ length: nodeCount(toy, trace) }, (_, i) => {
      const at = (t: number) => 1 + toy.latencyUs[toy.nodeOffset[t]! + i]!;
      return Math.log(at(trace) / at(other)) ** 2;
    });
    return Math.sqrt(ratios.reduce((sum, r) => sum + r, 0) / ratios.length);
  };
  const scored = new Set(table.source.trace);
  const normal = [...toy.structureOf.keys()].filter(
    (t) =>
      t !== trace &&
      toy.structureOf[t] === toy.structureOf[trace] &&
      !(scored.has(t) && t % 2 === 0),
  );
  expect(found.among).toBe(normal.length);
  expect(normal).toContain(found.trace);
  expect(found.distance).toBeCloseTo(Math.min(...normal.map(distance)), 9);
});

test('without a normal trace of the structure, the structure that differs least is taken', () => {
  // all traces of the first structure are anomalies; the second is the first without a call
  const label = Uint8Array.from(toy.structureOf, (s) =>
    labelCode(s === 0 ? 'structure' : 'normal'),
  );
  const traces = { ...toy, label };
  const trace = traces.structureOf.indexOf(0);
  const found = nearestTrace(
    traces,
    tableOf(traces, () => false),
    trace,
  )!;
  expect(found.sameStructure).toBe(false);
  expect(traces.structureOf[found.trace]).toBe(1);
});

test('no normal trace, no neighbour', () => {
  const traces = { ...toy, label: toy.label.map(() => labelCode('time')) };
  expect(
    nearestTrace(
      traces,
      tableOf(traces, () => false),
      0,
    ),
  ).toBeNull();
});
