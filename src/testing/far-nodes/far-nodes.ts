/**
 * An example of a detector that gives one score per trace: the number of nodes whose latency is far
 * from the mean of their operation. It learns without epochs, so it has no curve and no checkpoint.
 */
import { err, ok, type Result } from '../../base/result.ts';
import type {
  DetectorData,
  FitContext,
  FitFailure,
  SavedWeights,
  ScoresModel,
} from '../../detectors/detector.ts';
import type { ScoreExplanation } from '../../detectors/explanation.ts';
import { cancelledFit, unusableData } from '../../detectors/shared/check-data.ts';
import type { Method } from '../../detectors/shared/method.ts';
import { createPacer } from '../../detectors/shared/pacer.ts';
import { scoreInPasses } from '../../detectors/shared/score-passes.ts';
import { FAR_NODES_META, type FarNodesConfig } from './meta.ts';

/** Traces between two looks at Cancel. */
const PER_PASS = 256;

/** Of each operation's latency, microseconds; NaN of an operation that was not met. */
export interface LatencyMeans {
  /** [operations] */
  readonly meanUs: Float32Array;
  /** [operations] population std */
  readonly stdUs: Float32Array;
}

export const FAR_NODES: Method<FarNodesConfig> = {
  async fit(data, { config }, context) {
    const learnt = await learnMeans(data, FAR_NODES_META.label, context);
    return learnt.ok ? ok(modelOf(learnt.value, config)) : learnt;
  },
  restore: ({ config }, _operationCount, weights) => modelOf(meansOf(weights), config),
};

export async function learnMeans(
  data: DetectorData,
  label: string,
  context: FitContext,
): Promise<Result<LatencyMeans, FitFailure>> {
  const unusable = unusableData(data, label);
  if (unusable !== null) return err(unusable);
  const { traces, train } = data;
  const operations = traces.operations.length;
  const [count, sum, square] = [0, 1, 2].map(() => new Float64Array(operations));
  const pacer = createPacer(context, train.length, 1);
  pacer.startPhase();
  pacer.startEpoch(1, Math.ceil(train.length / PER_PASS));
  for (let start = 0; start < train.length; start += PER_PASS) {
    const some = train.subarray(start, start + PER_PASS);
    for (const trace of some) {
      for (const { operation, latencyUs } of nodesOf(data, trace)) {
        count![operation]!++;
        sum![operation]! += latencyUs;
        square![operation]! += latencyUs ** 2;
      }
    }
    await pacer.afterBatch(some.length);
    if (context.control.signal.aborted) return err(cancelledFit(label));
    if (context.control.stopRequested()) break;
  }
  const meanUs = Float32Array.from(sum!, (total, i) => total / count![i]!);
  const stdUs = Float32Array.from(square!, (total, i) =>
    Math.sqrt(Math.max(0, total / count![i]! - meanUs[i]! ** 2)),
  );
  return ok({ meanUs, stdUs });
}

/** The nodes of a trace, the root first; latencies in microseconds. */
export function nodesOf({ traces }: DetectorData, trace: number) {
  const first = traces.nodeOffset[trace]!;
  const shape = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
  return Array.from({ length: traces.nodeOffset[trace + 1]! - first }, (_, node) => ({
    operation: traces.structures.operation[shape + node]!,
    latencyUs: traces.latencyUs[first + node]!,
  }));
}

export const weightsOf = (means: LatencyMeans): SavedWeights => ({
  formatVersion: 1,
  tensors: (['meanUs', 'stdUs'] as const).map((name) => ({
    name,
    shape: [means[name].length],
    data: means[name],
  })),
});

export const meansOf = ({ tensors }: SavedWeights): LatencyMeans => {
  const column = (name: string) => tensors.find((tensor) => tensor.name === name)!.data;
  return { meanUs: column('meanUs'), stdUs: column('stdUs') };
};

/** [n] 1 where a node is far above its mean, -1 where far below, 0 elsewhere. */
export const sides = (
  data: DetectorData,
  trace: number,
  { meanUs, stdUs }: LatencyMeans,
  stds: number,
): number[] =>
  nodesOf(data, trace).map(({ operation, latencyUs }) => {
    const distance = latencyUs - meanUs[operation]!;
    return Math.abs(distance) > stds * stdUs[operation]! ? Math.sign(distance) : 0;
  });

function modelOf(means: LatencyMeans, { stds }: FarNodesConfig): ScoresModel {
  const far = (data: DetectorData, trace: number): number =>
    sides(data, trace, means, stds).filter((side) => side !== 0).length;
  return {
    kind: 'scores',
    parameterCount: 2 * means.meanUs.length,
    saveWeights: async () => weightsOf(means),
    scoreTraces: (data, selected, options) =>
      scoreInPasses(selected, PER_PASS, options, async (traces) =>
        Float64Array.from(traces, (trace) => far(data, trace)),
      ),
    explain: async (data, trace) => ({
      ...explainNodes(data, trace, means, stds),
      score: far(data, trace),
      says: `the number of nodes that are further than ${stds} stds from the mean of their operation`,
    }),
    dispose: () => {},
  };
}

/** All of an explanation but the score and what it says. */
export function explainNodes(
  data: DetectorData,
  trace: number,
  means: LatencyMeans,
  stds: number,
): Omit<ScoreExplanation, 'score' | 'says'> {
  const nodes = nodesOf(data, trace);
  return {
    kind: 'scores',
    trace,
    nodes: {
      observedMs: Float64Array.from(nodes, ({ latencyUs }) => latencyUs / 1e3),
      expectedMs: Float64Array.from(nodes, ({ operation }) => means.meanUs[operation]! / 1e3),
      stdMs: Float64Array.from(nodes, ({ operation }) => means.stdUs[operation]! / 1e3),
      score: Float64Array.from(sides(data, trace, means, stds), Math.abs),
    },
    critical: null,
    transitions: null,
    absent: null,
  };
}
