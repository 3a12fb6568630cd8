/**
 * A statistic as a detector: what it learns is columns of numbers, which are stored as weights are,
 * and opened the same way whether they were learnt just now or read back. No epochs, no tensors.
 */
import { err, ok } from '../../base/result.ts';
import { nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import type {
  DetectorData,
  FitContext,
  FitResult,
  SavedWeights,
  ScoresModel,
  TraceScores,
} from '../detector.ts';
import type { ScoreExplanation } from '../explanation.ts';
import { cancelledFit, tooFewTraces } from '../shared/check-data.ts';
import type { Method } from '../shared/method.ts';
import { createPacer } from '../shared/pacer.ts';
import { scoreInPasses } from '../shared/score-passes.ts';
import type { BaselineMeta } from '../shared/settings.ts';

/** Traces between two looks at the clock while scoring. */
const PER_PASS = 1024;

/** What was learnt, by name. Whole numbers in them stay below 2^24, so that float32 holds them. */
export type Columns = Readonly<Record<string, Float32Array>>;

/** What a statistic says of one trace. */
export interface Said {
  readonly score: number;
  /** Values of the meta's terms, in their order; they add up to the score. */
  readonly terms?: readonly number[];
  /** The node that most likely made it odd, -1 for none; of statistics that look at nodes. */
  readonly worstNode?: number;
  /** Operation of the call whose absence made it odd, -1 for none; of statistics that know. */
  readonly absentCall?: number;
}

/** A statistic over one set of traces. */
export interface Reader {
  say(trace: number): Said;
  /** Per node: its part of the score, what was expected; and calls that the trace lacks. */
  explain(trace: number): Pick<ScoreExplanation, 'says' | 'absent'> & {
    readonly nodes: Partial<Omit<ScoreExplanation['nodes'], 'observedMs'>>;
  };
}

export interface Statistic<Config> {
  readonly meta: BaselineMeta<string, Config>;
  /** Yields now and then, so that Cancel is heard. */
  learn(data: DetectorData, config: Config, seed: number): Generator<void, Columns>;
  /** As {@link ScoresModel.rankServices}; absent where its explanations say all it knows. */
  readonly rankServices?: (data: DetectorData, flagged: Uint32Array) => number[];
  /** @returns for a set of traces: what it says of them */
  open(columns: Columns, config: Config): (traces: TraceSet) => Reader;
}

export const statisticOf = <Config>(statistic: Statistic<Config>): Method<Config> => ({
  fit: (data, { config }, context) => fitStatistic(statistic, data, config, context),
  restore: ({ config }, _operationCount, { tensors }) =>
    modelOf(statistic, Object.fromEntries(tensors.map(({ name, data }) => [name, data])), config),
});

async function fitStatistic<Config>(
  statistic: Statistic<Config>,
  data: DetectorData,
  config: Config,
  context: FitContext,
): FitResult {
  const { label } = statistic.meta;
  const unusable = tooFewTraces(data, label);
  if (unusable !== null) return err(unusable);
  const pacer = createPacer(context, data.train.length, 1);
  pacer.startPhase();
  pacer.startEpoch(1, 1);
  const learning = statistic.learn(data, config, context.seed);
  // Stop has nothing to cut short: what is learnt is small, and half of it would be of no use
  for (let step = learning.next(); ; step = learning.next()) {
    await pacer.afterBatch(0);
    if (context.control.signal.aborted) return err(cancelledFit(label));
    if (step.done === true) return ok(modelOf(statistic, step.value, config));
  }
}

function modelOf<Config>(
  statistic: Statistic<Config>,
  columns: Columns,
  config: Config,
): ScoresModel {
  const { meta, rankServices } = statistic;
  const { gives } = meta;
  const names = gives.kind === 'score' ? gives.terms.map(({ id }) => id) : [];
  const open = statistic.open(columns, config);
  return {
    kind: 'scores',
    parameterCount: Object.values(columns).reduce((sum, { length }) => sum + length, 0),
    saveWeights: async () => weightsOf(columns),

    async scoreTraces({ traces }, selected, options) {
      const reader = open(traces);
      const terms = names.map(() => new Float64Array(selected.length));
      const none = (): Int32Array => new Int32Array(selected.length).fill(-1);
      const [worstNode, absentCall] = [none(), none()];
      let [looksAtNodes, knowsCalls] = [false, false];
      let row = 0;
      const { score } = await scoreInPasses(selected, PER_PASS, options, async (pass) =>
        Float64Array.from(pass, (trace) => {
          const said = reader.say(trace);
          said.terms?.forEach((value, term) => {
            terms[term]![row] = value;
          });
          if (said.worstNode !== undefined) {
            looksAtNodes = true;
            worstNode[row] = said.worstNode;
          }
          if (said.absentCall !== undefined) {
            knowsCalls = true;
            absentCall[row] = said.absentCall;
          }
          row++;
          return said.score;
        }),
      );
      return {
        score,
        ...(names.length > 0
          ? { terms: Object.fromEntries(names.map((id, term) => [id, terms[term]!])) }
          : {}),
        ...(looksAtNodes ? { worstNode } : {}),
        ...(knowsCalls ? { absentCall } : {}),
      } satisfies TraceScores;
    },

    async explain({ traces }, trace) {
      const reader = open(traces);
      const { score, terms } = reader.say(trace);
      const { says, nodes, absent } = reader.explain(trace);
      const first = traces.nodeOffset[trace]!;
      const length = nodeCount(traces, trace);
      const unknown = (): Float64Array => new Float64Array(length).fill(Number.NaN);
      return {
        kind: 'scores',
        trace,
        score,
        says,
        nodes: {
          observedMs: Float64Array.from({ length }, (_, i) => traces.latencyUs[first + i]! / 1e3),
          expectedMs: nodes.expectedMs ?? unknown(),
          stdMs: nodes.stdMs ?? unknown(),
          score: nodes.score ?? unknown(),
        },
        ...(terms === undefined
          ? {}
          : { terms: Object.fromEntries(names.map((id, term) => [id, terms[term]!])) }),
        critical: null,
        transitions: null,
        absent,
      };
    },

    ...(rankServices === undefined ? {} : { rankServices }),
    dispose: () => {},
  };
}

const weightsOf = (columns: Columns): SavedWeights => ({
  formatVersion: 1,
  tensors: Object.entries(columns).map(([name, data]) => ({ name, shape: [data.length], data })),
});
