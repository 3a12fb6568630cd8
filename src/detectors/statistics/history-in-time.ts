/**
 * History, and what the requests of the minute before say: a trace is also odd where a service that
 * it passes is slow in it and in them. An incident that hardly shows in one request shows in forty.
 */
import { calibrate, surprise } from '../../statistics/calibration.ts';
import { type InTime, openInTime, usualEvidence } from '../../statistics/in-time.ts';
import { createOwnTimes } from '../../statistics/own-times.ts';
import { gatherPathValues, type PathValues } from '../../statistics/path-values.ts';
import { openServiceEvidence } from '../../statistics/service-evidence.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { calibrationSample, HISTORY } from './history.ts';
import { HISTORY_IN_TIME_META, type NoConfig } from './meta.ts';
import type { Columns, Statistic } from './statistic.ts';

export const HISTORY_IN_TIME: Statistic<NoConfig> = {
  meta: HISTORY_IN_TIME_META,

  *learn(data, config, seed) {
    const { traces, train } = data;
    const history = yield* HISTORY.learn(data, config, seed);
    const values = yield* gatherPathValues(traces, train, undefined, createOwnTimes);
    const learnt = { ...history, ...ownColumns(values) };
    const sample = calibrationSample(data);
    const evidence = openServiceEvidence(ownPaths(learnt))(traces);
    const usual = usualEvidence(evidence, sample, traces.services.length);
    yield;
    const inTime = openInTime(traces, evidence, usual);
    return {
      ...learnt,
      'inTime.mean': usual.mean,
      'inTime.slow': usual.slow,
      'inTime.calibration': Float32Array.from(sample, (trace) => inTime(trace).score).sort(),
    };
  },

  ...(HISTORY.rankServices === undefined ? {} : { rankServices: HISTORY.rankServices }),

  open(columns, config) {
    const openHistory = HISTORY.open(columns, config);
    const openEvidence = openServiceEvidence(ownPaths(columns));
    const usual = { mean: columns['inTime.mean']!, slow: columns['inTime.slow']! };
    const calibration = calibrate(columns['inTime.calibration']!);
    // a file is read once for all that is asked of its traces
    const known = new WeakMap<TraceSet, (trace: number) => InTime>();
    return (traces) => {
      const history = openHistory(traces);
      const evidence = openEvidence(traces);
      const inTime = known.get(traces) ?? openInTime(traces, openEvidence(traces), usual);
      known.set(traces, inTime);
      const stds = new Float64Array(evidence.most);
      return {
        say(trace) {
          const said = history.say(trace);
          const { score, service } = inTime(trace);
          const nats = surprise(calibration, score);
          if (nats <= said.score) return { ...said, terms: [...said.terms!, 0] };
          evidence.read(trace, stds);
          return {
            score: nats,
            terms: [...said.terms!.map(() => 0), nats],
            worstNode: evidence.worstNode(trace, service),
            absentCall: -1,
          };
        },
        explain(trace) {
          const explained = history.explain(trace);
          const of = inTime(trace);
          const nats = surprise(calibration, of.score).toFixed(1);
          const says = `${explained.says}; slow with the requests before ${nats}: ${minuteWords(traces, of)}`;
          return { ...explained, says };
        },
      };
    };
  },
};

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

const minuteWords = ({ services }: TraceSet, { service, passed, slow }: InTime): string =>
  passed === 0
    ? `no request passed ${services[service]!} in the minute before`
    : `${slow} of ${passed} requests that passed ${services[service]!} in the minute before were slow there, where one in ten is usual`;
