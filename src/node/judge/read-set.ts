/** A set of the judge, read: its dataset, and which of the test traces are judged together. */
import { type Failure, ok, type Result } from '../../base/result.ts';
import type { Fault } from '../../judge/judged.ts';
import type { Dataset } from '../../storage/records.ts';
import { decodeString } from '../../trace/string-column.ts';
import { readSource } from '../run-source.ts';
import { readFaultTables } from './fault-tables.ts';
import { type SetSource, stemOf } from './set-source.ts';

export interface ReadSet {
  /** N_max of its traces; null: it follows them. */
  readonly maxNodes: number | null;
  readonly dataset: Pick<Dataset, 'imported' | 'roles'>;
  readonly parts: readonly JudgedPart[];
}

/** Test traces that are a set of the report. */
export interface JudgedPart {
  readonly name: string;
  readonly faults: readonly Fault[];
  /** @param trace index into the dataset */
  readonly includes: (trace: number) => boolean;
  /** Of an anomalous trace: index into `faults`, -1 for none. */
  readonly faultOf: (trace: number) => number;
}

export async function readSet(
  source: SetSource,
  authorsRules: boolean,
): Promise<Result<ReadSet, Failure>> {
  if (source.kind !== 'folder') {
    const read = await readSource(source, authorsRules);
    if (!read.ok) return read;
    const whole = { name: source.name, faults: [], includes: () => true, faultOf: () => -1 };
    return ok({ maxNodes: null, dataset: read.value, parts: [whole] });
  }
  const { name, files, labels, faults } = source;
  const read = await readSource(
    {
      kind: 'files',
      files: [
        ...(labels === null ? [] : [{ path: labels, role: 'test' as const }]),
        ...files.map(({ path, role }) => ({ path, role })),
      ],
    },
    authorsRules,
  );
  if (!read.ok) return read;
  const { imported } = read.value;
  const tables = faults === null ? null : readFaultTables(faults, labels);
  if (tables !== null && !tables.ok) return tables;

  const { traces } = imported;
  const isHard = imported.files.map(({ name: file }) => stemOf(file) === 'test-hard');
  const known = tables?.value ?? { faults: [], faultOfTrace: null };
  const faultOf = (trace: number): number =>
    known.faultOfTrace === null
      ? faultAt(known.faults, traces.startUs[trace]! / 1e6)
      : (known.faultOfTrace.get(decodeString(traces.traceIds, trace)) ?? -1);
  const part = (hard: boolean): JudgedPart => ({
    name: hard ? `${name}-hard` : name,
    faults: known.faults,
    includes: (trace) => isHard[traces.file[trace]!] === hard,
    faultOf,
  });
  const wanted = [false, true].filter((hard) =>
    files.some((file) => file.role === 'test' && file.hard === hard),
  );
  return ok({ maxNodes: null, dataset: read.value, parts: wanted.map(part) });
}

/** The one fault that was on at that time, where labels do not say; -1 for none, or several. */
function faultAt(faults: readonly Fault[], seconds: number): number {
  const on = faults.flatMap(({ startSeconds, endSeconds }, i) =>
    startSeconds !== null && startSeconds <= seconds && seconds <= (endSeconds ?? startSeconds)
      ? [i]
      : [],
  );
  return on.length === 1 ? on[0]! : -1;
}
