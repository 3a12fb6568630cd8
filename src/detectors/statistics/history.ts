/**
 * How rare a trace is among those seen: slow as a whole, slow in one place, of a structure that
 * training did not have, or slow at a service together with the requests of the minute before, where
 * that minute stands out. Each way is calibrated on validation traces; the rarest counts.
 */

import { blameOf } from '../../statistics/blame.ts';
import { surprise } from '../../statistics/calibration.ts';
import type { InTime } from '../../statistics/in-time.ts';
import {
  FEWEST_POOLED,
  learnPooled,
  openPooled,
  type PooledReader,
} from '../../statistics/pooled-rarity.ts';
import { rankSlowServices } from '../../statistics/slow-services.ts';
import {
  calibrateRarity,
  type Learned,
  learnRarity,
  openRarity,
  type Rarity,
  type RarityReader,
  WAYS,
  type Way,
} from '../../statistics/trace-rarity.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { DetectorData } from '../detector.ts';
import type { AbsentPath } from '../explanation.ts';
import { type LearntMinute, learnMinute, openMinute } from './history-minute.ts';
import { HISTORY_META, type NoConfig } from './meta.ts';
import { pooledColumns, pooledOf, rarityColumns, rarityOf } from './rarity-columns.ts';
import type { Columns, Statistic } from './statistic.ts';
import { createAbsent } from './unseen.ts';

/** With fewer validation traces, the training traces calibrate: they are nearer to themselves. */
const FEWEST_VALIDATION = 20;

const NO_TRACES = new Uint32Array(0);

/** nats: more traces with its caller have a call than lack it. */
const USUAL = Math.LN2;

/** @returns trace indices */
export const calibrationSample = ({
  train,
  val,
}: Pick<DetectorData, 'train' | 'val'>): Uint32Array =>
  val.length < FEWEST_VALIDATION ? train : val;

const WORDS: Readonly<Record<Way, string>> = {
  whole: 'slow as a whole',
  place: 'slow in one place',
  structure: 'structure not seen in training',
};

const saysOf = ({ nats }: Rarity): string =>
  `the rarest of these counts, in nats of rarity among validation traces: ${WAYS.map(
    (way) => `${WORDS[way]} ${nats[way].toFixed(1)}`,
  ).join(', ')}`;

const minuteWords = ({ services }: TraceSet, { service, passed, slow }: InTime): string =>
  `${slow} of ${passed} requests that passed ${services[service]!} in the minute before were slow there, where one in ten is usual`;

/** A reader of rarity, and what it holds a trace against. */
type HistoryReader = RarityReader & Pick<PooledReader, 'historyOf'>;

function openHistory(columns: Columns): (traces: TraceSet) => HistoryReader {
  const pooled = pooledOf(columns);
  if (pooled !== null) return openPooled(pooled);
  const { learned, calibrations } = rarityOf(columns);
  const readerIn = openRarity(learned, calibrations);
  return (traces) => ({ ...readerIn(traces), historyOf: () => learned });
}

/** @returns for a trace: calls that it lacks, by the history that it is held against */
function createAbsentReader(
  traces: TraceSet,
  reader: HistoryReader,
): (trace: number) => readonly AbsentPath[] {
  const opened = new Map<Learned, ReturnType<typeof createAbsent>>();
  return (trace) => {
    const learned = reader.historyOf(trace);
    const { paths, count } = learned.values;
    const absentIn = opened.get(learned) ?? createAbsent(traces, paths, count);
    opened.set(learned, absentIn);
    return absentIn(trace);
  };
}

export const HISTORY: Statistic<NoConfig> = {
  meta: HISTORY_META,

  *learn({ traces, train, val, pool = NO_TRACES }) {
    if (pool.length >= FEWEST_POOLED) return pooledColumns(yield* learnPooled(traces, pool));
    const sample = calibrationSample({ train, val });
    const learned = yield* learnRarity(traces, train);
    const calibrations = yield* calibrateRarity(learned, traces, sample);
    const minute = yield* learnMinute(traces, train, sample, learned.values);
    return { ...rarityColumns(learned, calibrations), ...minute };
  },

  rankServices: ({ traces, train }, flagged) =>
    rankSlowServices(traces, flagged, train).map(({ service }) => service),

  open(columns) {
    const readerIn = openHistory(columns);
    const minute = openMinute(columns);
    return (traces) => {
      const reader = readerIn(traces);
      const absentIn = createAbsentReader(traces, reader);
      const sayMinute = minute === null ? () => null : minuteIn(minute, traces);
      return {
        say(trace) {
          const { score, way, node } = reader.read(trace);
          const together = sayMinute(trace);
          if (together !== null && together.nats > score) {
            return {
              score: together.nats,
              terms: [...WAYS.map(() => 0), together.nats],
              worstNode: together.worstNode(),
              absentCall: -1,
            };
          }
          const [lacked] = way === 'structure' && node < 0 ? absentIn(trace) : [];
          return {
            score,
            terms: [...WAYS.map((one) => (one === way ? score : 0)), 0],
            worstNode: node,
            absentCall:
              lacked !== undefined && lacked.score > USUAL ? lacked.operations.at(-1)! : -1,
          };
        },
        explain(trace) {
          const rarity = reader.read(trace);
          const together = sayMinute(trace);
          const nodes = traces.nodeOffset[trace + 1]! - traces.nodeOffset[trace]!;
          return {
            says:
              together === null
                ? saysOf(rarity)
                : `${saysOf(rarity)}, slow with the requests before ${together.nats.toFixed(1)}: ${minuteWords(traces, together.inTime)}`,
            nodes: {
              score: blameOf(traces, trace, reader.tailsOf(trace)),
              expectedMs: Float64Array.from(
                { length: nodes },
                (_, node) => reader.medianUs(trace, node) / 1e3,
              ),
            },
            absent: absentIn(trace),
          };
        },
      };
    };
  },
};

/** What the minute before says of a trace. */
interface Together {
  readonly inTime: InTime;
  readonly nats: number;
  /** The node of that service that is farthest out. */
  worstNode(): number;
}

/** @returns null of a trace where no minute stands out */
function minuteIn(minute: LearntMinute, traces: TraceSet): (trace: number) => Together | null {
  const { inTime, evidence } = minute.open(traces);
  return (trace) => {
    const of = inTime.read(trace);
    if (of === null) return null;
    return {
      inTime: of,
      nats: surprise(minute.calibration, of.score),
      worstNode: () => evidence.worstNode(trace, of.service),
    };
  };
}
