/**
 * How rare each trace is among all, where no part is known to be clean: every trace is held against
 * the history of the folds that it is not in, so that none vouches for itself, and calibrated so that
 * the odd ones among all do not hide each other ({@link calibrateRobustly}).
 */
import { createPathFinder } from '../features/call-paths.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { absentCalls } from './absent-calls.ts';
import { type Calibration, surprise } from './calibration.ts';
import { createStructureFinder } from './known-structures.ts';
import type { PathValues } from './path-values.ts';
import { calibrateRobustly, calibrateTied } from './robust-calibration.ts';
import {
  CALIBRATED,
  joinMeasures,
  type Learned,
  learnRarity,
  MEASURED,
  openMeasures,
  openRarity,
  type Rarity,
  type RarityReader,
  type StructureNats,
} from './trace-rarity.ts';
import { RARE_NATS } from './usual-calls.ts';

/** With two, a history is half of all; with more, learning takes longer and finds little more. */
export const FOLDS = 3;

/** With fewer traces the history of a fold is too short to hold anything against. */
export const FEWEST_POOLED = 30;

/** What is calibrated: a structure by its own share of the traces, and the rarest of the ways. */
export const POOL_CALIBRATED = [...CALIBRATED, 'structure', 'rarest'] as const;
type Measure = (typeof POOL_CALIBRATED)[number];
export type PoolCalibrations = Readonly<Record<Measure, Calibration>>;

export interface PooledHistory {
  /** [FOLDS] of the traces that are not in the fold */
  readonly folds: readonly Learned[];
  readonly calibrations: PoolCalibrations;
}

/** The share of traces with a structure that is rarer by x nats falls by e^-(x / this) at most. */
const STRUCTURE_SCALE = 1.25;

/** Neighbours in time, which may be odd together, come into different folds. */
const foldOf = (trace: number): number => (Math.imul(trace + 1, 0x9e3779b1) >>> 16) % FOLDS;

/**
 * -ln of a structure's share of all other traces, half a trace more for it. Every trace is in all
 * folds' histories but one, so their counts together say how often a structure came, and leaving one
 * trace out is exact: no fold has a rare structure by chance.
 *
 * @returns for a set of traces: nats of a structure that one of those learnt from has
 */
function structureSurprise(
  folds: readonly Learned[],
): (traces: TraceSet) => (of: number) => number {
  const known = folds.map(({ durations }) => durations.known);
  const finders = known.map(createStructureFinder);
  const overlap = folds.length - 1;
  const all = folds.reduce((sum, { durations }) => sum + durations.durations.length, 0) / overlap;
  return (traces) => {
    const finds = finders.map((find) => find(traces));
    return (structure) => {
      const met = finds.reduce((sum, find, fold) => {
        const at = find(structure);
        return at < 0 ? sum : sum + known[fold]!.count[at]!;
      }, 0);
      return -Math.log((Math.max(0, met / overlap - 1) + 0.5) / all);
    };
  };
}

/**
 * @param pool trace indices
 * @returns    yields now and then, so that the caller can look at the clock
 */
export function* learnPooled(traces: TraceSet, pool: Uint32Array): Generator<void, PooledHistory> {
  const folds: Learned[] = [];
  const rows = POOL_CALIBRATED.map(() => new Float64Array(pool.length));
  const structureRow = rows[CALIBRATED.length]!;
  const raw = new Float64Array(MEASURED);
  for (let fold = 0; fold < FOLDS; fold++) {
    const learned = yield* learnRarity(
      traces,
      pool.filter((trace) => foldOf(trace) !== fold),
    );
    folds.push(learned);
    const measures = openMeasures(learned)(traces);
    for (let row = 0; row < pool.length; row++) {
      const trace = pool[row]!;
      if (foldOf(trace) !== fold) continue;
      measures.read(trace, raw);
      for (let k = 0; k < MEASURED; k++) rows[k]![row] = raw[k]!;
      if (row % 1024 === 0) yield;
    }
  }
  const surpriseOf = structureSurprise(folds)(traces);
  pool.forEach((trace, row) => {
    structureRow[row] = surpriseOf(traces.structureOf[trace]!);
  });
  yield;
  return { folds, calibrations: yield* calibratePool(rows) };
}

/** @param rows [POOL_CALIBRATED][pool], of which the joined measures are written here */
function* calibratePool(rows: readonly Float64Array[]): Generator<void, PoolCalibrations> {
  const [whole, place, structure, rarest] = rows.slice(MEASURED) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const single: Calibration[] = [];
  for (const row of rows.slice(0, MEASURED)) {
    single.push(calibrateRobustly(row));
    yield;
  }
  const raw = new Float64Array(MEASURED);
  for (let row = 0; row < rarest.length; row++) {
    for (let k = 0; k < MEASURED; k++) raw[k] = rows[k]![row]!;
    const joined = joinMeasures(single, raw);
    whole[row] = joined.whole;
    place[row] = joined.place;
    if (row % 1024 === 0) yield;
  }
  const ways = [
    calibratePoolMeasure('whole', whole),
    calibratePoolMeasure('place', place),
    calibratePoolMeasure('structure', structure),
  ];
  yield;
  for (let row = 0; row < rarest.length; row++) {
    rarest[row] = Math.max(
      surprise(ways[0]!, whole[row]!),
      surprise(ways[1]!, place[row]!),
      surprise(ways[2]!, structure[row]!),
    );
  }
  const all = [...single, ...ways, calibratePoolMeasure('rarest', rarest)];
  return Object.fromEntries(POOL_CALIBRATED.map((name, k) => [name, all[k]!])) as PoolCalibrations;
}

/** The calibration of a measure from the values of all traces. */
export const calibratePoolMeasure = (name: Measure, values: ArrayLike<number>): Calibration =>
  TIED.has(name)
    ? calibrateTied(values, name === 'structure' ? STRUCTURE_SCALE : 0)
    : calibrateRobustly(values);

/** Traces of one structure have one value, also where that is the rarest. */
const TIED: ReadonlySet<Measure> = new Set(['structure', 'rarest']);

/** @returns for the traces that were learnt from: what is said of them */
export function openPooled({
  folds,
  calibrations,
}: PooledHistory): (traces: TraceSet) => PooledReader {
  const surpriseIn = structureSurprise(folds);
  const structureNats: StructureNats = (traces) => {
    const surpriseOf = surpriseIn(traces);
    return ({ structure }) => surprise(calibrations.structure, surpriseOf(structure));
  };
  const opened = folds.map((learned) => openRarity(learned, calibrations, structureNats));
  return (traces) => {
    const readers = opened.map((open) => open(traces));
    const lacksIn = folds.map(({ values }) => lacksUsualCall(values, traces));
    const readerOf = (trace: number): RarityReader => readers[foldOf(trace)]!;
    return {
      tailsOf: (trace) => readerOf(trace).tailsOf(trace),
      historyOf: (trace) => folds[foldOf(trace)]!,
      medianUs: (trace, node) => readerOf(trace).medianUs(trace, node),
      read(trace): Rarity {
        const rarity = readerOf(trace).read(trace);
        const score = surprise(calibrations.rarest, rarity.score);
        const { structure } = rarity.nats;
        // a call that nearly all others make is missing for a reason: its rarity counts in full
        const lacks = lacksIn[foldOf(trace)]!(traces.structureOf[trace]!);
        if (!lacks || structure <= score) return { ...rarity, score };
        const node = rarity.way === 'structure' ? rarity.node : -1;
        return { ...rarity, way: 'structure', node, score: structure };
      },
    };
  };
}

/** Whether a structure lacks a call that nearly all others with its caller make. */
function lacksUsualCall(
  { paths, count }: PathValues,
  traces: TraceSet,
): (structure: number) => boolean {
  const pathsOf = createPathFinder(traces, paths);
  const known = new Map<number, boolean>();
  return (structure) => {
    const before = known.get(structure);
    if (before !== undefined) return before;
    const [most] = absentCalls(paths, count, pathsOf(structure), 1);
    const lacks = most !== undefined && most.surprise >= RARE_NATS;
    known.set(structure, lacks);
    return lacks;
  };
}

export interface PooledReader extends RarityReader {
  /** What the trace is held against. */
  historyOf(trace: number): Learned;
}
