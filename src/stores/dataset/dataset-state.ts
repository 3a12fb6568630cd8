/** What the page knows of its datasets, and what their store needs to work. */
import type { StoreApi } from 'zustand/vanilla';
import type { Failure, Result } from '../../base/result.ts';
import type { FileRole } from '../../features/splits.ts';
import type { ImportProgress } from '../../ingest/import.ts';
import type { KeptModel } from '../../model/kept-model.ts';
import type { RunRecord } from '../../run/record.ts';
import type { StandInChoice } from '../../simulator/stand-in-catalog.ts';
import type { NotebookStorage, StoredRuns } from '../../storage/notebook-storage.ts';
import type { Dataset, DatasetEntry } from '../../storage/records.ts';
import type { TraceSpans } from '../../storage/trace-spans.ts';
import type { Unreadable } from '../../storage/unreadable.ts';
import type { ColumnMapping, UnmappedTable } from '../../trace/column-mapping.ts';
import type { OrphanRule } from '../../trace/orphans.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { Tabs } from '../shared/tabs.ts';
import type { AttributeMemory } from './attribute-memory.ts';
import type { GivenFiles } from './given-files.ts';
import type { MappingMemory } from './mapping-memory.ts';

export type DatasetPhase =
  | { readonly phase: 'restoring' }
  | { readonly phase: 'empty' }
  | { readonly phase: 'opening'; readonly name: string }
  | { readonly phase: 'importing'; readonly what: string; readonly progress: ImportProgress | null }
  /** A person has to say what the columns of a table are. */
  | {
      readonly phase: 'asking';
      readonly table: UnmappedTable;
      readonly files: GivenFiles;
      /** About the tables of these files that were asked about before. */
      readonly answers: readonly ColumnMapping[];
    }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'ready' };

/** What becomes of files that come in. */
export type FilesUse =
  | { readonly kind: 'dataset' }
  | { readonly kind: 'score'; readonly model: KeptModel }
  /** Test files of the dataset at hand, for its run to score. */
  | { readonly kind: 'test' };

export interface DatasetState {
  readonly status: DatasetPhase;
  /** Stays while another comes in or after that failed, so that nothing is lost to a bad file. */
  readonly dataset: Dataset | null;
  /** The last saved first. */
  readonly stored: readonly DatasetEntry[];
  /** `share` 0 to 1. */
  readonly saving: { readonly id: string; readonly share: number } | null;
  /** What storage said last, if it was not good news. */
  readonly storageFailure: Failure | null;

  /** @param use absent: a person is asked where a model is at hand, else they are a dataset */
  importFiles(files: readonly File[] | GivenFiles, use?: FilesUse): Promise<void>;
  /** Scores the dataset at hand, as one more dataset. */
  scoreWith(model: KeptModel): Promise<void>;
  /** Goes on with the import that asked, and remembers the answer for tables like this one. */
  mapColumns(mapping: ColumnMapping): Promise<void>;
  /** Headers that the next import will not ask about. */
  readonly mappedHeaders: number;
  /** Asks about every table again. */
  forgetMappings(): void;
  /** Of the next import: the rules of the authors' loader. */
  readonly authorsRules: boolean;
  /** Also sets {@link orphans} to what goes with it. */
  setAuthorsRules(on: boolean): void;
  /** Of the next import: what becomes of calls whose caller was not recorded. */
  readonly orphans: OrphanRule;
  setOrphans(rule: OrphanRule): void;
  /** The dataset whose files can be read again: the last one that was imported by this page. */
  readonly rereadable: string | null;
  /** Reads the files of {@link rereadable} under another rule, as one more dataset. */
  readAgain(rule: OrphanRule): Promise<void>;
  /** Names of the attributes of spans that the next import keeps. */
  readonly keptAttributes: readonly string[];
  keepAttributes(names: readonly string[]): void;
  loadDemo(): Promise<void>;
  /** Makes a stand-in of one of the paper's datasets. */
  loadStandIn(choice: StandInChoice): Promise<void>;
  cancelImport(): void;
  /** Puts a dataset that the worker has in the place of the one before. */
  adopt(dataset: Dataset): Promise<void>;
  /** @param roles [files] */
  setRoles(roles: readonly FileRole[]): void;
  dismissFailure(): void;
  /**
   * Lists what is stored, and opens this dataset, or else the one that was open last.
   *
   * @returns false where a person asked for something else meanwhile
   */
  restore(wanted?: string | null): Promise<boolean>;
  /** Puts a stored dataset in the place of the one at hand, on the page and in the worker. */
  open(id: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  /** For good, with its runs and notes. The one at hand goes from the page too. */
  remove(id: string): Promise<void>;
  /**
   * The same, but {@link DatasetState.untrash} brings it back. Asks where another tab uses it.
   *
   * @param anyway a person was asked
   * @returns whether it worked
   */
  trash(id: string, anyway?: boolean): Promise<boolean>;
  /** A dataset to delete, and what another tab does with it: a person is asked. */
  readonly asked: { readonly id: string; readonly use: 'trained' | 'open' } | null;
  /** Answers that the dataset is not to be deleted. */
  keep(): void;
  /** @param open puts it in the place of the one at hand, too */
  untrash(entry: DatasetEntry, open: boolean): Promise<void>;
  /** The spans of a trace of the dataset at hand, as its files have them. */
  readSpans(trace: number): Promise<Result<TraceSpans, Failure>>;
  /** Lists what is stored now, as another tab has changed it. */
  relist(): Promise<void>;
  /** Stores the dataset at hand once more, where there was no room for it. */
  saveAgain(): Promise<void>;
}

/** A trained run, and what it takes to score further traces with it. */
export interface RunAtHand {
  readonly run: RunRecord;
  readonly model: KeptModel;
}

export interface DatasetStoreDeps {
  readonly client: WorkerClient;
  readonly storage: NotebookStorage;
  readonly mappings: MappingMemory;
  readonly attributes: AttributeMemory;
  readonly tabs?: Tabs;
  readonly now: () => number;
  readonly newId: () => string;
  /** Takes a file that is a whole notebook. @returns whether it was one */
  readonly openNotebook?: (file: File) => Promise<boolean>;
  /** @returns whether a person is asked first what is to be done with files */
  readonly askAboutModel?: (files: GivenFiles) => boolean;
  /** A run of the dataset that just came in takes its place. @returns what scores it */
  readonly openRun?: (run: RunRecord) => () => Promise<void>;
  /** The run at hand, as a model, to which test files are to be added; null where it cannot score. */
  readonly runAtHand?: () => Promise<RunAtHand | null>;
  /** Hears of stored datasets that cannot be read. */
  readonly onListed?: (unreadable: readonly Unreadable[]) => void;
  /** A stored dataset is at hand; this is what is stored of its runs. */
  readonly onOpened: (runs: StoredRuns) => void;
}

/** What the parts of the store share. */
export interface DatasetParts {
  readonly deps: DatasetStoreDeps;
  readonly set: StoreApi<DatasetState>['setState'];
  readonly get: StoreApi<DatasetState>['getState'];
}

/** The phase of a page that only has what it had before. */
export const settled = ({ dataset }: DatasetState): DatasetPhase => ({
  phase: dataset === null ? 'empty' : 'ready',
});
