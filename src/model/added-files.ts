/**
 * Test files that are added to the dataset of a trained run: one more dataset, the new traces first
 * and behind them those that were there, and the run as one of it that is still to be scored.
 */
import { assignSets, type FileRole } from '../features/splits.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import type { RunRecord } from '../run/record.ts';
import { ruleOf } from '../run/run-threshold.ts';
import { type RunSettings, splitOptions } from '../run/settings.ts';
import { formatThreshold } from '../scoring/threshold-rule.ts';
import { mergeLedgers } from '../trace/ledger.ts';
import { appendTraces } from '../trace/pick-traces.ts';
import { SETS, type SetName, type TraceSet } from '../trace/trace-set.ts';
import type { KeptModel } from './kept-model.ts';
import { movedFrom } from './moved-from.ts';
import { openedWeights } from './opened-model.ts';
import { ofModel, type RunFacts, testTraces } from './scored-dataset.ts';

interface Divided {
  readonly imported: ImportedTraces;
  /** [files] */
  readonly roles: readonly FileRole[];
}

/**
 * @param read     with the vocabulary of the dataset first
 * @param settings of the run, by which the dataset stays divided as it is
 */
export function withTestFiles(
  read: ImportedTraces,
  dataset: Divided,
  settings: RunSettings,
): Divided {
  const { imported, roles } = asDivided(dataset, settings);
  const { length } = read.files;
  return {
    roles: [...read.files.map(() => 'test' as const), ...roles],
    imported: {
      ...imported,
      files: [...read.files, ...imported.files],
      formatLabels: { ...imported.formatLabels, ...read.formatLabels },
      traces: appendTraces(read.traces, length, imported.traces),
      ledger: mergeLedgers(imported.ledger, read.ledger),
      spansRead: imported.spansRead + read.spansRead,
      spansKept: imported.spansKept + read.spansKept,
      seconds: imported.seconds + read.seconds,
    },
  };
}

const HELD_OUT: Readonly<Partial<Record<SetName, string>>> = {
  val: ', held out to validate',
  test: ', held out to test',
};

/**
 * A test file ends the filling of an empty test set from training files, so parts that were filled so
 * become files of their own.
 */
function asDivided(dataset: Divided, settings: RunSettings): Divided {
  const { imported, roles } = dataset;
  if (roles.some((role) => role === 'test' || role === 'split')) return dataset;
  const { traces, files } = imported;
  const sets = assignSets(traces, splitOptions({ ...settings, roles }));
  const parts = ['train', 'val', 'test'] as const;
  const partOf = Uint8Array.from(sets, (set, trace) => {
    const name = SETS[set] as SetName;
    // what is left out keeps the role of its file
    return parts.indexOf(name === 'unused' ? roleOf(roles, traces, trace) : name);
  });
  return {
    roles: files.flatMap(() => parts),
    imported: {
      ...imported,
      files: files.flatMap((file) =>
        parts.map((part) => ({ ...file, name: file.name + (HELD_OUT[part] ?? '') })),
      ),
      traces: {
        ...traces,
        file: Uint16Array.from(traces.file, (file, i) => parts.length * file + partOf[i]!),
      },
    },
  };
}

const roleOf = (roles: readonly FileRole[], { file }: TraceSet, trace: number): 'train' | 'val' =>
  roles[file[trace]!] === 'val' ? 'val' : 'train';

/** @param added names of the files that are the first of `roles` */
export function addedRun(
  run: RunRecord,
  model: KeptModel,
  added: readonly string[],
  { imported: { traces }, roles }: Divided,
  facts: RunFacts,
): RunRecord {
  const { scored: _, kept, ...settings } = run.settings;
  const isNew = (trace: number): boolean => traces.file[trace]! < added.length;
  const moved = movedFrom(model, traces, testTraces(model, roles, traces).filter(isNew));
  const elsewhere = kept !== undefined && kept.added === undefined;
  return {
    ...run,
    ...facts,
    settings: {
      ...settings,
      roles,
      kept: {
        ...ofModel(model),
        moved,
        ...(elsewhere ? {} : { added: [...added, ...(kept?.added ?? [])] }),
      },
    },
    detectors: run.detectors.map(({ named: _named, kept: _kept, ...trained }) => ({
      ...trained,
      outcome: { ...trained.outcome, weights: openedWeights({ ...trained, ...trained.outcome }) },
      scores: null,
      threshold: formatThreshold(ruleOf(trained)),
    })),
    pending: [],
    failed: [],
    repeats: [],
  };
}
