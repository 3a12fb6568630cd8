/**
 * The self times of one structure against each other: the node that the others predict worst, or the
 * Mahalanobis distance of all. Structures with few training traces are scored by their oddest node.
 */
import { learnStructures } from '../../statistics/known-structures.ts';
import { openPathTails, sumOfLargest, suspect } from '../../statistics/path-tails.ts';
import { gatherPathValues } from '../../statistics/path-values.ts';
import {
  createLogSelfTimes,
  learnSelfTimeModels,
  modelsOf,
  residualsOf,
  type SelfTimeModel,
  tracesByKnown,
} from '../../statistics/self-time-models.ts';
import { populationStd } from '../../statistics/spread.ts';
import { standardisedTailOf, type TailGroup, tailGroup, tailOf } from '../../statistics/tail.ts';
import { nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import type { BaselineMeta } from '../shared/settings.ts';
import { MAHALANOBIS_META, RIDGE_META } from './meta.ts';
import type { UnseenConfig } from './settings.ts';
import type { Columns, Statistic } from './statistic.ts';
import { pathColumns, pathsOf, structureColumns, structuresOf } from './stored-columns.ts';
import { createAbsent, createStructureReader, unseenNats } from './unseen.ts';

/** What is compared with the training traces of a structure. */
interface Compared {
  /** [values per trace]: of each node, or one. */
  readonly perTrace: (nodes: number) => number;
  /** Writes the values of a trace, from the residuals of its nodes and its squared distance. */
  readonly write: (values: Float32Array, at: number, residuals: Float64Array, d2: number) => void;
  /** @returns a function that says how far out a trace is, and writes it for each node, nats */
  readonly open: (
    training: readonly Float32Array[],
  ) => (residuals: Float64Array, d2: number, nodeScore: Float64Array) => number;
  readonly says: string;
}

/** Residuals are not taken to be steadier than this, in stds of their node. */
const LEAST_STD = 0.1;

const RIDGE_COMPARED: Compared = {
  perTrace: (nodes) => nodes,
  write(values, at, residuals) {
    for (let i = 0; i < residuals.length; i++) values[at + i] = residuals[i]!;
  },
  open(training) {
    const stds = training.map((values) => Math.max(LEAST_STD, populationStd(values)));
    return (residuals, _, nodeScore) => {
      let most = 0;
      for (let i = 0; i < stds.length; i++) {
        nodeScore[i] = standardisedTailOf(training[i]!, stds[i]!, residuals[i]!);
        if (nodeScore[i]! > most) most = nodeScore[i]!;
      }
      return most;
    };
  },
  says: 'the node whose self time exceeds most what the self times of the others predict (ridge regression, by structure)',
};

const MAHALANOBIS_COMPARED: Compared = {
  perTrace: () => 1,
  write(values, at, _, d2) {
    values[at] = d2;
  },
  open([distances]) {
    const group: TailGroup = tailGroup(distances!);
    return (residuals, d2, nodeScore) => {
      // shown for each node: how far it is from what the others predict, in stds
      for (let i = 0; i < residuals.length; i++) nodeScore[i] = Math.abs(residuals[i]!);
      return tailOf(group, d2);
    };
  },
  says: 'how far out the Mahalanobis distance of all self times is among training traces of the same structure; a node shows how far it is from what the others predict, in stds',
};

const selfTimes = (
  meta: BaselineMeta<string, UnseenConfig>,
  compared: Compared,
): Statistic<UnseenConfig> => ({
  meta,

  *learn({ traces, train }): Generator<void, Columns> {
    const paths = yield* gatherPathValues(traces, train);
    const known = learnStructures(traces, train);
    const groups = tracesByKnown(traces, train, known);
    const models = yield* learnSelfTimeModels(traces, groups, known);
    const values = yield* compareTraining(traces, groups, modelsOf(models, known), compared);
    return { ...pathColumns(paths), ...structureColumns(known), ...models, values };
  },

  open(columns, config) {
    const paths = pathsOf(columns);
    const known = structuresOf(columns);
    const tails = openPathTails(paths, 'both');
    const models = modelsOf(
      {
        structure: columns.structure!,
        mean: columns.mean!,
        std: columns.std!,
        precision: columns.precision!,
      },
      known,
    );
    const scorers = openScorers(columns.values!, known.count, models, compared);
    const each = unseenNats(known, config);
    const structureReader = createStructureReader(known);
    return (traces) => {
      const nodes = tails.reader(traces);
      const knownOf = structureReader(traces);
      const absentIn = createAbsent(traces, paths.paths, paths.count);
      const writeLogs = createLogSelfTimes(traces);
      const logs = new Float64Array(nodes.score.length);

      /** Of a trace whose structure has a model; else its oddest node. */
      const read = (trace: number) => {
        const structure = knownOf(trace);
        const model = structure < 0 ? null : models[structure]!;
        const unseen = structure < 0 ? each : 0;
        if (model === null) {
          const n = nodes.read(trace);
          const tail = sumOfLargest(nodes.score, n, 1);
          return { tail, unseen, worstNode: suspect(nodes, n), nodeScore: nodes.score };
        }
        const residuals = logs.subarray(0, model.nodes);
        writeLogs(trace, residuals);
        const d2 = residualsOf(model, residuals);
        const tail = scorers[structure]!(residuals, d2, nodes.score);
        const worstNode = tail > 0 ? largestOf(nodes.score, model.nodes) : -1;
        return { tail, unseen, worstNode, nodeScore: nodes.score };
      };

      return {
        say(trace) {
          const { tail, unseen, worstNode } = read(trace);
          return { score: tail + unseen, terms: [tail, unseen], worstNode };
        },
        explain(trace) {
          const structure = knownOf(trace);
          const hasModel = structure >= 0 && models[structure] !== null;
          const { nodeScore } = read(trace);
          return {
            says: hasModel
              ? compared.says
              : 'the oddest node by its call path, as training has too few traces of the structure',
            nodes: { score: nodeScore.slice(0, nodeCount(traces, trace)) },
            absent: absentIn(trace),
          };
        },
      };
    };
  },
});

/** @returns [all] what is compared of the training traces: model after model, column after column, ascending */
function* compareTraining(
  traces: TraceSet,
  groups: readonly Uint32Array[],
  models: readonly (SelfTimeModel | null)[],
  { perTrace, write }: Compared,
): Generator<void, Float32Array> {
  const lengths = models.map((model, s) =>
    model === null ? 0 : groups[s]!.length * perTrace(model.nodes),
  );
  const values = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
  const writeLogs = createLogSelfTimes(traces);
  let at = 0;
  for (const [s, model] of models.entries()) {
    if (model === null) continue;
    yield;
    const width = perTrace(model.nodes);
    const group = groups[s]!;
    const residuals = new Float64Array(model.nodes);
    const row = new Float32Array(width);
    group.forEach((trace, i) => {
      writeLogs(trace, residuals);
      write(row, 0, residuals, residualsOf(model, residuals));
      for (let column = 0; column < width; column++) {
        values[at + column * group.length + i] = row[column]!;
      }
    });
    for (let column = 0; column < width; column++) {
      const from = at + column * group.length;
      values.subarray(from, from + group.length).sort();
    }
    at += lengths[s]!;
  }
  return values;
}

/** [known structures] */
function openScorers(
  values: Float32Array,
  count: Float32Array,
  models: readonly (SelfTimeModel | null)[],
  { perTrace, open }: Compared,
) {
  let at = 0;
  return models.map((model, s) => {
    if (model === null) return null;
    const columns = Array.from({ length: perTrace(model.nodes) }, () => {
      at += count[s]!;
      return values.subarray(at - count[s]!, at);
    });
    return open(columns);
  });
}

function largestOf(values: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 1; i < n; i++) if (values[i]! > values[largest]!) largest = i;
  return largest;
}

export const RIDGE: Statistic<UnseenConfig> = selfTimes(RIDGE_META, RIDGE_COMPARED);
export const MAHALANOBIS: Statistic<UnseenConfig> = selfTimes(
  MAHALANOBIS_META,
  MAHALANOBIS_COMPARED,
);
