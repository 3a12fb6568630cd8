/**
 * How right the first look is: of traces with injected anomalies among them, of every kind that
 * `src/prepare` has, and of a file whose labels are kept aside. Each under several orders of the
 * traces, which is what the folds come from.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createRandom, shuffle } from '../src/base/random.ts';
import { runThrough } from '../src/base/slices.ts';
import { oddCut } from '../src/scoring/odd-cut.ts';
import { learnPooled, openPooled } from '../src/statistics/pooled-rarity.ts';
import { importedFrom, sourceFile } from '../src/testing/files.ts';
import { decodeString } from '../src/trace/string-column.ts';
import type { TraceSet } from '../src/trace/trace-set.ts';
import { type Pool, readPool } from './contaminated-scores.ts';

export interface Looked {
  readonly flagged: number;
  /** Of the flagged, those that are odd, and all that are. */
  readonly right: number;
  readonly odd: number;
  readonly traces: number;
}

/** @param order of the traces; their folds follow from it */
export function look(
  traces: TraceSet,
  chosen: Uint32Array,
  isOdd: (trace: number) => boolean,
  order: number,
): Looked {
  const rows = shuffle(createRandom(order, 78), chosen.slice());
  const shuffled = tracesOf(traces, rows);
  const pool = Uint32Array.from(rows.keys());
  const reader = openPooled(runThrough(learnPooled(shuffled, pool)))(shuffled);
  const scores = Float64Array.from(pool, (trace) => reader.read(trace).score);
  const cut = oddCut(scores);
  let [flagged, right, odd] = [0, 0, 0];
  rows.forEach((trace, row) => {
    const is = isOdd(trace);
    if (is) odd++;
    if (!(scores[row]! > cut)) return;
    flagged++;
    if (is) right++;
  });
  return { flagged, right, odd, traces: rows.length };
}

/** @param share of odd traces among all; `most` traces */
export function lookAtInjected(
  { traces, normal, odd }: Pool,
  share: number,
  most: number,
  seed: number,
): Looked {
  const random = createRandom(seed, 79);
  const usual = shuffle(random, normal.slice()).slice(0, most);
  const drawn = shuffle(random, odd.slice()).slice(
    0,
    Math.round((usual.length * share) / (1 - share)),
  );
  const first = odd[0]!;
  return look(traces, Uint32Array.from([...usual, ...drawn]), (trace) => trace >= first, seed);
}

/** A file without labels, and its labels in a table. */
export async function readLabelled(tracesPath: string, labelsPath: string) {
  const { traces } = await importedFrom(sourceFile(basename(tracesPath), readFileSync(tracesPath)));
  const odd = new Set(
    readFileSync(labelsPath, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .filter(([, anomaly]) => anomaly === '1')
      .map(([id]) => id!),
  );
  const isOdd = (trace: number): boolean => odd.has(decodeString(traces.traceIds, trace));
  return { traces, isOdd, all: Uint32Array.from(traces.structureOf.keys()) };
}

/** The chosen traces in the order of the rows. */
function tracesOf(traces: TraceSet, rows: Uint32Array): TraceSet {
  const { nodeOffset } = traces;
  const offset = new Uint32Array(rows.length + 1);
  rows.forEach((trace, row) => {
    offset[row + 1] = offset[row]! + nodeOffset[trace + 1]! - nodeOffset[trace]!;
  });
  const latencyUs = new Float32Array(offset.at(-1)!);
  const spanCount = new Uint32Array(offset.at(-1)!);
  rows.forEach((trace, row) => {
    const [from, to] = [nodeOffset[trace]!, nodeOffset[trace + 1]!];
    latencyUs.set(traces.latencyUs.subarray(from, to), offset[row]);
    spanCount.set(traces.spanCount.subarray(from, to), offset[row]);
  });
  return {
    ...traces,
    structureOf: Uint32Array.from(rows, (trace) => traces.structureOf[trace]!),
    nodeOffset: offset,
    latencyUs,
    spanCount,
  };
}

export { readPool };
