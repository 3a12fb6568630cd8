/**
 * Which trace trains, validates or tests. Sections 6.1 and A.4 of the paper: parts of 10 : 2 : 5.
 *
 * A file marked train, val or test keeps its role; `split` files are divided. A set that is still
 * empty is then filled from the training part in the same proportions, so that a lone train file
 * gives a full run. Traces labelled as anomalies are never put into train or val by a division:
 * they test.
 */
import { createRandom, type Random, shuffle } from '../base/random.ts';
import {
  labelCode,
  type SetName,
  setCode,
  structureSize,
  type TraceSet,
} from '../trace/trace-set.ts';

/** What a file is for; `split` files are divided 10 : 2 : 5. */
export const FILE_ROLES = ['split', 'train', 'val', 'test'] as const;
export type FileRole = (typeof FILE_ROLES)[number];

export interface SplitOptions {
  /** [files] */
  readonly roles: readonly FileRole[];
  readonly seed: number;
  /** N_max: traces with fewer than 2 or more nodes than this are unused. */
  readonly maxNodes: number;
  /** At most this many training traces (the first ones drawn by the seed), or all. */
  readonly limitTrain: number | null;
}

/** @returns [T] index into SETS */
export type AssignSets = (traces: TraceSet, options: SplitOptions) => Uint8Array;

/** Section A.4: train, validation and test parts. */
const PARTS = { train: 10, val: 2, test: 5 } as const;
type Part = keyof typeof PARTS;

/** Independent streams of the split's seed. */
const STREAM = { split: 1, fill: 2, limit: 3 } as const;

const UNUSED = setCode('unused');
const TRAIN = setCode('train');
const TEST = setCode('test');

export const assignSets: AssignSets = (traces, { roles, seed, maxNodes, limitTrain }) => {
  const sets = new Uint8Array(traces.structureOf.length);
  const toSplit: number[] = [];
  for (let trace = 0; trace < sets.length; trace++) {
    if (!fits(traces, trace, maxNodes)) continue;
    const role = roles[traces.file[trace]!] ?? 'split';
    if (role === 'split') toSplit.push(trace);
    else sets[trace] = setCode(role);
  }
  divide(traces, sets, toSplit, ['train', 'val', 'test'], createRandom(seed, STREAM.split));

  const missing = (['val', 'test'] as const).filter((part) => !sets.includes(setCode(part)));
  if (missing.length > 0) {
    divide(
      traces,
      sets,
      Array.from(selectSet(sets, 'train')),
      ['train', ...missing],
      createRandom(seed, STREAM.fill),
    );
  }

  if (limitTrain !== null) {
    const train = shuffle(createRandom(seed, STREAM.limit), selectSet(sets, 'train'));
    for (const trace of train.subarray(Math.max(0, limitTrain))) sets[trace] = UNUSED;
  }
  return sets;
};

/** Whether a trace is a tree, and one that the model takes. */
function fits({ structures, structureOf }: TraceSet, trace: number, maxNodes: number): boolean {
  const nodes = structureSize(structures, structureOf[trace]!);
  return nodes >= 2 && nodes <= maxNodes;
}

/** All traces that a set can have, ascending. */
export const tracesThatFit = (traces: TraceSet, maxNodes: number): Uint32Array =>
  Uint32Array.from(traces.structureOf.keys()).filter((trace) => fits(traces, trace, maxNodes));

/**
 * Divides the traces over the parts in proportion. Anomalies are left out of the proportions: they
 * go to test, or stay where they are if test is not among the parts (a train file keeps its own).
 */
function divide(
  traces: TraceSet,
  sets: Uint8Array,
  candidates: readonly number[],
  parts: readonly Part[],
  random: Random,
): void {
  const order: number[] = [];
  for (const trace of candidates) {
    if (!isAnomaly(traces.label[trace]!)) order.push(trace);
    else if (parts.includes('test')) sets[trace] = TEST;
    else sets[trace] = TRAIN;
  }
  shuffle(random, order);
  const whole = parts.reduce((sum, part) => sum + PARTS[part], 0);
  let cumulated = 0;
  let start = 0;
  for (const part of parts) {
    cumulated += PARTS[part];
    // rounding the cumulated share leaves no trace over and no part off by more than one
    const end = Math.round((order.length * cumulated) / whole);
    for (const trace of order.slice(start, end)) sets[trace] = setCode(part);
    start = end;
  }
}

const isAnomaly = (label: number): boolean =>
  label === labelCode('structure') || label === labelCode('time');

/** Trace indices of one set, ascending. */
export function selectSet(sets: Uint8Array, name: SetName): Uint32Array {
  const code = setCode(name);
  let count = 0;
  for (const set of sets) if (set === code) count++;
  const selected = new Uint32Array(count);
  let next = 0;
  for (let trace = 0; trace < sets.length; trace++) {
    if (sets[trace] === code) selected[next++] = trace;
  }
  return selected;
}

const ROLE_WORDS: Readonly<Record<string, FileRole>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
  testing: 'test',
  hard: 'test',
};

/**
 * Role by a whole word of the file's own name (`test-hard.csv.gz`, `demo_val2.json`); the last word
 * counts, since names go from the general to the particular, and "trainticket" is not "train".
 */
export function guessRole(fileName: string): FileRole {
  const base = fileName.split(/[/\\]/).at(-1)!;
  const words = base.toLowerCase().split(/[^a-z]+/);
  const known = words.map((word) => ROLE_WORDS[word]).filter((role) => role !== undefined);
  return known.at(-1) ?? 'split';
}
