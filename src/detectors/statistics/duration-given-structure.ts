/** How far out the duration of the root span is, given the structure of the trace. */
import {
  type DurationGroup,
  gatherDurations,
  openDurationTails,
} from '../../statistics/duration-tails.ts';
import { tailOf } from '../../statistics/tail.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import { DURATION_GIVEN_STRUCTURE_META, type NoConfig } from './meta.ts';
import type { Statistic } from './statistic.ts';
import { structureColumns, structuresOf } from './stored-columns.ts';

const WORDS: Readonly<Record<DurationGroup['of'], string>> = {
  structure: 'of the same structure',
  root: 'of the same root operation, as those of its structure are too few',
  all: 'of any kind, as those of its structure and of its root operation are too few',
};

export const DURATION_GIVEN_STRUCTURE: Statistic<NoConfig> = {
  meta: DURATION_GIVEN_STRUCTURE_META,
  *learn({ traces, train }) {
    yield;
    const { known, durations } = gatherDurations(traces, train);
    return { ...structureColumns(known), durations };
  },
  open(columns) {
    const groupsIn = openDurationTails({
      known: structuresOf(columns),
      durations: columns.durations!,
    });
    return (traces) => {
      const { nodeOffset, latencyUs } = traces;
      const groupOf = groupsIn(traces);
      const scoreOf = (trace: number): number =>
        tailOf(groupOf(trace).group, latencyUs[nodeOffset[trace]!]!);
      return {
        say: (trace) => ({ score: scoreOf(trace) }),
        explain(trace) {
          const { of, group } = groupOf(trace);
          const { values } = group;
          const length = nodeCount(traces, trace);
          const [expectedMs, score] = [0, 1].map(() => new Float64Array(length).fill(Number.NaN));
          expectedMs![0] = values[(values.length - 1) >> 1]! / 1e3;
          score![0] = scoreOf(trace);
          return {
            says: `how far out the duration of the root span is among ${values.length} training traces ${WORDS[of]}; expected is their median`,
            nodes: { expectedMs: expectedMs!, score: score! },
            absent: null,
          };
        },
      };
    };
  },
};
