/** The duration of the root span: latest end less earliest start would grow with asynchronous tails. */
import type { NoConfig } from './meta.ts';
import { DURATION_META } from './meta.ts';
import type { Columns, Statistic } from './statistic.ts';

export const DURATION: Statistic<NoConfig> = {
  meta: DURATION_META,
  *learn(): Generator<void, Columns> {
    yield;
    return {};
  },
  open:
    () =>
    ({ nodeOffset, latencyUs }) => {
      const durationMs = (trace: number): number => latencyUs[nodeOffset[trace]!]! / 1e3;
      return {
        say: (trace) => ({ score: durationMs(trace) }),
        explain(trace) {
          const score = new Float64Array(nodeOffset[trace + 1]! - nodeOffset[trace]!);
          score.fill(Number.NaN);
          score[0] = durationMs(trace);
          return {
            says: 'the duration of the root span, in milliseconds',
            nodes: { score },
            absent: null,
          };
        },
      };
    },
};
