import { expect, test } from 'vitest';
import { assembleTraces } from '../trace/assemble.ts';
import { readTree } from '../trace/trace-set.ts';
import { withFailures } from './failures.ts';
import { simulate } from './simulate.ts';

const dataset = {
  files: [{ name: 'traffic', role: 'split' as const }],
  spans: simulate({ seed: 5, traces: 2000 }),
};
const tracesOf = (seed: number) =>
  assembleTraces(withFailures(dataset, seed).spans, ['traffic']).traces;

test('some calls fail, a few operations at rates of their own, and nothing else changes', () => {
  const traces = tracesOf(1);
  const { errorCount, ...rest } = traces;
  expect(rest).toEqual(assembleTraces(dataset.spans, ['traffic']).traces);
  const nodes = errorCount!.length;
  const failed = errorCount!.filter((count) => count > 0).length;
  expect(failed / nodes).toBeGreaterThan(0.0005);
  expect(failed / nodes).toBeLessThan(0.05);
  expect(tracesOf(1).errorCount).toEqual(errorCount);
  expect(tracesOf(2).errorCount).not.toEqual(errorCount);
});

test('an error goes up to its caller, or the caller copes with it', () => {
  const traces = tracesOf(1);
  const seen = { passed: 0, held: 0 };
  for (let trace = 0; trace < traces.structureOf.length; trace++) {
    const tree = readTree(traces, trace);
    for (const { parent, errors } of tree) {
      if (parent < 0 || errors === 0) continue;
      seen[tree[parent]!.errors! > 0 ? 'passed' : 'held'] += 1;
    }
  }
  expect(seen.passed).toBeGreaterThan(20);
  expect(seen.held).toBeGreaterThan(20);
});
