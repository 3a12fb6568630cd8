/**
 * Scores of a detector whose training and validation traces hold anomalies that nobody labelled:
 * what the robust cut is chosen on. No test trace is read; anomalies are copies of validation
 * traces, of every kind that `src/prepare` injects.
 */
import { createRandom, shuffle } from '../src/base/random.ts';
import { countAbove, mean, percentileOfSorted, sorted } from '../src/base/statistics.ts';
import type { DetectorId } from '../src/detectors/catalog.ts';
import type { DetectorData } from '../src/detectors/detector.ts';
import { DETECTORS } from '../src/detectors/registry.ts';
import { fitLatencyScale } from '../src/features/latency-scale.ts';
import { assignSets, selectSet } from '../src/features/splits.ts';
import { startWasm } from '../src/node/backends.ts';
import { readSet } from '../src/node/judge/read-set.ts';
import { findSet } from '../src/node/judge/set-source.ts';
import { settingsOf } from '../src/node/run-settings.ts';
import { validationSets } from '../src/prepare/validation.ts';
import { scoreSets } from '../src/run/score-sets.ts';
import { robustCut } from '../src/scoring/robust-cut.ts';
import type { TraceSet } from '../src/trace/trace-set.ts';
import { chooseMaxNodes } from '../src/trace/tree-sizes.ts';

/** Whether training saw anomalies too, or validation and test alone. */
export type Where = 'all' | 'validation';

export interface Question {
  /** A folder, or `demo`. */
  readonly set: string;
  readonly detector: DetectorId;
  readonly seed: number;
  /** Share of the traces that are anomalous. */
  readonly contamination: number;
  readonly where: Where;
  readonly epochs: number;
  /** Normal traces, at most. */
  readonly limit: number;
}

export interface Scored {
  readonly val: Float64Array;
  readonly test: Float64Array;
  /** 1 where the trace is an injected one. */
  readonly valOdd: Uint8Array;
  readonly testOdd: Uint8Array;
}

/** As the page divides a file without parts. */
const PARTS = [10, 2, 5] as const;

export interface Pool {
  readonly traces: TraceSet;
  readonly normal: Uint32Array;
  readonly odd: Uint32Array;
  readonly maxNodes: number;
}

export async function readPool(set: string, seed: number): Promise<Pool> {
  const found = findSet(set);
  if (!found.ok || found.value.kind !== 'there') throw new Error(`no set ${set}`);
  const { source } = found.value;
  const clean =
    source.kind === 'folder'
      ? {
          ...source,
          files: source.files.filter((f) => f.role !== 'test'),
          labels: null,
          faults: null,
        }
      : source;
  const read = await readSet(clean, true);
  if (!read.ok) throw new Error(read.error.what);
  const { imported, roles } = read.value.dataset;
  const maxNodes = chooseMaxNodes(imported.traces);
  const sets = assignSets(imported.traces, { roles, seed, maxNodes, limitTrain: null });
  const { traces, kinds } = validationSets(
    imported.traces,
    { train: selectSet(sets, 'train'), val: selectSet(sets, 'val') },
    seed,
  );
  const firstCopy = kinds[0]!.first;
  const all = Uint32Array.from(traces.structureOf.keys());
  return { traces, normal: all.slice(0, firstCopy), odd: all.slice(firstCopy), maxNodes };
}

export async function scoreContaminated(pool: Pool, question: Question): Promise<Scored> {
  const { detector, seed, contamination, where, epochs, limit } = question;
  const random = createRandom(seed, 77);
  const normal = shuffle(random, pool.normal.slice()).slice(0, limit);
  const odd = shuffle(random, pool.odd.slice());
  const total = PARTS.reduce((sum, part) => sum + part, 0);
  let [fromNormal, fromOdd] = [0, 0];
  const [train, val, test] = PARTS.map((part, i) => {
    const count = Math.floor((normal.length * part) / total);
    const anomalies =
      where === 'validation' && i === 0
        ? 0
        : Math.round((count * contamination) / (1 - contamination));
    const rows = [
      ...normal.slice(fromNormal, fromNormal + count),
      ...odd.slice(fromOdd, fromOdd + anomalies),
    ];
    fromNormal += count;
    fromOdd += anomalies;
    return Uint32Array.from(rows).sort();
  }) as [Uint32Array, Uint32Array, Uint32Array];
  const firstOdd = pool.odd[0]!;
  const { traces } = pool;
  const settings = settingsOf(
    pool.maxNodes,
    {
      preset: 'tiny',
      epochs,
      backend: 'wasm',
      detectors: [detector],
      seed,
      furtherSeeds: [],
      threshold: null,
      formulas: [],
      limitTrain: null,
    },
    {},
    { imported: { traces, files: [] } as never, roles: [] },
  );
  if (!settings.ok) throw new Error(settings.error.what);
  const scale = fitLatencyScale(traces, train, settings.value.model.latencyScale);
  const data: DetectorData = { traces, train, val, scale };
  const { signal } = new AbortController();
  const control = { signal, stopRequested: () => false, whenRunning: async () => {} };
  const fitted = await DETECTORS[detector].fit(data, settings.value, {
    seed,
    control,
    onEvent: () => {},
  });
  if (!fitted.ok) throw new Error(fitted.error.what);
  const outcome = await scoreSets(
    { detector, data, test, settings: settings.value },
    fitted.value,
    {
      signal,
      onProgress: () => {},
    },
  );
  fitted.value.dispose();
  const scores =
    outcome!.kind === 'terms'
      ? outcome!.scores.full
      : { val: outcome!.val.score, test: outcome!.test.score };
  const oddOf = (rows: Uint32Array) => Uint8Array.from(rows, (row) => (row >= firstOdd ? 1 : 0));
  return { ...scores, valOdd: oddOf(val), testOdd: oddOf(test) };
}

export { startWasm };

/** By the 99th percentile, by the robust cut, and recall also at the threshold of 1 % false alarms. */
export interface Cuts {
  readonly falseAlarms: readonly number[];
  readonly recall: readonly number[];
}

export function compareCuts({ val, test, testOdd }: Scored): Cuts {
  const of = (odd: number) => sorted(test.filter((_, i) => testOdd[i] === odd));
  const [normal, anomalous] = [of(0), of(1)];
  const shareAbove = (scores: Float64Array, threshold: number): number =>
    countAbove(scores, threshold) / scores.length;
  const cut = robustCut(val)!;
  const chosen = [cut.percentile99, cut.threshold];
  return {
    falseAlarms: chosen.map((threshold) => shareAbove(normal, threshold)),
    recall: [...chosen, percentileOfSorted(normal, 99)].map((at) => shareAbove(anomalous, at)),
  };
}

export const meanOf = (cuts: readonly Cuts[]): Cuts => ({
  falseAlarms: cuts[0]!.falseAlarms.map((_, i) => mean(cuts.map((of) => of.falseAlarms[i]!))),
  recall: cuts[0]!.recall.map((_, i) => mean(cuts.map((of) => of.recall[i]!))),
});
