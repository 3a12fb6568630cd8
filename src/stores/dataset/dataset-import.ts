/** Datasets that come in: files, with their labels where those come apart, the demo and stand-ins. */

import type { Failure } from '../../base/result.ts';
import { type FileRole, guessRole } from '../../features/splits.ts';
import type { ImportedTraces } from '../../ingest/import.ts';
import { addedRun, withTestFiles } from '../../model/added-files.ts';
import type { KeptModel } from '../../model/kept-model.ts';
import { operationTexts } from '../../model/opened-model.ts';
import {
  keptRun,
  type RunFacts,
  scoredRoles,
  withoutValidation,
  withValidation,
} from '../../model/scored-dataset.ts';
import type { RunRecord } from '../../run/record.ts';
import type { Dataset } from '../../storage/records.ts';
import type { ColumnMapping } from '../../trace/column-mapping.ts';
import { mergeLedgers } from '../../trace/ledger.ts';
import type { OrphanRule } from '../../trace/orphans.ts';
import { underVocabulary } from '../../trace/under-vocabulary.ts';
import { type OperationText, operationsOf } from '../../trace/vocabulary.ts';
import type { RunningJob } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { DatasetSaving } from './dataset-saving.ts';
import {
  type DatasetParts,
  type DatasetState,
  type FilesUse,
  type RunAtHand,
  settled,
} from './dataset-state.ts';
import type { DatasetTurns } from './dataset-turns.ts';
import { allOf, type GivenFiles, givenFiles } from './given-files.ts';
import { handOver } from './hand-over.ts';

type DatasetImport = Pick<
  DatasetState,
  'importFiles' | 'scoreWith' | 'mapColumns' | 'readAgain' | 'loadDemo' | 'loadStandIn'
>;

export const DEMO_SEED = 2023;
/** The demo dataset's simulated files carry names which {@link guessRole} understands. */
const DEMO_NAME = 'Demo: simulated online shop';

/** A role for each file, by its name. */
export const guessRoles = ({ files }: ImportedTraces): FileRole[] =>
  files.map(({ name }) => guessRole(name));

/** What tells a dataset from another one of the same files. */
const RULE_NAMES: Readonly<Record<OrphanRule, string>> = {
  'own-tree': 'callers missing: own trees',
  attach: 'callers missing: below the root',
  largest: 'callers missing: largest trees',
  'leave-out': 'callers missing: left out',
};

function datasetName({ names }: GivenFiles): string {
  const [first = 'dataset'] = names;
  const folder = first.slice(0, first.indexOf('/') + 1);
  if (folder !== '' && names.length > 1 && names.every((name) => name.startsWith(folder))) {
    return folder.slice(0, -1);
  }
  return names.length === 1 ? first : `${first} and ${names.length - 1} more`;
}

export const MODEL_GONE: Failure = {
  what: 'the model that scored this dataset is not kept here any more',
  where: 'the list of models',
  advice: 'open its file, then drop the traces again',
};

/** What becomes of the files of an import, with what that takes. */
type ReadyUse =
  | Exclude<FilesUse, { kind: 'test' }>
  | ({ readonly kind: 'test'; readonly to: Dataset } & RunAtHand);

/** Operations that have the first ids. */
function firstOperations(use: ReadyUse): { readonly firstOperations?: OperationText[] } {
  if (use.kind === 'dataset') return {};
  return {
    firstOperations:
      use.kind === 'score' ? operationTexts(use.model) : operationsOf(use.to.imported.traces),
  };
}

export function createDatasetImport(
  { deps, set, get }: DatasetParts,
  turns: DatasetTurns,
  saving: DatasetSaving,
): DatasetImport {
  const { client } = deps;
  /** Of the last dataset that came in from files. */
  let last: { files: GivenFiles; answers: readonly ColumnMapping[] } | null = null;

  /** Of the import under way, questions about its tables included. */
  let use: ReadyUse = { kind: 'dataset' };

  interface TakenRun {
    /** To be scored, once the dataset is at hand. */
    readonly run?: RunRecord;
    /** A stored dataset whose spans come behind those that the worker holds. */
    readonly spansOf?: string;
  }

  const take = async (dataset: Dataset, { run, spansOf }: TakenRun = {}): Promise<void> => {
    saving.replace(dataset, { status: { phase: 'ready' } });
    const score = run === undefined ? undefined : deps.openRun?.(run);
    await saving.save(dataset, spansOf);
    await score?.();
  };

  const factsOf = (datasetId: string): RunFacts => ({
    id: deps.newId(),
    datasetId,
    savedAt: deps.now(),
  });

  type Came = Pick<Dataset, 'id' | 'name' | 'imported'>;

  /** Traces that a kept model scores, with its validation traces, on the page and in the worker. */
  const takeScored = async (came: Came, model: KeptModel, spansOf?: string): Promise<void> => {
    const { id, name } = came;
    const imported = withValidation(came.imported, model);
    const { traces } = imported;
    await client.start('open', { traces }).result;
    const roles = scoredRoles(came.imported.files.length);
    await take(
      { id, name: `${name}, scored by ${model.origin.name}`, imported, roles },
      {
        run: keptRun(model, roles, traces, factsOf(id)),
        ...(spansOf === undefined ? {} : { spansOf }),
      },
    );
  };

  /** Test files of a run's dataset: one more dataset, of which the run is one too. */
  const takeAdded = async (
    { id, name, imported: read }: Came,
    { to, run, model }: Extract<ReadyUse, { kind: 'test' }>,
  ): Promise<void> => {
    const joined = withTestFiles(read, to, run.settings);
    await client.start('open', { traces: joined.imported.traces }).result;
    const added = read.files.map((file) => file.name);
    await take(
      { id, name: `${to.name} and ${name}`, ...joined },
      { run: addedRun(run, model, added, joined, factsOf(id)), spansOf: to.id },
    );
  };

  const fail = (failure: JobFailure): void =>
    set({ status: failure.kind === 'cancelled' ? settled(get()) : { phase: 'failed', failure } });

  /** Labels for the dataset at hand; with them its scores are others, so it is another one. */
  const label = async (given: GivenFiles): Promise<void> => {
    const files = await allOf(given);
    const result = await client.start('label', { names: given.names, files }).result;
    const { dataset } = get();
    if (dataset === null) return;
    if (!result.ok) {
      fail(result.error);
      return;
    }
    const { imported } = dataset;
    const { ledger: notes, ...labels } = result.value;
    const traces = { ...imported.traces, ...labels };
    const ledger = mergeLedgers(imported.ledger, notes);
    await take({
      ...dataset,
      id: deps.newId(),
      name: `${dataset.name}, labelled`,
      imported: { ...imported, traces, ledger },
    });
  };

  const run = async (
    what: string,
    files: GivenFiles | null,
    answers: readonly ColumnMapping[],
    start: (datasetId: string) => RunningJob<'import'> | RunningJob<'demo'>,
    roles?: readonly FileRole[],
  ): Promise<void> => {
    const isMine = turns.start({ phase: 'importing', what, progress: null });
    const id = deps.newId();
    const job = start(id);
    turns.hold(job);
    let ended = false;
    if (files) {
      void handOver(
        files,
        ({ files: some, transfer }) =>
          client.start('giveFiles', { datasetId: id, files: some }, undefined, transfer).result,
        () => ended,
      );
    }
    const result = await job.result;
    ended = true;
    if (!isMine()) {
      saving.dropSpans(id);
      return;
    }
    turns.hold(null);
    if (result.ok) {
      const read = result.value;
      const { length } = read.files;
      if (files) {
        last = { files, answers };
        set({ rereadable: id });
      }
      const guessed = roles?.length === length ? roles : guessRoles(read);
      const came = { id, name: what, imported: read };
      if (use.kind === 'score') await takeScored(came, use.model);
      else if (use.kind === 'test') await takeAdded(came, use);
      else await take({ ...came, roles: guessed });
    } else if (result.error.kind === 'unmapped' && files) {
      set({ status: { phase: 'asking', table: result.error.table, files, answers } });
    } else if (result.error.kind === 'labels-only' && files && get().dataset !== null) {
      await label(files);
    } else fail(result.error);
  };

  const importWith = (
    files: GivenFiles,
    answers: readonly ColumnMapping[] = [],
    name = datasetName(files),
    roles?: readonly FileRole[],
  ): Promise<void> =>
    run(
      name,
      files,
      answers,
      (datasetId) =>
        client.start(
          'import',
          {
            names: files.names,
            files: files.first,
            mappings: [...deps.mappings.all(), ...answers],
            authorsRules: get().authorsRules,
            orphans: get().orphans,
            keptAttributes: get().keptAttributes,
            ...firstOperations(use),
            datasetId,
          },
          (progress) => {
            const { status } = get();
            if (status.phase === 'importing') set({ status: { ...status, progress } });
          },
        ),
      roles,
    );

  return {
    async importFiles(files, asked) {
      const given = 'names' in files ? files : givenFiles(files);
      if (given.names.length === 0) return;
      const { openNotebook, askAboutModel } = deps;
      if (given.names.length === 1 && openNotebook !== undefined) {
        const [only] = await allOf(given);
        if (only !== undefined && (await openNotebook(only))) return;
      }
      if (asked === undefined && askAboutModel?.(given) === true) return;
      const to = get().dataset;
      if (asked?.kind === 'test') {
        const at = to === null ? null : await deps.runAtHand?.();
        if (!at || to === null || get().dataset !== to) {
          set({ storageFailure: MODEL_GONE });
          return;
        }
        use = { kind: 'test', to, ...at };
      } else use = asked ?? { kind: 'dataset' };
      await importWith(given);
    },

    async scoreWith(model) {
      const { dataset } = get();
      if (dataset === null) return;
      const isMine = turns.start({ phase: 'opening', name: dataset.name });
      const { name } = dataset;
      const imported = withoutValidation(dataset.imported);
      const { traces, inOrder } = underVocabulary(imported.traces, operationTexts(model));
      if (isMine()) {
        const came = { id: deps.newId(), name, imported: { ...imported, traces } };
        await takeScored(came, model, inOrder ? dataset.id : undefined);
      }
    },

    mapColumns: (mapping) => {
      const { status } = get();
      if (status.phase !== 'asking') return Promise.resolve();
      deps.mappings.keep(mapping);
      set({ mappedHeaders: deps.mappings.all().length });
      // Several tables of one drop are asked about one after another: each answer stands for the drop.
      const answers = [...status.answers, { ...mapping, answered: true } as const];
      return importWith(status.files, answers);
    },

    async readAgain(rule) {
      const { dataset, rereadable, orphans: before } = get();
      if (last === null || dataset === null || dataset.id !== rereadable) return;
      set({ orphans: rule });
      use = { kind: 'dataset' };
      const name = `${datasetName(last.files)}, ${RULE_NAMES[rule]}`;
      await importWith(last.files, last.answers, name, dataset.roles);
      // Cancelled or failed: the rule is that of the dataset on the page.
      if (get().dataset?.id === dataset.id) set({ orphans: before });
    },

    loadDemo: () =>
      run(DEMO_NAME, null, [], (datasetId) =>
        client.start('demo', { seed: DEMO_SEED, standIn: null, datasetId }),
      ),

    loadStandIn: (standIn) =>
      run(`Stand-in of dataset ${standIn.id}`, null, [], (datasetId) =>
        client.start('demo', { seed: DEMO_SEED, standIn, datasetId }),
      ),
  };
}
