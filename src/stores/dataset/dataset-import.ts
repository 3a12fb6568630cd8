/** Datasets that come in: files, with their labels where those come apart, the demo and stand-ins. */
import { nextTask } from '../../base/next-task.ts';
import { type FileRole, guessRole } from '../../features/splits.ts';
import type { ImportedTraces } from '../../ingest/import.ts';
import type { Dataset } from '../../storage/records.ts';
import type { ColumnMapping } from '../../trace/column-mapping.ts';
import { mergeLedgers } from '../../trace/ledger.ts';
import type { OrphanRule } from '../../trace/orphans.ts';
import type { RunningJob } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { DatasetSaving } from './dataset-saving.ts';
import { type DatasetParts, type DatasetState, settled } from './dataset-state.ts';
import type { DatasetTurns } from './dataset-turns.ts';

type DatasetImport = Pick<
  DatasetState,
  'importFiles' | 'mapColumns' | 'readAgain' | 'loadDemo' | 'loadStandIn'
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

/** Files that are looked up before the page gets its turn. */
const LOOKED_UP = 100;

/**
 * A browser looks a chosen file up when it is first asked about it, at the latest when it is handed to
 * the worker; thousands at once would hold the page up.
 */
async function lookUp(files: readonly File[]): Promise<void> {
  for (let at = LOOKED_UP; at < files.length; at += LOOKED_UP) {
    for (const file of files.slice(at - LOOKED_UP, at)) void file.size;
    await nextTask();
  }
}

function datasetName(files: readonly File[]): string {
  const first = files[0]?.name ?? 'dataset';
  const folder = first.slice(0, first.indexOf('/') + 1);
  if (folder !== '' && files.length > 1 && files.every(({ name }) => name.startsWith(folder))) {
    return folder.slice(0, -1);
  }
  return files.length === 1 ? first : `${first} and ${files.length - 1} more`;
}

export function createDatasetImport(
  { deps, set, get }: DatasetParts,
  turns: DatasetTurns,
  saving: DatasetSaving,
): DatasetImport {
  const { client } = deps;
  /** Of the last dataset that came in from files. */
  let given: { files: readonly File[]; answers: readonly ColumnMapping[] } | null = null;

  const take = async (dataset: Dataset): Promise<void> => {
    saving.replace(dataset, { status: { phase: 'ready' } });
    await saving.save(dataset);
  };

  const fail = (failure: JobFailure): void =>
    set({ status: failure.kind === 'cancelled' ? settled(get()) : { phase: 'failed', failure } });

  /** Labels for the dataset at hand; with them its scores are others, so it is another one. */
  const label = async (files: readonly File[]): Promise<void> => {
    const result = await client.start('label', { files }).result;
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
    files: readonly File[],
    answers: readonly ColumnMapping[],
    start: (datasetId: string) => RunningJob<'import'> | RunningJob<'demo'>,
    roles?: readonly FileRole[],
  ): Promise<void> => {
    const isMine = turns.start({ phase: 'importing', what, progress: null });
    if (files.length > LOOKED_UP) await lookUp(files);
    if (!isMine()) return;
    const id = deps.newId();
    const job = start(id);
    turns.hold(job);
    const result = await job.result;
    if (!isMine()) {
      saving.dropSpans(id);
      return;
    }
    turns.hold(null);
    if (result.ok) {
      const read = result.value;
      const { length } = read.files;
      if (files.length > 0) {
        given = { files, answers };
        set({ rereadable: id });
      }
      await take({
        id,
        name: what,
        imported: read,
        roles: roles?.length === length ? roles : guessRoles(read),
      });
    } else if (result.error.kind === 'unmapped') {
      set({ status: { phase: 'asking', table: result.error.table, files, answers } });
    } else if (result.error.kind === 'labels-only' && get().dataset !== null) {
      await label(files);
    } else fail(result.error);
  };

  const importWith = (
    files: readonly File[],
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
            files,
            mappings: [...deps.mappings.all(), ...answers],
            authorsRules: get().authorsRules,
            orphans: get().orphans,
            keptAttributes: get().keptAttributes,
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
    async importFiles(files) {
      const [first] = files;
      if (first === undefined) return;
      const { openNotebook } = deps;
      if (files.length === 1 && openNotebook !== undefined && (await openNotebook(first))) return;
      await importWith(files);
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
      if (given === null || dataset === null || dataset.id !== rereadable) return;
      set({ orphans: rule });
      const name = `${datasetName(given.files)}, ${RULE_NAMES[rule]}`;
      await importWith(given.files, given.answers, name, dataset.roles);
      // Cancelled or failed: the rule is that of the dataset on the page.
      if (get().dataset?.id === dataset.id) set({ orphans: before });
    },

    loadDemo: () =>
      run(DEMO_NAME, [], [], (datasetId) =>
        client.start('demo', { seed: DEMO_SEED, standIn: null, datasetId }),
      ),

    loadStandIn: (standIn) =>
      run(`Stand-in of dataset ${standIn.id}`, [], [], (datasetId) =>
        client.start('demo', { seed: DEMO_SEED, standIn, datasetId }),
      ),
  };
}
