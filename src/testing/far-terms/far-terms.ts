/**
 * An example of a detector with terms: nodes that are far above and far below the mean of their
 * operation, whose sum is the score.
 */
import { ok } from '../../base/result.ts';
import type { DetectorData, ScoresModel } from '../../detectors/detector.ts';
import type { Method } from '../../detectors/shared/method.ts';
import {
  explainNodes,
  type LatencyMeans,
  learnMeans,
  meansOf,
  sides,
  weightsOf,
} from '../far-nodes/far-nodes.ts';
import type { FarNodesConfig } from '../far-nodes/meta.ts';
import { FAR_TERMS_META } from './meta.ts';

export const FAR_TERMS: Method<FarNodesConfig> = {
  async fit(data, { config }, context) {
    const learnt = await learnMeans(data, FAR_TERMS_META.label, context);
    return learnt.ok ? ok(modelOf(learnt.value, config)) : learnt;
  },
  restore: ({ config }, _operationCount, weights) => modelOf(meansOf(weights), config),
};

function modelOf(means: LatencyMeans, { stds }: FarNodesConfig): ScoresModel {
  const termsOf = (data: DetectorData, trace: number): { slow: number; fast: number } => {
    const of = sides(data, trace, means, stds);
    return {
      slow: of.filter((side) => side > 0).length,
      fast: of.filter((side) => side < 0).length,
    };
  };
  return {
    kind: 'scores',
    parameterCount: 2 * means.meanUs.length,
    saveWeights: async () => weightsOf(means),
    async scoreTraces(data, selected, { signal, onProgress }) {
      const slow = new Float64Array(selected.length);
      const fast = new Float64Array(selected.length);
      for (const [i, trace] of selected.entries()) {
        if (signal.aborted) break;
        const terms = termsOf(data, trace);
        slow[i] = terms.slow;
        fast[i] = terms.fast;
      }
      onProgress({ done: selected.length, total: selected.length });
      return { score: slow.map((value, i) => value + fast[i]!), terms: { slow, fast } };
    },
    async explain(data, trace) {
      const terms = termsOf(data, trace);
      return {
        ...explainNodes(data, trace, means, stds),
        score: terms.slow + terms.fast,
        says: 'the number of nodes far above the mean of their operation and of those far below',
        terms,
      };
    },
    dispose: () => {},
  };
}
