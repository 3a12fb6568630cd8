/**
 * A set whose settings are being chosen: its validation traces with injected anomalies take the
 * place of its test traces, which are not read. Each kind is a set of the report, `NAME:KIND`.
 */

import type { Failure } from '../../base/result.ts';
import { ok, type Result } from '../../base/result.ts';
import { assignSets, selectSet } from '../../features/splits.ts';
import { PARTS } from '../../prepare/settings.ts';
import { type InjectedKind, validationSets } from '../../prepare/validation.ts';
import { chooseMaxNodes } from '../../trace/tree-sizes.ts';
import { type JudgedPart, type ReadSet, readSet } from './read-set.ts';
import type { SetSource } from './set-source.ts';

export interface ValidationChoice {
  readonly authorsRules: boolean;
  readonly maxNodes: number | null;
  /** Which half is judged, and what is injected: not the seed of training. */
  readonly seed: number;
}

export async function readValidation(
  source: SetSource,
  { authorsRules, maxNodes, seed }: ValidationChoice,
): Promise<Result<ReadSet, Failure>> {
  const read = await readSet(withoutTests(source), authorsRules);
  if (!read.ok) return read;
  const { imported, roles } = read.value.dataset;
  const largest = maxNodes ?? chooseMaxNodes(imported.traces);
  const sets = assignSets(imported.traces, { roles, seed, maxNodes: largest, limitTrain: null });
  const { traces, kinds } = validationSets(
    imported.traces,
    { train: selectSet(sets, 'train'), val: selectSet(sets, 'val') },
    seed,
  );
  const firstCopy = kinds[0]?.first ?? traces.file.length;
  return ok({
    maxNodes: largest,
    dataset: { imported: { ...imported, traces }, roles: PARTS },
    // a kind that no trace can have, such as lost calls where every trace is one call, has no copies
    parts: kinds
      .filter(({ first, end }) => end > first)
      .map((kind) => kindPart(source.name, kind, firstCopy)),
  });
}

const withoutTests = (source: SetSource): SetSource =>
  source.kind === 'folder'
    ? {
        ...source,
        files: source.files.filter(({ role }) => role !== 'test'),
        labels: null,
        faults: null,
      }
    : source;

/** The normal traces, and the copies of this kind. */
function kindPart(
  name: string,
  { id, first, end, faults, faultOf }: InjectedKind,
  firstCopy: number,
): JudgedPart {
  const seconds = (us: number): number | null => (Number.isFinite(us) ? us / 1e6 : null);
  return {
    name: `${name}:${id}`,
    faults: faults.map(({ service, startUs, endUs }, i) => ({
      fault: `${i + 1}`,
      type: id,
      service,
      startSeconds: seconds(startUs),
      endSeconds: seconds(endUs),
    })),
    includes: (trace) => trace < firstCopy || (trace >= first && trace < end),
    faultOf: (trace) => (trace >= first && trace < end ? faultOf[trace - first]! : -1),
  };
}
