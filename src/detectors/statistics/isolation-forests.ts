/** Isolation forests: one per operation over durations of nodes, and one over whole traces. */
import { createRandom } from '../../base/random.ts';
import {
  createIsolationScore,
  createMeanPath,
  growForest,
  sampleSize,
} from '../../statistics/isolation-forest.ts';
import { growOperationForests, openOperationForests } from '../../statistics/operation-forests.ts';
import { createTraceFeatures, TRACE_FEATURES } from '../../statistics/trace-features.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import { ISOLATION_FOREST_META, ISOLATION_FOREST_TRACES_META } from './meta.ts';
import type { ForestConfig } from './settings.ts';
import type { Columns, Statistic } from './statistic.ts';

export const ISOLATION_FOREST: Statistic<ForestConfig> = {
  meta: ISOLATION_FOREST_META,

  *learn({ traces, train }, config, seed): Generator<void, Columns> {
    return { ...(yield* growOperationForests(traces, train, config, seed)) };
  },

  open({ operation, lowest, size, score }) {
    const scoreOf = openOperationForests({
      operation: operation!,
      lowest: lowest!,
      size: size!,
      score: score!,
    });
    return (traces) => {
      const { structures, structureOf, nodeOffset, latencyUs } = traces;
      const nodeScore = (trace: number, node: number): number => {
        const shape = structures.nodeOffset[structureOf[trace]!]!;
        const id = structures.operation[shape + node]!;
        return scoreOf(id, latencyUs[nodeOffset[trace]! + node]!);
      };
      return {
        say(trace) {
          let most = 0;
          let worstNode = -1;
          for (let node = nodeCount(traces, trace) - 1; node >= 0; node--) {
            const one = nodeScore(trace, node);
            // of equals the deepest, as whoever calls a slow node is slow, too
            if (one <= most) continue;
            most = one;
            worstNode = node;
          }
          return { score: most, worstNode };
        },
        explain: (trace) => ({
          says: 'the oddest node: near 1 where few random cuts set its duration apart from those of its operation in training, about 0.5 where it is as any other',
          nodes: {
            score: Float64Array.from({ length: nodeCount(traces, trace) }, (_, node) =>
              nodeScore(trace, node),
            ),
          },
          absent: null,
        }),
      };
    };
  },
};

/** Stream of the run's seed. */
const STREAM = 32;

export const ISOLATION_FOREST_TRACES: Statistic<ForestConfig> = {
  meta: ISOLATION_FOREST_TRACES_META,

  *learn({ traces, train }, config, seed): Generator<void, Columns> {
    const rows = new Float32Array(TRACE_FEATURES * train.length);
    const writeFeatures = createTraceFeatures(traces);
    train.forEach((trace, row) => {
      writeFeatures(trace, rows, TRACE_FEATURES * row);
    });
    yield;
    const forest = growForest(rows, TRACE_FEATURES, config, createRandom(seed, STREAM));
    return { ...forest, sample: Float32Array.of(sampleSize(train.length, config)) };
  },

  open({ root, feature, value, right, sample }) {
    const meanPath = createMeanPath({
      root: root!,
      feature: feature!,
      value: value!,
      right: right!,
    });
    const isolation = createIsolationScore(sample![0]!);
    return (traces) => {
      const writeFeatures = createTraceFeatures(traces);
      // as training rows are, so that a row that was trained on takes the path that it took
      const row = new Float32Array(TRACE_FEATURES);
      const scoreOf = (trace: number): number => {
        writeFeatures(trace, row, 0);
        return isolation(meanPath(row));
      };
      return {
        say: (trace) => ({ score: scoreOf(trace) }),
        explain: () => ({
          says: 'near 1 where few random cuts set the trace apart from those of training by duration, self times, nodes and depth; about 0.5 where it is as any other',
          nodes: {},
          absent: null,
        }),
      };
    };
  },
};
