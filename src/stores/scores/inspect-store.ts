/**
 * What is looked at: which detector, under which corrections, on which test file; and which trace,
 * with why it has its score. A change of corrections scores anew from stored terms, in the worker.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { ok, type Result } from '../../base/result.ts';
import { chosenAmong, type DetectorId, SHOWN_FIRST } from '../../detectors/catalog.ts';
import type { Explanation } from '../../detectors/explanation.ts';
import { storedScores } from '../../run/chosen-scores.ts';
import { seenIn } from '../../run/measured.ts';
import { type ModelRef, modelRef } from '../../run/model-ref.ts';
import type { CombinedScores, ScoreOutcome, TermsOutcome } from '../../run/outcome.ts';
import type { DetectorRun } from '../../run/record.ts';
import { ruleOf } from '../../run/run-threshold.ts';
import { type Corrections, correctionsOf } from '../../scoring/corrections/list.ts';
import { sameRule, type ThresholdRule } from '../../scoring/threshold-rule.ts';
import { depthFirst, type Label } from '../../trace/trace-set.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import { onShow } from '../run/run-state.ts';
import type { RunState } from '../run/run-store.ts';
import type { TrainingPhase } from '../run/training-phase.ts';
import { createLatest } from '../shared/latest.ts';

export type ExplanationPhase =
  | { readonly phase: 'none' }
  | { readonly phase: 'running' }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'done'; readonly explanation: Explanation };

export const LABEL_FILTERS = [
  'flagged',
  'all',
  'normal',
  'structure',
  'time',
] as const satisfies readonly ('flagged' | 'all' | Label)[];
export type LabelFilter = (typeof LABEL_FILTERS)[number];

export const DEFAULT_FILTER: LabelFilter = 'flagged';

/** Scores under the chosen corrections, and what they were combined from. */
export interface ChosenScores extends CombinedScores {
  readonly of: ScoreOutcome;
  readonly model: ModelRef;
  readonly corrections: Corrections;
  readonly rule: ThresholdRule;
  readonly file: number | null;
}

/** How many test traces have a score above their threshold. */
export function flaggedCount({ of, rows, test, report }: ChosenScores): number {
  const { threshold } = report.atThreshold;
  if (threshold === null) return 0;
  const seen = seenIn(of);
  return test.reduce(
    (sum, score, i) => sum + Number(score > threshold && (seen === null || seen[rows[i]!] === 0)),
    0,
  );
}

export interface InspectState {
  /** Index into the TraceSet; null while the inspector is closed. */
  readonly trace: number | null;
  readonly explanation: ExplanationPhase;
  /** The node that every view lights up, by its index in the trace's tree. */
  readonly node: number | null;
  readonly filter: LabelFilter;
  /** The one whose curves, scores and traces are shown. */
  readonly detector: DetectorId;
  readonly corrections: Corrections;
  /** Index of a test file, null for all. */
  readonly file: number | null;
  /** null until the first ones were combined; those before stay until the next are there. */
  readonly chosen: ChosenScores | null;
  readonly failure: JobFailure | null;

  inspect(trace: number): Promise<void>;
  close(): void;
  /** Opens the trace that comes `step` places later in the list; the first where none is open. */
  moveTrace(step: number): Promise<void>;
  setNode(node: number | null): void;
  /** Lights up the node `step` places later, each below its caller. */
  moveNode(step: number): void;
  setFilter(filter: LabelFilter): void;
  setDetector(detector: DetectorId): Promise<void>;
  /** @param detector that is shown from then on; the same as before where it is not told */
  setCorrections(corrections: Corrections, detector?: DetectorId): Promise<void>;
  setFile(file: number | null): Promise<void>;
}

/** The trained detector that is shown: the chosen one, or the one that comes first without it. */
export const shownDetector = (training: TrainingPhase, detector: DetectorId): DetectorRun | null =>
  training.phase === 'done' ? chosenAmong(training.run.detectors, detector) : null;

/**
 * What is made of the terms of equation (3) alone is of the shown detector; of the first that has
 * terms where the shown one has none.
 */
export function termsDetector(
  training: TrainingPhase,
  detector: DetectorId,
): (DetectorRun & { readonly scores: TermsOutcome }) | null {
  if (training.phase !== 'done') return null;
  const { detectors } = training.run;
  return [shownDetector(training, detector), ...detectors].find(hasTerms) ?? null;
}

const hasTerms = (
  trained: DetectorRun | null,
): trained is DetectorRun & { readonly scores: TermsOutcome } => trained?.scores?.kind === 'terms';

/** The traces of the list, in its order. */
export interface ListedTraces {
  readonly length: number;
  traceAt(index: number): number;
  /** -1 where it is not listed. */
  indexOf(trace: number): number;
}

export function createInspectStore(
  client: WorkerClient,
  runs: StoreApi<RunState>,
  datasets: StoreApi<DatasetState>,
  listed: () => ListedTraces | null,
): StoreApi<InspectState> {
  const choices = createLatest();

  const store = createStore<InspectState>((set, get) => {
    /** Takes or combines what is chosen now; a later choice overtakes an earlier one. */
    const choose = async (): Promise<void> => {
      const latest = choices.begin();
      const training = onShow(runs.getState());
      const shown = shownDetector(training, get().detector);
      if (training.phase !== 'done' || shown === null || shown.scores === null) return;
      const { detector, scores } = shown;
      const { corrections, file } = get();
      const choice = { corrections, file, rule: ruleOf(shown) };
      const of = modelRef(training.run, detector);
      const known = storedScores(scores, training.run.settings.scoring.stdLimit, detector, choice);
      let combined: Result<CombinedScores, JobFailure> | null = known === null ? null : ok(known);
      if (combined === null) {
        combined = await client.start('combine', { of, ...choice }).result;
        if (!latest()) return;
      }
      if (combined.ok) {
        set({ chosen: { ...combined.value, of: scores, model: of, ...choice }, failure: null });
      } else set({ failure: combined.error });
      const { trace } = get();
      if (trace !== null) await get().inspect(trace);
    };

    return {
      trace: null,
      explanation: { phase: 'none' },
      node: null,
      filter: DEFAULT_FILTER,
      detector: SHOWN_FIRST,
      corrections: correctionsOf('full'),
      file: null,
      chosen: null,
      failure: null,

      async inspect(trace) {
        const training = onShow(runs.getState());
        const { detector, corrections } = get();
        const shown = shownDetector(training, detector);
        const node = trace === get().trace ? get().node : null;
        if (training.phase !== 'done' || shown === null || shown.scores === null) {
          // without a model there are the spans, and what is usual
          set({ trace, node, explanation: { phase: 'none' } });
          return;
        }
        set({ trace, node, explanation: { phase: 'running' } });
        const result = await client.start('explain', {
          of: modelRef(training.run, shown.detector),
          trace,
          corrections,
        }).result;
        const now = get();
        // another trace or another score was chosen meanwhile
        if (now.trace !== trace || now.detector !== detector) return;
        if (now.corrections !== corrections) return;
        set({
          explanation: result.ok
            ? { phase: 'done', explanation: result.value }
            : { phase: 'failed', failure: result.error },
        });
      },

      close: () => set({ trace: null, node: null, explanation: { phase: 'none' } }),

      async moveTrace(step) {
        const list = listed();
        if (list === null || list.length === 0) return;
        const { trace } = get();
        const at = trace === null ? -1 : list.indexOf(trace);
        const goal = at === -1 ? 0 : clamp(at + step, list.length);
        if (goal !== at) await get().inspect(list.traceAt(goal));
      },

      setNode: (node) => set({ node }),
      setFilter: (filter) => set({ filter }),

      moveNode(step) {
        const { trace, node } = get();
        const { dataset } = datasets.getState();
        if (trace === null || dataset === null) return;
        const order = depthFirst(dataset.imported.traces, trace);
        const at = node === null ? -1 : order.indexOf(node);
        set({ node: order[at === -1 ? 0 : clamp(at + step, order.length)]! });
      },

      setDetector(detector) {
        set({ detector });
        return choose();
      },
      setCorrections(corrections, detector = get().detector) {
        set({ corrections, detector });
        return choose();
      },
      setFile(file) {
        set({ file });
        return choose();
      },
    };
  });

  let last: ScoreOutcome | null = null;
  let lastRun: string | null = null;
  runs.subscribe((state) => {
    const training = onShow(state);
    if (training.phase === 'done' && training.run.id !== lastRun) {
      // a run is first shown under all corrections, as it was set up
      lastRun = training.run.id;
      const { stdLimit } = training.run.settings.scoring;
      const corrections = correctionsOf('full', stdLimit);
      store.setState({ corrections });
    }
    const shown = shownDetector(training, store.getState().detector);
    const scores = shown?.scores ?? null;
    const { file, setFile, chosen } = store.getState();
    const moved = shown !== null && chosen?.of === scores && !sameRule(ruleOf(shown), chosen.rule);
    if (scores === last && !moved) return;
    last = scores;
    if (scores === null) return;
    const known = scores.byFile.some((part) => part.file === file);
    void setFile(known ? file : null);
  });
  return store;
}

const clamp = (index: number, length: number): number => Math.max(0, Math.min(length - 1, index));
