/**
 * FSA (section 6.4; Fu et al. 2009 for the automaton, k-sigma for latencies): a trace is anomalous
 * when the automaton rejects it, because it takes a transition that training never took, or because
 * a latency is more than k std from the mean of its transition.
 *
 * The score is 1 for a rejected trace and 0 for an accepted one: section 6.5 says that the automaton
 * has no continuous score, and the metrics take it as it is. Its threshold is its own decision, not a
 * percentile of validation scores.
 *
 * Differs from the paper, which gives no details: states are call paths (section 7: it "distinguishes
 * between different time distributions by preceding call paths"); a transition that fewer than
 * {@link ENOUGH} training traces took has no distribution yet and is not tested for latency.
 */
import { nextTask } from '../../base/next-task.ts';
import { err, ok } from '../../base/result.ts';
import { nodeCount } from '../../trace/trace-set.ts';
import type {
  DetectorData,
  FitContext,
  FitResult,
  SavedWeights,
  ScoresModel,
} from '../detector.ts';
import type { TransitionTaken } from '../explanation.ts';
import { cancelledFit, unusableData } from '../shared/check-data.ts';
import type { Method } from '../shared/method.ts';
import { createPacer, YIELD_EVERY_MS } from '../shared/pacer.ts';
import { type Automaton, createLearner, createReader } from './automaton.ts';
import { FSA_META, type FsaConfig } from './meta.ts';

/** Latencies of a transition before its mean and std are believed. */
const ENOUGH = 10;
/** Formats keep microseconds: below that a spread is rounding. */
const RESOLUTION_US = 1;
/** Traces between two looks at the clock. */
const CHUNK = 256;

export const FSA: Method<FsaConfig> = {
  fit: (data, { config }, context) => fitFsa(data, config, context),
  restore: ({ config }, _operationCount, weights) => restoreFsa(config, weights),
};

/** Counts the transitions of the training traces. */
export async function fitFsa(
  data: DetectorData,
  config: FsaConfig,
  context: FitContext,
): FitResult {
  const unusable = unusableData(data, FSA_META.label);
  if (unusable !== null) return err(unusable);
  const { traces, train } = data;
  const { control } = context;
  const learner = createLearner(traces, train);
  const pacer = createPacer(context, train.length, 1);
  pacer.startPhase();
  pacer.startEpoch(1, Math.ceil(train.length / CHUNK));
  for (let start = 0; start < train.length; start += CHUNK) {
    if (control.stopRequested() && start > 0) break;
    const chunk = train.subarray(start, start + CHUNK);
    for (const trace of chunk) learner.learn(trace);
    await pacer.afterBatch(chunk.length);
    if (control.signal.aborted) return err(cancelledFit(FSA_META.label));
  }
  return ok(modelOf(learner.automaton(config.minCount), config));
}

/** The automaton of stored weights. */
function restoreFsa(config: FsaConfig, { tensors }: SavedWeights): ScoresModel {
  const column = (name: string): Float32Array =>
    tensors.find((tensor) => tensor.name === name)!.data;
  const automaton = {
    paths: {
      caller: Int32Array.from(column('paths.caller')),
      operation: Int32Array.from(column('paths.operation')),
    },
    from: Int32Array.from(column('from')),
    to: Int32Array.from(column('to')),
    count: column('count'),
    meanUs: column('meanUs'),
    stdUs: column('stdUs'),
  };
  return modelOf(automaton, config);
}

function weightsOf({ paths, from, to, count, meanUs, stdUs }: Automaton): SavedWeights {
  const columns = {
    'paths.caller': paths.caller,
    'paths.operation': paths.operation,
    from,
    to,
    count,
    meanUs,
    stdUs,
  };
  return {
    formatVersion: 1,
    tensors: Object.entries(columns).map(([name, data]) => ({
      name,
      shape: [data.length],
      data: Float32Array.from(data),
    })),
  };
}

function modelOf(automaton: Automaton, config: FsaConfig): ScoresModel {
  const { count, meanUs, stdUs } = automaton;

  /** Stds between a latency and the mean of its transition; NaN where that has too few. */
  const deviationsOf = (transition: number, latencyUs: number): number =>
    count[transition]! < ENOUGH
      ? Number.NaN
      : Math.abs(latencyUs - meanUs[transition]!) / Math.max(stdUs[transition]!, RESOLUTION_US);

  const takenBy = (
    { traces }: DetectorData,
    trace: number,
    stepsOf: ReturnType<typeof createReader>,
  ): TransitionTaken[] =>
    stepsOf(traces.structureOf[trace]!).map(({ transition, from, to }) => {
      if (transition < 0) {
        return { from, to, seen: 0, verdict: 'unseen', deviations: Number.NaN };
      }
      const seen = count[transition]!;
      const latencyUs = to === null ? 0 : traces.latencyUs[traces.nodeOffset[trace]! + to]!;
      const deviations = to === null ? Number.NaN : deviationsOf(transition, latencyUs);
      const verdict = deviations > config.sigmas ? 'latency' : 'accepted';
      return { from, to, seen, verdict, deviations };
    });

  const isRejected = (taken: readonly TransitionTaken[]): boolean =>
    taken.some(({ verdict }) => verdict !== 'accepted');

  return {
    kind: 'scores',
    /** Mean and std of every transition. */
    parameterCount: 2 * count.length,
    saveWeights: async () => weightsOf(automaton),

    async scoreTraces(data, selected, { signal, onProgress }) {
      const stepsOf = createReader(data.traces, automaton);
      const score = new Float64Array(selected.length);
      let yieldedMs = performance.now();
      for (let i = 0; i < selected.length; i++) {
        score[i] = isRejected(takenBy(data, selected[i]!, stepsOf)) ? 1 : 0;
        if (i % CHUNK !== 0 || performance.now() - yieldedMs < YIELD_EVERY_MS) continue;
        onProgress({ done: i, total: selected.length });
        await nextTask();
        yieldedMs = performance.now();
        if (signal.aborted) return { score };
      }
      onProgress({ done: selected.length, total: selected.length });
      return { score };
    },

    async explain(data, trace) {
      const { traces } = data;
      const stepsOf = createReader(traces, automaton);
      const transitions = takenBy(data, trace, stepsOf);
      const nodes = nodeCount(traces, trace);
      const unknown = () => new Float64Array(nodes).fill(Number.NaN);
      const [expectedMs, stdMs, score] = [unknown(), unknown(), unknown()];
      const steps = stepsOf(traces.structureOf[trace]!);
      for (const [i, { transition, to }] of steps.entries()) {
        if (to === null) continue;
        score[to] = transitions[i]!.verdict === 'accepted' ? 0 : 1;
        if (transition < 0) continue;
        expectedMs[to] = meanUs[transition]! / 1e3;
        stdMs[to] = stdUs[transition]! / 1e3;
      }
      const first = traces.nodeOffset[trace]!;
      return {
        kind: 'scores',
        trace,
        score: isRejected(transitions) ? 1 : 0,
        says: `1 where a transition is unknown or a latency is beyond ${config.sigmas} stds: the trace is rejected; else 0`,
        nodes: {
          observedMs: Float64Array.from(
            { length: nodes },
            (_, i) => traces.latencyUs[first + i]! / 1e3,
          ),
          expectedMs,
          stdMs,
          score,
        },
        critical: null,
        transitions,
        absent: null,
      };
    },

    dispose: () => {},
  };
}
