/**
 * Section A.4 of the paper from a dataset to its train, validation and test parts: the slowest
 * traces dropped, rare groups dropped, the same number of every group, 10 : 2 : 5, anomalies
 * injected into copies of test traces. Every step says what it leaves.
 *
 * All files of the dataset are pooled. Traces that a file labels as anomalies are no part of the
 * draw: they test, as in every division of this notebook.
 */
import { concatIndices } from '../base/concatenate.ts';
import { percentile } from '../base/statistics.ts';
import { structureSize, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { describeAll, describeTraces, type TraceDescription } from './describe.ts';
import { gatherParts } from './gather.ts';
import { groupStructures, sortByGroup, type TracesByGroup } from './groups.ts';
import { injectAnomalies, isAnomaly } from './inject.ts';
import { drawParts } from './parts.ts';
import type { PrepareSettings } from './settings.ts';

export const PREPARE_STEPS = ['source', 'fit', 'slowest', 'groups', 'parts', 'anomalies'] as const;
export type PrepareStep = (typeof PREPARE_STEPS)[number];

export interface StepReport {
  readonly step: PrepareStep;
  /** What there is after the step; labelled anomalies count in the first and the last alone. */
  readonly after: TraceDescription;
}

export interface PrepareReport {
  readonly settings: PrepareSettings;
  /** In the order of {@link PREPARE_STEPS}. */
  readonly steps: readonly StepReport[];
  /** Root latency above which traces were dropped, milliseconds; null where none were. */
  readonly slowestMs: number | null;
  /** Traces of the smallest and the largest group that was kept; 0 without any. */
  readonly smallestGroup: number;
  readonly largestGroup: number;
  /** Traces of every group; null where groups keep their sizes. */
  readonly perGroup: number | null;
  readonly sets: { readonly train: number; readonly val: number; readonly test: number };
  readonly anomalies: {
    /** Labelled in the files, all put into the test part. */
    readonly labelled: number;
    readonly structure: number;
    readonly structureWanted: number;
    readonly time: number;
    readonly timeWanted: number;
  };
}

export interface PreparedTraces {
  /** `file` 0, 1, 2 is the train, validation, test part. */
  readonly traces: TraceSet;
  readonly report: PrepareReport;
}

/** Pauses before every step and within it, and says which one it is: a worker's chance to hear. */
export function* prepareInSteps(
  traces: TraceSet,
  settings: PrepareSettings,
): Generator<PrepareStep, PreparedTraces> {
  yield 'source';
  const groups = groupStructures(traces.structures);
  const { labelled, normal: all } = byLabel(traces);
  const steps: StepReport[] = [];
  const note = (step: PrepareStep, selected: Uint32Array): void => {
    steps.push({ step, after: describeTraces(traces, selected, groups) });
  };
  const fits = (trace: number): boolean => {
    const nodes = structureSize(traces.structures, traces.structureOf[trace]!);
    return nodes >= 2 && nodes <= settings.maxNodes;
  };
  note('source', concatIndices([all, labelled]));

  yield 'fit';
  const fitting = all.filter(fits);
  yield 'fit';
  note('fit', fitting);

  yield 'slowest';
  const slowestUs = slowLimitUs(traces, fitting, settings.slowestPercent);
  const rootUs = (trace: number): number => traces.latencyUs[traces.nodeOffset[trace]!]!;
  const quick = fitting.filter((trace) => rootUs(trace) <= slowestUs);
  yield 'slowest';
  note('slowest', quick);

  yield 'groups';
  const byGroup = dropRare(sortByGroup(traces.structureOf, quick, groups), settings.minGroupSize);
  yield 'groups';
  note('groups', byGroup.traces);

  yield 'parts';
  const { parts, perGroup } = drawParts(byGroup, settings);
  yield 'parts';
  note('parts', concatIndices([parts.train, parts.val, parts.test]));

  yield 'anomalies';
  const wanted = {
    structure: Math.round(settings.structureShare * parts.test.length),
    time: Math.round(settings.timeShare * parts.test.length),
  };
  const labelledFit = labelled.filter(fits);
  const injection = injectAnomalies(traces, parts, wanted, settings);
  yield 'anomalies';
  const result = gatherParts(
    traces,
    { ...parts, test: concatIndices([parts.test, labelledFit]) },
    injection,
    injection.injected.length > 0,
  );
  yield 'anomalies';
  const after = describeAll(result);
  steps.push({ step: 'anomalies', after });

  const sizes = groupSizes(byGroup);
  const count = (label: 'structure' | 'time'): number =>
    injection.injected.filter((copy) => copy.label === label).length;
  const report: PrepareReport = {
    settings,
    steps,
    slowestMs: Number.isFinite(slowestUs) ? slowestUs / 1e3 : null,
    smallestGroup: sizes.reduce((least, size) => Math.min(least, size), sizes[0] ?? 0),
    largestGroup: sizes.reduce((most, size) => Math.max(most, size), 0),
    perGroup,
    sets: {
      train: parts.train.length,
      val: parts.val.length,
      test: traceCount(result) - parts.train.length - parts.val.length,
    },
    anomalies: {
      labelled: labelledFit.length,
      structure: count('structure'),
      structureWanted: wanted.structure,
      time: count('time'),
      timeWanted: wanted.time,
    },
  };
  return { traces: result, report };
}

function byLabel({ label }: TraceSet): {
  readonly labelled: Uint32Array;
  readonly normal: Uint32Array;
} {
  const every = Uint32Array.from(label.keys());
  return {
    labelled: every.filter((trace) => isAnomaly(label[trace]!)),
    normal: every.filter((trace) => !isAnomaly(label[trace]!)),
  };
}

/** Root latency that all but the slowest percent stay at or below; Infinity where all may stay. */
function slowLimitUs(
  { latencyUs, nodeOffset }: TraceSet,
  selected: Uint32Array,
  slowestPercent: number,
): number {
  if (slowestPercent === 0 || selected.length === 0) return Infinity;
  const rootUs = Float32Array.from(selected, (trace) => latencyUs[nodeOffset[trace]!]!);
  return percentile(rootUs, 100 - slowestPercent);
}

function dropRare({ traces, offset }: TracesByGroup, minGroupSize: number): TracesByGroup {
  const kept = new Uint32Array(traces.length);
  const bounds = [0];
  let length = 0;
  for (let group = 0; group + 1 < offset.length; group++) {
    const members = traces.subarray(offset[group]!, offset[group + 1]!);
    if (members.length === 0 || members.length < minGroupSize) continue;
    kept.set(members, length);
    length += members.length;
    bounds.push(length);
  }
  return { traces: kept.slice(0, length), offset: Uint32Array.from(bounds) };
}

const groupSizes = ({ offset }: TracesByGroup): number[] =>
  Array.from(offset.subarray(1), (end, group) => end - offset[group]!);
