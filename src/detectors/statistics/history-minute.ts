/** History's fourth way: what the requests of the minute before say, learnt as columns and read back. */
import { type Calibration, calibrate } from '../../statistics/calibration.ts';
import {
  openInTime,
  type TimeReader,
  usualEvidence,
  usualMinutes,
} from '../../statistics/in-time.ts';
import { createOwnTimes } from '../../statistics/own-times.ts';
import { gatherPathValues, type PathValues } from '../../statistics/path-values.ts';
import {
  openServiceEvidence,
  readOnce,
  type ServiceEvidence,
} from '../../statistics/service-evidence.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { Columns } from './statistic.ts';

/**
 * @param train  trace indices
 * @param sample trace indices that calibrate
 */
export function* learnMinute(
  traces: TraceSet,
  train: Uint32Array,
  sample: Uint32Array,
): Generator<void, Columns> {
  const learnt = ownColumns(yield* gatherPathValues(traces, train, undefined, createOwnTimes));
  const evidence = readOnce(
    openServiceEvidence(ownPaths(learnt))(traces),
    traces.structureOf.length,
  );
  const usual = usualEvidence(evidence, sample, traces.services.length);
  yield;
  const minute = usualMinutes(traces, evidence, usual, train);
  yield;
  const inTime = openInTime(traces, evidence, usual, minute);
  return {
    ...learnt,
    'inTime.mean': usual.mean,
    'inTime.slow': usual.slow,
    'inTime.minute': minute,
    'inTime.calibration': Float32Array.from(sample, (trace) => inTime.largest(trace)).sort(),
  };
}

export interface MinuteReader {
  readonly inTime: TimeReader;
  readonly evidence: ServiceEvidence;
}

export interface LearntMinute {
  readonly calibration: Calibration;
  open(traces: TraceSet): MinuteReader;
}

/** @returns null where no minute was learnt: a first look, or a History of an earlier version */
export function openMinute(columns: Columns): LearntMinute | null {
  const minute = columns['inTime.minute'];
  if (minute === undefined) return null;
  const openEvidence = openServiceEvidence(ownPaths(columns));
  const usual = { mean: columns['inTime.mean']!, slow: columns['inTime.slow']! };
  // a file is read once for all that is asked of its traces
  const known = new WeakMap<TraceSet, TimeReader>();
  return {
    calibration: calibrate(columns['inTime.calibration']!),
    open(traces) {
      const inTime = known.get(traces) ?? openInTime(traces, openEvidence(traces), usual, minute);
      known.set(traces, inTime);
      return { inTime, evidence: openEvidence(traces) };
    },
  };
}

/** Call paths with own times; durations are not compared. */
const ownColumns = ({ paths, count, selfTimes }: PathValues): Columns => ({
  'own.caller': Float32Array.from(paths.caller),
  'own.operation': Float32Array.from(paths.operation),
  'own.count': count,
  'own.times': selfTimes,
});

const ownPaths = (columns: Columns): PathValues => ({
  paths: {
    caller: Int32Array.from(columns['own.caller']!),
    operation: Int32Array.from(columns['own.operation']!),
  },
  count: columns['own.count']!,
  durations: columns['own.times']!,
  selfTimes: columns['own.times']!,
});
