/** Files of the disk prepared as section A.4 says: train, validation and test parts to be written. */
import type { Failure, Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import { mergedSpans } from '../export/merged-spans.ts';
import { type ExportFormat, writeSpans } from '../export/write-spans.ts';
import type { PrepareReport } from '../prepare/prepare.ts';
import { PAPER_SETTINGS, PARTS, type Part, type PrepareSettings } from '../prepare/settings.ts';
import { pickTraces } from '../trace/pick-traces.ts';
import { chooseMaxNodes } from '../trace/tree-sizes.ts';
import { prepareDataset } from '../worker/prepare-dataset.ts';
import { readSource } from './run-source.ts';

export interface PrepareChoices {
  readonly authorsRules: boolean;
  /** null: it follows the data. */
  readonly maxNodes: number | null;
  /** Instead of the paper's. */
  readonly changes: Partial<Omit<PrepareSettings, 'maxNodes' | 'ranges'>>;
  readonly format: ExportFormat;
}

export interface PreparedFiles {
  readonly report: PrepareReport;
  /** Those that have traces. */
  readonly parts: readonly {
    readonly part: Part;
    /** Text, a piece at a time. */
    pieces(): Iterable<string>;
  }[];
}

export async function prepareFiles(
  paths: readonly string[],
  { authorsRules, maxNodes, changes, format }: PrepareChoices,
): Promise<Result<PreparedFiles, Failure>> {
  const files = paths.map((path) => ({ path, role: 'split' as const }));
  const read = await readSource({ kind: 'files', files }, authorsRules, []);
  if (!read.ok) return read;
  const source = read.value.imported.traces;
  const prepared = await prepareDataset(
    source,
    { ...PAPER_SETTINGS, ...changes, maxNodes: maxNodes ?? chooseMaxNodes(source) },
    { signal: new AbortController().signal, onStep: () => {}, now: () => performance.now() },
  );
  if (!prepared.ok) return prepared;
  const { imported, report } = prepared.value;
  const { traces } = imported;
  return ok({
    report,
    parts: PARTS.flatMap((part, file) => {
      const own = Uint32Array.from(traces.file.keys()).filter((t) => traces.file[t] === file);
      const pieces = () => writeSpans(format, mergedSpans(pickTraces(traces, own)));
      return own.length === 0 ? [] : [{ part, pieces }];
    }),
  });
}
