/** Whether training had the structure of a trace; of one that it had not, whether it had its paths. */
import { collectCallPaths, createPathFinder, UNKNOWN_PATH } from '../../features/call-paths.ts';
import { learnStructures } from '../../statistics/known-structures.ts';
import { countPaths } from '../../statistics/path-values.ts';
import { UNSEEN_STRUCTURE_META } from './meta.ts';
import type { UnseenConfig } from './settings.ts';
import type { Statistic } from './statistic.ts';
import { structureColumns, structuresOf } from './stored-columns.ts';
import { createAbsent, createUnseen, unseenNats } from './unseen.ts';

export const UNSEEN_STRUCTURE: Statistic<UnseenConfig> = {
  meta: UNSEEN_STRUCTURE_META,

  *learn({ traces, train }) {
    yield;
    const paths = collectCallPaths(traces, train);
    return {
      ...structureColumns(learnStructures(traces, train)),
      caller: Float32Array.from(paths.caller),
      operation: Float32Array.from(paths.operation),
      count: countPaths(traces, train, paths),
    };
  },

  open(columns, config) {
    const known = structuresOf(columns);
    const paths = {
      caller: Int32Array.from(columns.caller!),
      operation: Int32Array.from(columns.operation!),
    };
    const unseenIn = createUnseen(known, config);
    return (traces) => {
      const unseenOf = unseenIn(traces);
      const pathsIn = createPathFinder(traces, paths);
      const absentIn = createAbsent(traces, paths, columns.count!);
      return {
        say(trace) {
          const nats = unseenOf(trace);
          const hasUnseenPath =
            nats > 0 && pathsIn(traces.structureOf[trace]!).includes(UNKNOWN_PATH);
          return { score: nats, terms: hasUnseenPath ? [nats, 0] : [0, nats] };
        },
        explain(trace) {
          const each = unseenNats(known, config);
          return {
            says: `${each.toFixed(1)} nats if training did not have the structure, and on every node whose call path it did not have`,
            nodes: {
              score: Float64Array.from(pathsIn(traces.structureOf[trace]!), (path) =>
                path === UNKNOWN_PATH ? each : 0,
              ),
            },
            absent: absentIn(trace),
          };
        },
      };
    };
  },
};
