/**
 * What is usual, without the traces that say so: quantiles per call path and per structure, and how
 * often each was met. Kept with a model, it says what is odd about traces of any other set.
 */
import type { CallPaths } from '../features/call-paths.ts';
import { createPathFinder } from '../features/call-paths.ts';
import { structureCount, type TraceSet } from '../trace/trace-set.ts';
import {
  createStructureFinder,
  type KnownStructures,
  learnStructures,
} from './known-structures.ts';
import { learnUsualCalls, type UsualCalls } from './usual-calls.ts';

/** Of P call paths; microseconds. */
export interface KeptUsual {
  /** References that were learnt from. */
  readonly size: number;
  readonly paths: CallPaths;
  /** [P] references that have the path, and those with an error there */
  readonly count: Uint32Array;
  readonly errors: Uint32Array;
  /** [P] as {@link UsualCalls} has them */
  readonly lowUs: Float32Array;
  readonly highUs: Float32Array;
  readonly spread: Float32Array;
  readonly selfLowUs: Float32Array;
  readonly selfHighUs: Float32Array;
  /** S structures of the references, with how many have each. */
  readonly known: KnownStructures;
  /** [S] of whole traces */
  readonly wholeLowUs: Float32Array;
  readonly wholeHighUs: Float32Array;
  readonly wholeSpread: Float32Array;
}

/** @param reference trace indices: the training traces of a model */
export function* keepUsual(traces: TraceSet, reference: Uint32Array): Generator<void, KeptUsual> {
  const usual = yield* learnUsualCalls(traces, reference);
  const known = learnStructures(traces, reference);
  const find = createStructureFinder(known)(traces);
  const [wholeLowUs, wholeHighUs, wholeSpread] = [0, 1, 2].map(
    () => new Float32Array(known.size.length),
  ) as [Float32Array, Float32Array, Float32Array];
  for (let structure = 0; structure < structureCount(traces.structures); structure++) {
    const own = find(structure);
    if (own < 0) continue;
    wholeLowUs[own] = usual.whole.lowUs[structure]!;
    wholeHighUs[own] = usual.whole.highUs[structure]!;
    wholeSpread[own] = usual.whole.spread[structure]!;
  }
  const { size, values, errors, lowUs, highUs, spread, selfLowUs, selfHighUs } = usual;
  return {
    size,
    paths: values.paths,
    count: Uint32Array.from(values.count),
    errors,
    lowUs,
    highUs,
    spread,
    selfLowUs,
    selfHighUs,
    known,
    wholeLowUs,
    wholeHighUs,
    wholeSpread,
  };
}

/** Nothing of single references is left: how many are faster than a trace is not known. */
const NO_VALUES = new Float32Array(0);

/** @returns for a set of traces, none of which is a reference: what is usual there */
export function openUsual(kept: KeptUsual): (traces: TraceSet) => UsualCalls {
  const finder = createStructureFinder(kept.known);
  const { size, paths, count, errors, lowUs, highUs, spread, selfLowUs, selfHighUs } = kept;
  const start = new Uint32Array(count.length);
  return (traces) => {
    const find = finder(traces);
    const structures = structureCount(traces.structures);
    const place = Int32Array.from({ length: structures }, (_, structure) => find(structure));
    const ofStructure = (values: Float32Array): Float32Array =>
      Float32Array.from(place, (own) => (own < 0 ? 0 : values[own]!));
    return {
      values: {
        paths,
        count: Float32Array.from(count),
        durations: NO_VALUES,
        selfTimes: NO_VALUES,
      },
      isReference: new Uint8Array(traces.structureOf.length),
      size,
      lowUs,
      highUs,
      spread,
      selfLowUs,
      selfHighUs,
      errors,
      whole: {
        count: Uint32Array.from(ofStructure(kept.known.count)),
        start: new Uint32Array(structures),
        durations: NO_VALUES,
        lowUs: ofStructure(kept.wholeLowUs),
        highUs: ofStructure(kept.wholeHighUs),
        spread: ofStructure(kept.wholeSpread),
      },
      start,
      pathsOf: createPathFinder(traces, paths),
    };
  };
}
