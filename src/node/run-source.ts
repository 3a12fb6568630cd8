/** Where a run in Node gets its dataset: files of the disk, or simulated. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type FileRole, guessRole } from '../features/splits.ts';
import { rolesOfImported } from '../headless/given-files.ts';
import { importFiles } from '../ingest/import-files.ts';
import { importSimulated } from '../ingest/import-simulated.ts';
import { PAPER_SETTINGS, PARTS } from '../prepare/settings.ts';
import { simulateDemo } from '../simulator/dataset.ts';
import { withFailures } from '../simulator/failures.ts';
import type { StandInId } from '../simulator/stand-in-catalog.ts';
import { simulateStandIn } from '../simulator/stand-ins.ts';
import type { Dataset } from '../storage/records.ts';
import { DEMO_SEED } from '../stores/dataset/dataset-import.ts';
import { chooseMaxNodes } from '../trace/tree-sizes.ts';
import { prepareDataset } from '../worker/prepare-dataset.ts';
import { fileOnDisk } from './file-on-disk.ts';

export type RunSource =
  | {
      readonly kind: 'files';
      readonly files: readonly { readonly path: string; readonly role: FileRole }[];
    }
  | {
      readonly kind: 'demo';
      /** Whether its spans say how they ended. */
      readonly failures?: true;
    }
  /** Prepared as section A.4 says, with the page's defaults, where it has no parts of its own. */
  | { readonly kind: 'stand-in'; readonly id: StandInId; readonly traces: number };

/** @param attributes names of those that are kept of spans; null for the usual ones */
export async function readSource(
  source: RunSource,
  authorsRules: boolean,
  attributes: readonly string[] | null = null,
): Promise<Result<Dataset, Failure>> {
  return source.kind === 'files'
    ? readFiles(source.files, authorsRules, attributes)
    : simulate(source);
}

async function readFiles(
  files: Extract<RunSource, { kind: 'files' }>['files'],
  authorsRules: boolean,
  attributes: readonly string[] | null,
): Promise<Result<Dataset, Failure>> {
  const given = files.map(({ path, role }) => ({ file: fileOnDisk(path), role }));
  const { signal } = new AbortController();
  const imported = await importFiles(
    given.map(({ file }) => file),
    {
      signal,
      onProgress: () => {},
      authorsRules,
      ...(attributes === null ? {} : { keptAttributes: attributes }),
    },
  );
  if (!imported.ok) return imported;
  const roles = rolesOfImported(
    imported.value.files,
    given.map(({ file, role }) => ({ name: file.name, bytes: file.size, role })),
  );
  return roles.ok
    ? ok({ id: 'files', name: 'files', imported: imported.value, roles: roles.value })
    : roles;
}

async function simulate(
  source: Exclude<RunSource, { kind: 'files' }>,
): Promise<Result<Dataset, Failure>> {
  const imported = importSimulated(() =>
    source.kind === 'stand-in'
      ? simulateStandIn(source, DEMO_SEED)
      : source.failures === undefined
        ? simulateDemo(DEMO_SEED)
        : withFailures(simulateDemo(DEMO_SEED), DEMO_SEED),
  );
  const roles = imported.files.map(({ name }) => guessRole(name));
  const dataset = { id: source.kind, name: source.kind, imported, roles };
  if (!roles.includes('split')) return ok(dataset);

  const settings = { ...PAPER_SETTINGS, maxNodes: chooseMaxNodes(imported.traces) };
  const { signal } = new AbortController();
  const prepared = await prepareDataset(imported.traces, settings, {
    signal,
    onStep: () => {},
    now: () => performance.now(),
  });
  if (!prepared.ok) return err(prepared.error);
  return ok({ ...dataset, imported: prepared.value.imported, roles: PARTS });
}
