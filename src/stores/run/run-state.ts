/** What the page knows of its run, and what the store of runs needs to work. */
import type { StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../base/result.ts';
import type { BaselineConfigs, BaselineId, DetectorId } from '../../detectors/catalog.ts';
import type { ScoreProgress } from '../../detectors/detector.ts';
import type { PresetId } from '../../detectors/tracevae/meta.ts';
import type { KeptModel } from '../../model/kept-model.ts';
import type { NamedScores } from '../../run/outcome.ts';
import type {
  DetectorFailure,
  DetectorRun,
  InterruptedRun,
  RunRecord,
  SeedResult,
} from '../../run/record.ts';
import type { RunEntry } from '../../run/run-entries.ts';
import type { ModelOfRun, SettingsPart, SettingsParts } from '../../run/settings.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import type { Tabs } from '../shared/tabs.ts';
import type { RunChoices } from './run-choices.ts';
import type { SpeedMemory } from './speed-memory.ts';
import type { TrainingPhase } from './training-phase.ts';

export type ScoringPhase =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running';
      readonly detector: DetectorId;
      readonly progress: ScoreProgress | null;
    }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'done' };

/** All traces ranked before anything is trained. */
export type FirstLook =
  | { readonly phase: 'none' }
  | { readonly phase: 'looking' }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'done'; readonly run: RunRecord };

/** What is shown: the run, or before there is one the first look, as if it were one. */
export const onShow = ({ training, first }: Pick<RunState, 'training' | 'first'>): TrainingPhase =>
  training.phase !== 'done' && first.phase === 'done' ? first : training;

export interface RunState {
  readonly choices: RunChoices;
  readonly training: TrainingPhase;
  readonly first: FirstLook;
  readonly scoring: ScoringPhase;
  readonly storageFailure: Failure | null;
  /** Another tab trains on this dataset. */
  readonly elsewhere: boolean;
  /** Runs that could not be stored, as they are now: in memory alone. */
  readonly unstored: readonly RunRecord[];

  choosePreset(preset: PresetId): void;
  choose(
    change: Partial<Pick<RunChoices, 'detectors' | 'seed' | 'limitTrain' | 'startedFrom'>>,
  ): void;
  configure<Part extends SettingsPart>(part: Part, change: Partial<SettingsParts[Part]>): void;
  configureBaseline<Id extends BaselineId>(id: Id, change: Partial<BaselineConfigs[Id]>): void;
  /** Chooses what a run was made with, so that nothing differs from it. */
  takeSettingsOf(run: Pick<RunRecord, 'preset' | 'settings'>): void;
  /** Ranks all traces of the dataset at hand, where that was not done with these roles. */
  look(): Promise<void>;
  train(): Promise<void>;
  /** Trains on, from the weights and with the settings of a kept model. */
  trainFrom(model: KeptModel): Promise<void>;
  /**
   * Trains these detectors beside the chosen ones. A finished run of the same settings keeps what
   * it has, and goes on with those that it lacks.
   */
  trainBeside(detectors: readonly DetectorId[]): Promise<void>;
  pause(): void;
  resume(): void;
  /** Ends training after this batch and keeps the weights. */
  stop(): void;
  score(): Promise<void>;
  /**
   * Scores anew what is scored already, with the scoring settings that are chosen now; also for a run
   * that kept less of its scores than this build does.
   */
  scoreAgain(): Promise<void>;
  cancelScoring(): void;
  /** Asks whether another tab trains on the dataset at hand. */
  lookElsewhere(): Promise<void>;
  /** Goes on here with what another tab trains, from its last checkpoint; it ends there. */
  takeOver(): Promise<void>;
  /** Goes on with the training that a reload interrupted. */
  resumeInterrupted(): Promise<void>;
  discardInterrupted(): Promise<void>;
  /** Takes the weights of a diverged run's last good epoch for a finished run. */
  keepLastGood(): Promise<void>;
  /** Adds what another seed gave to the run, if it is still the one at hand. */
  addRepeat(runId: string, result: SeedResult | DetectorFailure): Promise<void>;
  /** Changes the scores that a detector of the run keeps under names, if it is still the one shown. */
  changeNamed(
    runId: string,
    detector: DetectorId,
    change: (named: readonly NamedScores[]) => readonly NamedScores[],
  ): Promise<void>;
  /** Changes the threshold that each detector keeps; undefined for the default of its data. */
  changeThresholds(
    runId: string,
    change: (trained: DetectorRun) => string | undefined,
  ): Promise<void>;
  /** Stores {@link unstored} once more, where there is room now. */
  storeAgain(): Promise<void>;
  /** Puts back what was stored: a finished run, or one that was interrupted after it. */
  restore(run: RunRecord | null, interrupted: InterruptedRun | null): void;
  /** Forgets the run. */
  reset(): void;
  /** Forgets the run and the first look of a dataset that is gone. */
  leave(): void;
}

export interface RunStoreDeps {
  readonly client: WorkerClient;
  readonly storage: NotebookStorage;
  readonly dataset: StoreApi<DatasetState>;
  readonly tabs?: Tabs;
  readonly now: () => number;
  readonly newId: () => string;
  /** Bytes of JavaScript heap in use now, where the browser tells. */
  readonly heapBytes: () => number | null;
  /** Speeds of backends in this browser; without, `auto` is what the machine offers. */
  readonly speeds?: SpeedMemory;
  /** A kept model that training is to begin with; null where it is not here any more. */
  readonly keptModel?: (of: ModelOfRun) => Promise<KeptModel | null>;
  /** Hears of every run that was stored. */
  readonly onStored?: (entry: RunEntry) => void;
}

/** What the parts of the store share. */
export interface RunParts {
  readonly deps: RunStoreDeps;
  readonly set: StoreApi<RunState>['setState'];
  readonly get: StoreApi<RunState>['getState'];
  readonly peak: PeakHeap;
  saveRun(run: RunRecord): Promise<void>;
}

/** The most heap in use while a run trains and scores, bytes; null where the browser does not tell. */
export interface PeakHeap {
  value(): number | null;
  note(): void;
  startAt(bytes: number | null): void;
}

export function createPeakHeap({ heapBytes }: Pick<RunStoreDeps, 'heapBytes'>): PeakHeap {
  let peak: number | null = null;
  return {
    value: () => peak,
    note() {
      const bytes = heapBytes();
      if (bytes !== null) peak = Math.max(peak ?? 0, bytes);
    },
    startAt(bytes) {
      peak = bytes;
    },
  };
}
