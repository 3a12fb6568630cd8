import { expect, test } from 'vitest';
import { simulate } from '../simulator/simulate.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { decodeString } from '../trace/string-column.ts';
import {
  labelCode,
  operationName,
  readTree,
  type TraceSet,
  traceCount,
} from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { KINDS } from './kinds/list.ts';
import { validationSets } from './validation.ts';

const source: TraceSet = assembleTraces(simulate({ seed: 5, traces: 900 }), ['traffic']).traces;
const every = Uint32Array.from(source.structureOf.keys()).filter(
  (trace) => source.nodeOffset[trace + 1]! - source.nodeOffset[trace]! >= 2,
);
const parts = { train: every.slice(0, 600), val: every.slice(600) };
const sets = validationSets(source, parts, 1);
const { traces, kinds } = sets;

const idOf = (of: TraceSet, trace: number): string => decodeString(of.traceIds, trace);
const ids = (of: TraceSet, selected: ArrayLike<number>): string[] =>
  Array.from(selected, (trace) => idOf(of, trace)).sort();
const inFile = (file: number): number[] =>
  [...traces.file.keys()].filter((trace) => traces.file[trace] === file);
const shape = (of: TraceSet, trace: number): string =>
  JSON.stringify(readTree(of, trace).map((n) => [n.parent, operationName(of, n.operation)]));

test('training stays, and validation is two halves, with copies behind the second', () => {
  expect(validateTraceSet(traces)).toMatchObject({ ok: true });
  expect(ids(traces, inFile(0))).toEqual(ids(source, parts.train));
  const judged = inFile(2).filter((trace) => trace < kinds[0]!.first);
  const known = inFile(1);
  expect(Math.abs(known.length - judged.length)).toBeLessThanOrEqual(1);
  expect(ids(traces, [...known, ...judged])).toEqual(ids(source, parts.val));
  expect(kinds.map(({ id }) => id)).toEqual(KINDS.map(({ id }) => id));
  expect(kinds.at(-1)!.end).toBe(traceCount(traces));
  const judgedIds = new Set(ids(traces, judged));
  for (const [i, { first, end }] of kinds.entries()) {
    expect(first).toBe(i === 0 ? kinds[0]!.first : kinds[i - 1]!.end);
    expect(end - first).toBeGreaterThan(20);
    expect(end - first).toBeLessThanOrEqual(Math.ceil(judged.length / 2) + 10);
    for (let trace = first; trace < end; trace++) {
      expect(judgedIds).toContain(idOf(traces, trace).split('~')[0]);
      expect(traces.label[trace]).toBe(labelCode(KINDS[i]!.label));
    }
  }
});

test('a copy of which nodes are gone has a tree that no normal trace has, any other has its own', () => {
  const normal = new Set(Array.from(every, (trace) => shape(source, trace)));
  for (const [i, { first, end }] of kinds.entries()) {
    for (let trace = first; trace < end; trace++) {
      expect(normal.has(shape(traces, trace))).toBe(KINDS[i]!.label === 'time');
    }
  }
});

test('a fault is of one service that its traces call, within its window', () => {
  for (const [i, { first, end, faults, faultOf }] of kinds.entries()) {
    if (KINDS[i]!.per === 'trace') {
      expect(faults).toEqual([]);
      continue;
    }
    expect(faults.length).toBeGreaterThan(5);
    for (let trace = first; trace < end; trace++) {
      const { service, startUs, endUs } = faults[faultOf[trace - first]!]!;
      expect(readTree(traces, trace).map((n) => operationName(traces, n.operation))).toContainEqual(
        expect.stringMatching(new RegExp(`^${service}/`)),
      );
      expect(traces.startUs[trace]).toBeGreaterThanOrEqual(startUs);
      expect(traces.startUs[trace]).toBeLessThanOrEqual(endUs);
    }
  }
});

test('the same seed gives the same, another seed another half', () => {
  expect(validationSets(source, parts, 1)).toEqual(sets);
  const other = validationSets(source, parts, 2).traces;
  const otherKnown = [...other.file.keys()].filter((trace) => other.file[trace] === 1);
  expect(ids(other, otherKnown)).not.toEqual(ids(traces, inFile(1)));
});

test('where the dataset says how spans ended, copies do too, and a node that is cut short has failed', () => {
  // one call in five failed
  const errorCount = Uint16Array.from(source.latencyUs, (_, i) => Number(i % 5 === 0));
  const told = validationSets({ ...source, errorCount }, parts, 1);
  expect(validateTraceSet(told.traces)).toMatchObject({ ok: true });
  const { errorCount: _, ...rest } = told.traces;
  expect(rest).toEqual(traces);
  const sourceOf = new Map(Array.from(every, (trace) => [idOf(source, trace), trace]));
  const errorsIn = (of: TraceSet, trace: number): number =>
    readTree(of, trace).reduce((sum, { errors }) => sum + errors!, 0);
  for (const trace of [...inFile(0), ...inFile(1)]) {
    const was = sourceOf.get(idOf(traces, trace))!;
    expect(errorsIn(told.traces, trace)).toBe(errorsIn({ ...source, errorCount }, was));
  }
  const kindOf = (id: string) => told.kinds.find((kind) => kind.id === id)!;
  const { first, end } = kindOf('cut-short');
  for (let trace = first; trace < end; trace++) {
    expect(errorsIn(told.traces, trace)).toBeGreaterThan(0);
  }
  // latencies alone have changed
  const slow = kindOf('one-slow-node').first;
  const was = sourceOf.get(idOf(traces, slow).split('~')[0]!)!;
  expect(errorsIn(told.traces, slow)).toBe(errorsIn({ ...source, errorCount }, was));
});
