/** History's fourth way: what the requests of the minute before say, learnt as columns and read back. */
import { createFloatSort } from '../../base/sort-floats.ts';
import { type Calibration, calibrate } from '../../statistics/calibration.ts';
import {
  byFile,
  learnMinutes,
  openInTime,
  type TimeReader,
  usualEvidence,
} from '../../statistics/in-time.ts';
import { createOwnTimes } from '../../statistics/own-times.ts';
import { gatherTimes, type PathValues } from '../../statistics/path-values.ts';
import { openServiceEvidence, type ServiceEvidence } from '../../statistics/service-evidence.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { Columns } from './statistic.ts';

/**
 * @param train  trace indices
 * @param sample trace indices that calibrate
 * @param values of the training traces
 */
export function* learnMinute(
  traces: TraceSet,
  train: Uint32Array,
  sample: Uint32Array,
  { paths, count }: Pick<PathValues, 'paths' | 'count'>,
): Generator<void, Columns> {
  const own = yield* gatherTimes(traces, train, { paths, count }, createOwnTimes(traces));
  const learnt = ownColumns({ paths, count }, own);
  const { services, gather } = openServiceEvidence(ownPaths(learnt))(traces);
  const tracesOf = byFile(traces);
  const files = new Set([...train, ...sample].map((trace) => traces.file[trace]!));
  const together = Array.from(files, tracesOf);
  yield;
  const evidence = { services, gathered: gather(allOf(together)) };
  yield;
  const usual = usualEvidence(evidence, sample, traces.services.length);
  yield;
  const { minute, largest } = learnMinutes(traces, evidence, usual, train, together);
  yield;
  return {
    ...learnt,
    'inTime.mean': usual.mean,
    'inTime.slow': usual.slow,
    'inTime.minute': minute,
    'inTime.calibration': createFloatSort()(Float32Array.from(sample, (trace) => largest[trace]!)),
  };
}

function allOf(files: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(files.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const traces of files) {
    all.set(traces, at);
    at += traces.length;
  }
  return all;
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
const ownColumns = (
  { paths, count }: Pick<PathValues, 'paths' | 'count'>,
  times: Float32Array,
): Columns => ({
  'own.caller': Float32Array.from(paths.caller),
  'own.operation': Float32Array.from(paths.operation),
  'own.count': count,
  'own.times': times,
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
