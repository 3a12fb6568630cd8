/** import.json of files of the disk, as the page saves it. */
import { type Failure, ok, type Result } from '../base/result.ts';
import { mergedTreesJson } from '../export/merged-trees-json.ts';
import { importReport, withMember } from '../stores/run/run-report.ts';
import { chooseMaxNodes } from '../trace/tree-sizes.ts';
import { readSource } from './run-source.ts';

export interface ImportChoices {
  readonly authorsRules: boolean;
  /** Names of those that are kept of spans; null for the usual ones. */
  readonly attributes: readonly string[] | null;
  /** null: it follows the data. */
  readonly maxNodes: number | null;
  /** Whether the merged trees are at its end. */
  readonly forest: boolean;
}

export async function importReportOf(
  paths: readonly string[],
  { authorsRules, attributes, maxNodes, forest }: ImportChoices,
): Promise<Result<string, Failure>> {
  const files = paths.map((path) => ({ path, role: 'split' as const }));
  const read = await readSource({ kind: 'files', files }, authorsRules, attributes);
  if (!read.ok) return read;
  const { traces } = read.value.imported;
  const report = importReport(read.value, maxNodes ?? chooseMaxNodes(traces), null);
  if (!forest) return ok(report);
  return ok(withMember(report, 'forest', [...mergedTreesJson(traces)]).join(''));
}
