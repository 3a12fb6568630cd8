/**
 * The lab: every variant of the score of the run at hand under the sliders' setting, and the traces
 * of a brushed range. The worker keeps the terms; what is shown stays until the next is there.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LabOf } from '../../lab/lab.ts';
import type { LabSession, RangeTraces, VariantView } from '../../lab/session.ts';
import { type LabSetting, paperSetting, settingKey, withConstants } from '../../lab/setting.ts';
import { LAB_VIEWS, type LabViewId, type LabViewOutput } from '../../lab/views.ts';
import { modelRef } from '../../run/model-ref.ts';
import type { TermsOutcome } from '../../run/outcome.ts';
import { ruleOf } from '../../run/run-threshold.ts';
import type { Constants } from '../../scoring/corrections/correction.ts';
import {
  type CorrectionId,
  VARIANTS,
  type Variant,
  variantWith,
} from '../../scoring/corrections/list.ts';
import { limitedBy } from '../../scoring/corrections/stdlimit.ts';
import { sameRule, type ThresholdRule } from '../../scoring/threshold-rule.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import type { RunState } from '../run/run-store.ts';
import { type InspectState, termsDetector } from '../scores/inspect-store.ts';
import { createLatest } from '../shared/latest.ts';

export type LabPhase =
  | { readonly phase: 'closed' }
  | { readonly phase: 'opening' }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'open'; readonly at: LabOf; readonly session: LabSession };

/** A variant as it was computed, and from which setting. */
export interface ShownVariant extends VariantView {
  readonly key: string;
}

/** What a view shows, and from which variant and setting. */
interface Viewed<T> {
  readonly key: string;
  readonly value: T;
}

/** `marks` is drawn from the variants, which are there in any case. */
export type LabViewName = LabViewId | 'marks';

/** The computed views that were looked at. */
type Views = { readonly [Id in LabViewId]?: Viewed<LabViewOutput<Id>> };

export interface LabState {
  readonly lab: LabPhase;
  readonly setting: LabSetting;
  /** In the large plot. */
  readonly variant: Variant;
  readonly shown: Readonly<Partial<Record<Variant, ShownVariant>>>;
  /** Scores in nats between which traces are listed. */
  readonly range: readonly [number, number] | null;
  readonly list: RangeTraces | null;
  readonly view: LabViewName;
  readonly views: Views;
  readonly failure: JobFailure | null;

  /** Opens the lab on the scores that are shown; nothing where it is open on them already. */
  open(): Promise<void>;
  show(variant: Variant): Promise<void>;
  look(view: LabViewName): Promise<void>;
  /** Moves constants of a correction, and shows a variant that has it. */
  tune(id: CorrectionId, constants: Constants): Promise<void>;
  /** The threshold that was chosen for the run. */
  follow(rule: ThresholdRule): Promise<void>;
  /** Scores and Flagged under these constants, with every correction. */
  use(): Promise<void>;
  /** The paper's constants again. */
  resetTuning(): Promise<void>;
  brush(range: readonly [number, number] | null): Promise<void>;
}

interface LabDeps {
  readonly client: WorkerClient;
  readonly dataset: StoreApi<DatasetState>;
  readonly runs: StoreApi<RunState>;
  readonly inspect: StoreApi<InspectState>;
}

const CLOSED = {
  lab: { phase: 'closed' },
  shown: {},
  range: null,
  list: null,
  views: {},
  failure: null,
} as const;

/** What tells whether the view in sight is as it should be; null where there is nothing to compute. */
function viewKey({ view, variant, setting, lab }: LabState): string | null {
  if (view === 'marks' || lab.phase !== 'open') return null;
  return LAB_VIEWS[view].key(variant, setting, lab.session);
}

/** Whether the lab has nothing under way: it is not there, it failed, or all of it is shown. */
export function labIsDrawn(state: LabState): boolean {
  const { lab, failure, shown, view, views } = state;
  if (lab.phase !== 'open' || failure !== null) return lab.phase !== 'opening';
  if (VARIANTS.some((variant) => shown[variant] === undefined)) return false;
  return view === 'marks' || viewKey(state) === null || views[view] !== undefined;
}

export function createLabStore({ client, dataset, runs, inspect }: LabDeps): StoreApi<LabState> {
  const openings = createLatest();
  let refreshing = false;
  let opened: { scores: TermsOutcome; file: number | null } | null = null;

  /** null where no detector has terms, too: there is nothing to correct. */
  const withTerms = () => termsDetector(runs.getState().training, inspect.getState().detector);
  const scoresAtHand = (): TermsOutcome | null => withTerms()?.scores ?? null;

  const store = createStore<LabState>((set, get) => {
    /** One object per opening: what was asked of an earlier one is dropped. */
    const openAt = (): LabOf | null => {
      const { lab } = get();
      return lab.phase === 'open' ? lab.at : null;
    };

    /** The first variant that is not yet what the setting asks for: the one in the large plot first. */
    const outdated = (): Variant | undefined => {
      const { variant, setting, shown } = get();
      return [variant, ...VARIANTS].find((name) => shown[name]?.key !== settingKey(name, setting));
    };

    const computeVariant = async (at: LabOf, variant: Variant): Promise<void> => {
      const { setting } = get();
      const computed = await client.start('labVariant', { ...at, variant, setting }).result;
      if (openAt() !== at) return;
      if (!computed.ok) return set({ failure: computed.error });
      const shownVariant = { ...computed.value, key: settingKey(variant, setting) };
      set({ shown: { ...get().shown, [variant]: shownVariant } });
      if (variant === get().variant) void relist();
    };

    const computeView = async (at: LabOf, key: string): Promise<void> => {
      const { view, variant, setting } = get();
      if (view === 'marks') return;
      const question = { ...at, view, variant, setting };
      const computed = await client.start('labView', question).result;
      if (openAt() !== at) return;
      if (!computed.ok) return set({ failure: computed.error });
      set({ views: { ...get().views, [view]: { key, value: computed.value } } });
    };

    /**
     * One job at a time, so that a slider that moves on leaves no queue behind it: first the
     * variant in sight, then the others, then the view.
     */
    const refresh = async (): Promise<void> => {
      if (refreshing) return;
      refreshing = true;
      set({ failure: null });
      for (;;) {
        const at = openAt();
        if (at === null || get().failure !== null) break;
        const variant = outdated();
        const key = viewKey(get());
        const { view } = get();
        const current = view === 'marks' ? null : get().views[view];
        if (variant !== undefined) await computeVariant(at, variant);
        else if (key !== null && current?.key !== key) await computeView(at, key);
        else break;
      }
      refreshing = false;
    };

    const relist = async (): Promise<void> => {
      const { range, variant, setting } = get();
      const at = openAt();
      if (range === null || at === null) return;
      const [from, to] = range;
      const input = { ...at, variant, setting, from, to };
      const listed = await client.start('labTraces', input).result;
      const now = get();
      if (openAt() !== at || now.range !== range || now.variant !== variant) return;
      set(listed.ok ? { list: listed.value } : { failure: listed.error });
    };

    const change = (setting: Partial<LabSetting>): Promise<void> => {
      set({ setting: { ...get().setting, ...setting } });
      return refresh();
    };

    return {
      ...CLOSED,
      setting: paperSetting({}),
      variant: 'nll',
      view: 'marks',

      async open() {
        const scores = scoresAtHand();
        const { training } = runs.getState();
        const { file } = inspect.getState();
        if (scores === null || training.phase !== 'done') return;
        if (get().lab.phase !== 'closed' && opened?.scores === scores && opened.file === file)
          return;
        opened = { scores, file };
        const isLatest = openings.begin();
        const source = training.run.settings.scoring.stdLimit;
        const setting = paperSetting({ stdlimit: limitedBy(source) }, ruleOf(withTerms()!));
        set({ ...CLOSED, lab: { phase: 'opening' }, setting });
        const of = modelRef(training.run, withTerms()!.detector);
        const at: LabOf = { of, file };
        const result = await client.start('openLab', { ...at, source }).result;
        if (!isLatest()) return;
        if (!result.ok) {
          set({ lab: { phase: 'failed', failure: result.error } });
          return;
        }
        set({ lab: { phase: 'open', at, session: result.value } });
        await refresh();
      },

      show(variant) {
        set({ variant, range: null, list: null });
        return refresh();
      },
      look(view) {
        set({ view });
        return refresh();
      },
      tune(id, constants) {
        const { lab, setting, variant } = get();
        if (lab.phase !== 'open') return Promise.resolve();
        // what a slider moves is in sight: a variant without its correction would stand still
        if (variant !== 'full' && variant !== id) set({ variant: 'full', range: null, list: null });
        return change(withConstants(setting, id, constants, lab.session.maxNodes));
      },
      follow: (rule) => change({ rule }),
      use() {
        const { constants } = get().setting;
        const corrections = variantWith('full', constants);
        const { setCorrections } = inspect.getState();
        return setCorrections(corrections, withTerms()?.detector);
      },
      resetTuning() {
        const { constants, rule } = get().setting;
        return change(paperSetting(constants, rule));
      },
      brush(range) {
        set({ range, list: null });
        return relist();
      },
    };
  });

  const close = (): void => {
    if (opened === null) return;
    opened = null;
    openings.cancel();
    store.setState(CLOSED);
  };
  const closeWhereOthers = (): void => {
    const { file } = inspect.getState();
    if (opened !== null && (opened.scores !== scoresAtHand() || opened.file !== file)) close();
  };
  runs.subscribe(() => {
    closeWhereOthers();
    const trained = withTerms();
    if (opened === null || trained === null) return;
    const [rule, { setting }] = [ruleOf(trained), store.getState()];
    if (!sameRule(rule, setting.rule)) void store.getState().follow(rule);
  });
  inspect.subscribe(closeWhereOthers);
  // the worker forgets the session with the dataset, also where labels were set on it
  dataset.subscribe((state, before) => {
    if (state.dataset?.imported.traces !== before.dataset?.imported.traces) close();
  });
  return store;
}
