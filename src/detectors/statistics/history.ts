/**
 * How rare a trace is among those seen: slow as a whole, slow in one place, or of a structure that
 * training did not have. Each way is calibrated on validation traces; the rarest counts.
 */

import { blameOf } from '../../statistics/blame.ts';
import { rankSlowServices } from '../../statistics/slow-services.ts';
import {
  calibrateRarity,
  learnRarity,
  openRarity,
  type Rarity,
  WAYS,
  type Way,
} from '../../statistics/trace-rarity.ts';
import { HISTORY_META, type NoConfig } from './meta.ts';
import { rarityColumns, rarityOf } from './rarity-columns.ts';
import type { Statistic } from './statistic.ts';
import { createAbsent } from './unseen.ts';

/** With fewer validation traces, the training traces calibrate: they are nearer to themselves. */
const FEWEST_VALIDATION = 20;

/** nats: more traces with its caller have a call than lack it. */
const USUAL = Math.LN2;

const WORDS: Readonly<Record<Way, string>> = {
  whole: 'slow as a whole',
  place: 'slow in one place',
  structure: 'structure not seen in training',
};

const saysOf = ({ nats }: Rarity): string =>
  `the rarest of three ways counts, in nats of rarity among validation traces: ${WAYS.map(
    (way) => `${WORDS[way]} ${nats[way].toFixed(1)}`,
  ).join(', ')}`;

export const HISTORY: Statistic<NoConfig> = {
  meta: HISTORY_META,

  *learn({ traces, train, val }) {
    const learned = yield* learnRarity(traces, train);
    const sample = val.length < FEWEST_VALIDATION ? train : val;
    const calibrations = yield* calibrateRarity(learned, traces, sample);
    return rarityColumns(learned, calibrations);
  },

  rankServices: ({ traces, train }, flagged) =>
    rankSlowServices(traces, flagged, train).map(({ service }) => service),

  open(columns) {
    const { learned, calibrations } = rarityOf(columns);
    const rarityIn = openRarity(learned, calibrations);
    return (traces) => {
      const reader = rarityIn(traces);
      const { paths, count } = learned.values;
      const absentIn = createAbsent(traces, paths, count);
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
