/**
 * The oddest node of a trace, or the k oddest: tails of durations and self times by call path, and
 * what an unseen structure adds.
 */
import { learnStructures } from '../../statistics/known-structures.ts';
import { openPathTails, sumOfLargest, suspect } from '../../statistics/path-tails.ts';
import { gatherPathValues } from '../../statistics/path-values.ts';
import type { BaselineMeta } from '../shared/settings.ts';
import {
  ODDEST_NODE_META,
  ODDEST_NODES_META,
  type OddestNodeConfig,
  type OddestNodesConfig,
} from './meta.ts';
import type { Statistic } from './statistic.ts';
import { pathColumns, pathsOf, structureColumns, structuresOf } from './stored-columns.ts';
import { createAbsent, createUnseen, unseenNats } from './unseen.ts';

/** @param nodesOf how many nodes are summed */
const oddest = <Config extends OddestNodeConfig>(
  meta: BaselineMeta<string, Config>,
  nodesOf: (config: Config) => number,
): Statistic<Config> => ({
  meta,

  *learn({ traces, train }) {
    const values = yield* gatherPathValues(traces, train);
    return { ...pathColumns(values), ...structureColumns(learnStructures(traces, train)) };
  },

  open(columns, config) {
    const values = pathsOf(columns);
    const known = structuresOf(columns);
    const tails = openPathTails(values, config.measure);
    const unseenIn = createUnseen(known, config);
    const k = nodesOf(config);
    return (traces) => {
      const nodes = tails.reader(traces);
      const unseenOf = unseenIn(traces);
      const absentIn = createAbsent(traces, values.paths, values.count);
      return {
        say(trace) {
          const n = nodes.read(trace);
          const tail = sumOfLargest(nodes.score, n, k);
          const unseen = unseenOf(trace);
          return { score: tail + unseen, terms: [tail, unseen], worstNode: suspect(nodes, n) };
        },
        explain(trace) {
          const n = nodes.read(trace);
          const score = nodes.score.slice(0, n);
          const each = unseenNats(known, config);
          for (let i = 0; i < n; i++) if (!nodes.isKnown(trace, i)) score[i]! += each;
          const expectedMs = Float64Array.from(score, (_, i) => nodes.medianUs(trace, i) / 1e3);
          const parallel =
            tails.parallelPaths > 0 && config.measure !== 'duration'
              ? `; ${tails.parallelPaths} call paths are judged by durations alone, as their calls run side by side`
              : '';
          return {
            says: `${k === 1 ? 'the oddest node' : `the sum over the ${k} oddest nodes`}, each by how far out it is among training traces with its call path, and ${each.toFixed(1)} nats if training did not have the structure; expected is their median${parallel}`,
            nodes: { expectedMs, score },
            absent: absentIn(trace),
          };
        },
      };
    };
  },
});

export const ODDEST_NODE: Statistic<OddestNodeConfig> = oddest(ODDEST_NODE_META, () => 1);
export const ODDEST_NODES: Statistic<OddestNodesConfig> = oddest(ODDEST_NODES_META, ({ k }) => k);
