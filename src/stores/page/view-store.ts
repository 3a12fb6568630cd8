/**
 * Keeps the page's address and what is looked at in step, both ways: a choice becomes an entry of
 * the browser's history, and going back, or an address that was shared, becomes the choice.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import { chosenAmong, type DetectorId } from '../../detectors/catalog.ts';
import { isFirstLook } from '../../run/first-look.ts';
import { keptBy, refusedFormula } from '../../run/named-formulas.ts';
import type { DetectorRun, RunRecord } from '../../run/record.ts';
import { defaultRuleOf, ruleOf } from '../../run/run-threshold.ts';
import {
  type Corrections,
  correctionsOf,
  formulaText,
  sameCorrections,
} from '../../scoring/corrections/list.ts';
import { sameRule } from '../../scoring/threshold-rule.ts';
import type { Dataset } from '../../storage/records.ts';
import { decodeString, findString } from '../../trace/string-column.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import { type KeptRunsState, shownRun } from '../run/kept-runs-store.ts';
import { onShow } from '../run/run-state.ts';
import type { RunState } from '../run/run-store.ts';
import { DEFAULT_FILTER, type InspectState, shownDetector } from '../scores/inspect-store.ts';
import { withRule } from '../scores/threshold-store.ts';
import { NO_FILTER, type TraceListState } from '../scores/trace-list-store.ts';
import type { PreferencesState } from '../shared/preferences-store.ts';
import { DEFAULT_READER } from './cell-order.ts';
import { formatView, isOpen, NO_VIEW, parseView, type View } from './view-address.ts';

/** The part of the browser that holds the address; a test passes a fake. */
export interface AddressBar {
  /** The hash, with "#" or empty. */
  read(): string;
  /** Another entry of the history, or another address for the one at hand. */
  write(hash: string, how: 'push' | 'replace'): void;
  /** Brings a cell into sight. */
  goTo(cell: string): void;
}

export interface ViewState {
  /** What the address asked for and is not here. */
  readonly missing: Failure | null;
  dismissMissing(): void;
  /** Follows the address that the page has now; the address follows the page from then on. */
  follow(): Promise<void>;
  /** The address follows the page from now on, whatever it says. */
  lead(): void;
  /** The dataset that the address names. */
  wantedDataset(): string | null;
}

export interface ViewStoreDeps {
  readonly dataset: StoreApi<DatasetState>;
  readonly runs: StoreApi<RunState>;
  readonly kept: StoreApi<KeptRunsState>;
  readonly inspect: StoreApi<InspectState>;
  readonly traceList: StoreApi<TraceListState>;
  readonly preferences: StoreApi<PreferencesState>;
  readonly address: AddressBar;
}

const missing = (what: string, advice: string): Failure => ({
  what,
  where: 'the address of this page',
  advice,
});

/** Whether a run shows the same without the choice. */
const isShownFirst = ({ detectors }: RunRecord, detector: DetectorId): boolean =>
  chosenAmong(detectors, detector) === chosenAmong(detectors);

/** What is looked at now; the defaults are left out. */
function currentView({
  dataset,
  runs,
  kept,
  inspect,
  traceList,
  preferences,
}: ViewStoreDeps): View {
  const at = dataset.getState().dataset;
  if (at === null) return NO_VIEW;
  const shownPhase = onShow(runs.getState());
  const { reader } = preferences.getState();
  const shown = {
    ...NO_VIEW,
    reader: reader === DEFAULT_READER ? null : reader,
    dataset: at.id,
    baseline: kept.getState().baseline,
  };
  if (shownPhase.phase !== 'done') return shown;
  const { detector, corrections, file, filter, trace } = inspect.getState();
  const trained = shownDetector(shownPhase, detector);
  const { filter: narrow, grouped } = traceList.getState();
  const { run } = shownPhase;
  const usual = correctionsOf('full', run.settings.scoring.stdLimit);
  return {
    ...shown,
    // the first look is made again wherever the dataset is
    run: isFirstLook(run.id) ? null : run.id,
    detector: isShownFirst(run, detector) ? null : detector,
    corrections: sameCorrections(usual, corrections) ? null : corrections,
    threshold:
      trained === null || sameRule(ruleOf(trained), defaultRuleOf(trained))
        ? null
        : ruleOf(trained),
    file,
    filter: filter === DEFAULT_FILTER ? null : filter,
    narrow: isOpen(narrow) ? null : narrow,
    grouped,
    traceId: trace === null ? null : decodeString(at.imported.traces.traceIds, trace),
  };
}

/** Why the formula among these corrections cannot be had of a run; null where it can, or is none. */
function refusedOfRun(
  corrections: Corrections,
  trained: DetectorRun | null,
  { imported }: Dataset,
): Failure | null {
  const text = formulaText(corrections);
  if (text === null || trained?.scores?.kind !== 'terms') return null;
  return refusedFormula(text, keptBy(trained.scores.test, imported.traces));
}

export function createViewStore(deps: ViewStoreDeps): StoreApi<ViewState> {
  const { dataset, runs, kept, inspect, traceList, preferences, address } = deps;
  let following = 0;
  let started = false;

  /** The address after the page, unless the page is on its way to an address. */
  const write = (how: 'push' | 'replace'): void => {
    const { phase } = dataset.getState().status;
    if (!started || following > 0 || (phase !== 'ready' && phase !== 'empty')) return;
    const hash = formatView(currentView(deps));
    const before = parseView(address.read());
    if (before !== null && formatView({ ...before, at: null }) === hash) return;
    if (before === null && hash === '' && address.read() === '') return;
    // The first thing that is shown is no step that a person took.
    address.write(hash, before === null ? 'replace' : how);
  };

  const store = createStore<ViewState>((set) => {
    const say = (what: string, advice: string): void => set({ missing: missing(what, advice) });

    const apply = async (view: View): Promise<void> => {
      if (view.reader !== null) preferences.getState().setReader(view.reader);
      if (view.dataset !== null && view.dataset !== dataset.getState().dataset?.id) {
        const { stored } = dataset.getState();
        if (!stored.some(({ id }) => id === view.dataset)) {
          say(
            'this link points to data stored in another browser',
            'ask the sender for the notebook file, or import the same files',
          );
          return;
        }
        await dataset.getState().open(view.dataset);
      }
      const current = dataset.getState().dataset;
      if (current === null || (view.dataset !== null && current.id !== view.dataset)) return;
      if (view.run !== null && !(await kept.getState().show(view.run))) {
        const { entries } = kept.getState();
        if (!entries.some(({ id }) => id === view.run)) {
          say(
            'the run of this address is not stored',
            'choose one in the Runs cell, or train again',
          );
          return;
        }
      }
      // the list is narrowed as it comes, that of a first look too, which may still be made
      const look = inspect.getState();
      look.setFilter(view.filter ?? DEFAULT_FILTER);
      void traceList.getState().narrow(view.narrow ?? NO_FILTER);
      if (view.grouped !== traceList.getState().grouped) {
        void traceList.getState().group(view.grouped);
      }
      const training = onShow(runs.getState());
      if (training.phase !== 'done') return;
      kept.getState().setBaseline(view.baseline);
      const { run } = training;
      const detector = view.detector ?? chosenAmong(run.detectors)?.detector ?? look.detector;
      if (detector !== look.detector) await look.setDetector(detector);
      const usual = correctionsOf('full', run.settings.scoring.stdLimit);
      const wanted = view.corrections ?? usual;
      const refused = refusedOfRun(wanted, shownDetector(training, detector), current);
      if (refused !== null) {
        say(`the formula of this address cannot be computed: ${refused.what}`, refused.advice);
      }
      const corrections = refused === null ? wanted : usual;
      // the first address says nothing of a threshold that is stored; later ones go back to none
      if (view.threshold !== null || started) {
        const shown = shownDetector(training, detector);
        if (shown !== null && !sameRule(view.threshold ?? defaultRuleOf(shown), ruleOf(shown))) {
          const { changeThresholds } = runs.getState();
          await changeThresholds(run.id, withRule(shown.detector, view.threshold));
        }
      }
      if (!sameCorrections(corrections, inspect.getState().corrections)) {
        await look.setCorrections(corrections);
      }
      if (view.file !== inspect.getState().file) await look.setFile(view.file);
      const { traceIds } = current.imported.traces;
      // Only scored traces are inspected; files may use one id more than once.
      const scored = shownDetector(training, detector)?.scores?.test.trace ?? [];
      const trace = view.traceId === null ? -1 : findString(traceIds, view.traceId, scored);
      if (trace === -1) look.close();
      else if (trace !== inspect.getState().trace) await look.inspect(trace);
      if (view.traceId !== null && trace === -1) {
        say('the trace of this address is not in the test set', 'choose one in Flagged traces');
      }
    };

    return {
      missing: null,
      dismissMissing: () => set({ missing: null }),
      wantedDataset: () => parseView(address.read())?.dataset ?? null,

      lead() {
        started = true;
        write('replace');
      },

      async follow() {
        const hash = address.read();
        const view = parseView(hash);
        const cell = view?.at ?? (view === null ? hash.slice(1) : null);
        set({ missing: null });
        if (view !== null) {
          following += 1;
          await apply(view);
          following -= 1;
        }
        started = true;
        if (following > 0) return;
        if (cell !== null && cell !== '') {
          // A link to a cell is a step in the history of its own, with what is looked at in it.
          address.write(formatView({ ...currentView(deps), at: cell }), 'replace');
          preferences.getState().openCell(cell, true);
          address.goTo(cell);
        } else if (store.getState().missing === null) write('replace');
      },
    };
  });

  const push = (): void => write('push');
  dataset.subscribe((state, before) => {
    if (state.dataset?.id !== before.dataset?.id || state.status.phase !== before.status.phase) {
      push();
    }
  });
  runs.subscribe((state, before) => {
    // another run, or another threshold of it
    const [now, then] = [onShow(state), onShow(before)];
    if (shownRun(now) !== shownRun(then) || (now !== then && now.phase === 'done')) push();
  });
  kept.subscribe((state, before) => {
    if (state.baseline !== before.baseline) push();
  });
  inspect.subscribe((state, before) => {
    const { trace, filter, detector, corrections, file } = state;
    const isTyped = formulaText(corrections) !== null && formulaText(before.corrections) !== null;
    if (isTyped && corrections !== before.corrections) {
      // a formula is typed letter by letter, which is no step each
      write('replace');
    } else if (
      trace !== before.trace ||
      filter !== before.filter ||
      detector !== before.detector ||
      corrections !== before.corrections ||
      file !== before.file
    ) {
      push();
    }
  });
  preferences.subscribe(({ reader }, before) => {
    if (reader !== before.reader) push();
  });
  traceList.subscribe(({ filter, grouped }, before) => {
    const [now, then] = [filter, before.filter].map((narrow) => formatView({ ...NO_VIEW, narrow }));
    if (now === then && grouped === before.grouped) return;
    // a search is typed letter by letter, which is no step each
    write(filter.search === before.filter.search ? 'push' : 'replace');
  });
  return store;
}
