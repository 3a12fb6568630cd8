/**
 * What is kept of one detector on one set with one seed: enough to measure it again without
 * training. A file that was made under other settings, or of other data, is not taken.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Fault, JudgedScores, JudgedSet } from '../../judge/judged.ts';
import type { JudgedGroup } from '../../judge/report.ts';
import { sameValue } from '../../run/settings.ts';

const RUN_FILE_FORMAT = 1;

export interface JudgedRun {
  /** Everything that decides the scores. */
  readonly key: unknown;
  readonly trainSeconds: number;
  readonly scoreSeconds: number;
  readonly sets: readonly {
    readonly set: JudgedSet;
    /** Which traces these are: sets of equal rows are measured together. */
    readonly rows: string;
    readonly entries: readonly JudgedScores[];
  }[];
}

export function runFileText({ sets, ...rest }: JudgedRun): string {
  return `${JSON.stringify({
    formatVersion: RUN_FILE_FORMAT,
    ...rest,
    sets: sets.map(({ set, rows, entries }) => ({
      ...set,
      rows,
      anomalous: Array.from(set.anomalous),
      startSeconds: Array.from(set.startSeconds),
      faultOf: Array.from(set.faultOf),
      entries: entries.map((entry) => ({ ...entry, scores: Array.from(entry.scores) })),
    })),
  })}\n`;
}

/** @returns null where there is none, where it is cut off, and where its key is another */
export function readRunFile(path: string, key: unknown): JudgedRun | null {
  if (!existsSync(path)) return null;
  const stored = parsed(readFileSync(path, 'utf8'));
  if (stored?.formatVersion !== RUN_FILE_FORMAT || !sameValue(stored.key, plain(key))) return null;
  return {
    key: stored.key,
    trainSeconds: stored.trainSeconds,
    scoreSeconds: stored.scoreSeconds,
    sets: stored.sets.map(({ rows, entries, name, faults, ...columns }) => ({
      rows,
      set: {
        name,
        faults,
        anomalous: Uint8Array.from(columns.anomalous),
        // an unknown start was written as null
        startSeconds: Float64Array.from(columns.startSeconds, (value) => value ?? Number.NaN),
        faultOf: Int32Array.from(columns.faultOf),
      },
      entries: entries.map((entry) => ({ ...entry, scores: Float64Array.from(entry.scores) })),
    })),
  };
}

/** As {@link runFileText} wrote it. */
interface StoredRun extends Omit<JudgedRun, 'sets'> {
  readonly formatVersion: number;
  readonly sets: readonly {
    readonly name: string;
    readonly faults: readonly Fault[];
    readonly rows: string;
    readonly anomalous: readonly number[];
    readonly startSeconds: readonly (number | null)[];
    readonly faultOf: readonly number[];
    readonly entries: readonly (Omit<JudgedScores, 'scores'> & {
      readonly scores: readonly number[];
    })[];
  }[];
}

function parsed(text: string): StoredRun | null {
  try {
    return JSON.parse(text) as StoredRun;
  } catch {
    return null;
  }
}

/** As it is after being written and read. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Runs on the same rows as one group, in the order in which sets come first. */
export function groupsOf(runs: readonly JudgedRun[]): JudgedGroup[] {
  const groups = new Map<string, { set: JudgedSet; entries: JudgedScores[] }>();
  for (const { set, rows, entries } of runs.flatMap((run) => run.sets)) {
    const key = JSON.stringify([set.name, rows]);
    const group = groups.get(key) ?? { set, entries: [] };
    group.entries.push(...entries);
    groups.set(key, group);
  }
  return [...groups.values()];
}
