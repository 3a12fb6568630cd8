/**
 * How rare a trace is among those seen: slow as a whole, slow in one place, or of a structure that
 * training did not have. Each way is calibrated on validation traces; the rarest counts.
 */

import { blameOf } from '../../statistics/blame.ts';
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
  `the rarest of three ways counts, in nats of rarity among validation traces: ${WAYS.map(
    (way) => `${WORDS[way]} ${nats[way].toFixed(1)}`,
  ).join(', ')}`;

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
    const learned = yield* learnRarity(traces, train);
    const calibrations = yield* calibrateRarity(learned, traces, calibrationSample({ train, val }));
    return rarityColumns(learned, calibrations);
  },

  rankServices: ({ traces, train }, flagged) =>
    rankSlowServices(traces, flagged, train).map(({ service }) => service),

  open(columns) {
    const readerIn = openHistory(columns);
    return (traces) => {
      const reader = readerIn(traces);
      const absentIn = createAbsentReader(traces, reader);
      return {
        say(trace) {
          const { score, way, node } = reader.read(trace);
          const [lacked] = way === 'structure' && node < 0 ? absentIn(trace) : [];
          return {
            score,
            terms: WAYS.map((one) => (one === way ? score : 0)),
            worstNode: node,
            absentCall:
              lacked !== undefined && lacked.score > USUAL ? lacked.operations.at(-1)! : -1,
          };
        },
        explain(trace) {
          const rarity = reader.read(trace);
          const nodes = traces.nodeOffset[trace + 1]! - traces.nodeOffset[trace]!;
          return {
            says: saysOf(rarity),
            nodes: {
              score: blameOf(traces, trace, reader.tails.slice(0, nodes)),
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
