/**
 * How rare a trace is among those seen, in three ways that do not water each other down: slow as a
 * whole, slow in one place, a structure that training did not have. Each is calibrated on validation
 * traces ({@link surprise}), so that all are nats, and the rarest counts.
 */
import { createPathFinder, UNKNOWN_PATH } from '../features/call-paths.ts';
import { createSelfTimes } from '../trace/self-times.ts';
import { nodeCount, type TraceSet } from '../trace/trace-set.ts';
import { type Calibration, calibrate, surprise } from './calibration.ts';
import { type DurationValues, gatherDurations, openDurationTails } from './duration-tails.ts';
import { createStructureFinder, unseenSurprise } from './known-structures.ts';
import { learnMaterialTimes, type MaterialTimes, openMaterialTimes } from './material-times.ts';
import { openPathTails } from './path-tails.ts';
import { gatherPathValues, type PathValues, rememberTimes } from './path-values.ts';
import { learnResiduals, openResiduals, type StructureResiduals } from './self-time-residuals.ts';
import { tailOf } from './tail.ts';

/** The ways in which a trace is odd. */
export const WAYS = ['whole', 'place', 'structure'] as const;
export type Way = (typeof WAYS)[number];

/**
 * What is calibrated, in the order of storage. Slow as a whole is made of the first three, slow in
 * one place is the mean of the next two; both are calibrated again, since neither is a -ln p.
 */
export const CALIBRATED = [
  'duration',
  'durationGivenStructure',
  'material',
  'oddestNode',
  'residual',
  'whole',
  'place',
] as const;
type Measure = (typeof CALIBRATED)[number];
/** Of these so many are measured of a trace, the others are made of them. */
export const MEASURED = 5;

/** What is learnt of training traces. */
export interface Learned {
  readonly values: PathValues;
  readonly durations: DurationValues;
  readonly material: MaterialTimes;
  /** [known structures] */
  readonly residuals: readonly (StructureResiduals | null)[];
}

export type Calibrations = Readonly<Record<Measure, Calibration>>;

/** @returns yields now and then, so that the caller can look at the clock */
export function* learnRarity(traces: TraceSet, train: Uint32Array): Generator<void, Learned> {
  const values = yield* gatherPathValues(traces, train);
  const durations = gatherDurations(traces, train);
  yield;
  const { known } = durations;
  const material = learnMaterialTimes(traces, train, { known, paths: values.paths });
  yield;
  const residuals = yield* learnResiduals(traces, train, known);
  return { values, durations, material, residuals };
}

/**
 * @param learned from the training traces
 * @param sample  trace indices that the scores are calibrated on: the validation traces
 */
export function* calibrateRarity(
  learned: Learned,
  traces: TraceSet,
  sample: Uint32Array,
): Generator<void, Calibrations> {
  const measure = openMeasures(learned)(traces);
  const rows = CALIBRATED.map(() => new Float64Array(sample.length));
  const raw = new Float64Array(MEASURED);
  for (let row = 0; row < sample.length; row++) {
    measure.read(sample[row]!, raw);
    for (let k = 0; k < raw.length; k++) rows[k]![row] = raw[k]!;
    if (row % 1024 === 0) yield;
  }
  const single = rows.slice(0, MEASURED).map(calibrate);
  for (let row = 0; row < sample.length; row++) {
    for (let k = 0; k < raw.length; k++) raw[k] = rows[k]![row]!;
    const { whole, place } = joinMeasures(single, raw);
    rows[MEASURED]![row] = whole;
    rows[MEASURED + 1]![row] = place;
  }
  return Object.fromEntries(
    CALIBRATED.map((name, k) => [name, single[k] ?? calibrate(rows[k]!)]),
  ) as Calibrations;
}

/** Of the {@link MEASURED}. */
type Single = readonly Calibration[];

/** nats, not yet calibrated again */
export function joinMeasures(single: Single, raw: Float64Array): { whole: number; place: number } {
  const nats = (measure: number): number => surprise(single[measure]!, raw[measure]!);
  return {
    whole: (nats(0) + Math.max(nats(1), nats(2))) / 2,
    place: (nats(3) + nats(4)) / 2,
  };
}

export interface Measures {
  /** Writes the measures of a trace, in the order of {@link CALIBRATED}. */
  read(trace: number, into: Float64Array): void;
  /** Of the trace read last; -1 for none. The node that stands out most by its work in the whole. */
  readonly materialNode: number;
  /** The same by how far out it is at its place. */
  readonly placeNode: number;
  /** [nodes] nats: how far each node of a trace is from what the others lead to expect */
  tailsOf(trace: number): Float64Array;
  /** Microseconds, or NaN. */
  medianUs(trace: number, node: number): number;
}

export function openMeasures(learned: Learned): (traces: TraceSet) => Measures {
  const { values, durations, material, residuals } = learned;
  const { known } = durations;
  const selfTails = openPathTails(values, 'self');
  const bothTails = openPathTails(values, 'both');
  const durationsIn = openDurationTails(durations);
  const materialIn = openMaterialTimes(material, { known, paths: values.paths });
  const residualsIn = openResiduals(residuals, known);
  return (traces) => {
    const { nodeOffset, latencyUs } = traces;
    const writeSelf = rememberTimes(traces, createSelfTimes(traces));
    const self = selfTails.reader(traces, writeSelf);
    const both = bothTails.reader(traces, writeSelf);
    const groupOf = durationsIn(traces);
    const material = materialIn(traces, writeSelf);
    const residuals = residualsIn(traces, writeSelf);
    let placeNode = -1;
    return {
      get materialNode() {
        return material.busiestNode;
      },
      get placeNode() {
        return placeNode;
      },
      tailsOf(trace) {
        const tails = new Float64Array(nodeCount(traces, trace));
        if (residuals.knows(trace)) residuals.read(trace, tails);
        else tails.set(both.score.subarray(0, both.read(trace)));
        return tails;
      },
      medianUs: (trace, node) => both.medianUs(trace, node),
      read(trace, into) {
        const durationUs = latencyUs[nodeOffset[trace]!]!;
        const againstOthers = residuals.knows(trace) ? residuals : both;
        const oddest = self.largest(trace);
        const residual = againstOthers.largest(trace);
        into[0] = Math.log(Math.max(1, durationUs));
        into[1] = tailOf(groupOf(trace).group, durationUs);
        into[2] = material.largest(trace);
        into[3] = oddest;
        into[4] = residual;
        placeNode = residual > 0 ? againstOthers.oddestNode : self.oddestNode;
      },
    };
  };
}

/** What is said of a trace. */
export interface Rarity {
  /** nats, the largest of the ways' */
  readonly score: number;
  readonly way: Way;
  /** nats of every way */
  readonly nats: Readonly<Record<Way, number>>;
  /** The node that most likely made it odd; -1 where none did. */
  readonly node: number;
}

export interface RarityReader {
  read(trace: number): Rarity;
  /** [nodes] nats: how far each node of a trace is from what the others lead to expect */
  tailsOf(trace: number): Float64Array;
  /** Median duration of training traces at a node's place, microseconds, or NaN. */
  medianUs(trace: number, node: number): number;
}

/** A structure, by its index in the traces that are read. */
export interface FoundStructure {
  readonly structure: number;
  /** Among the known ones, -1 where it is none of them. */
  readonly known: number;
  /** Whether all of its call paths are known. */
  readonly isPath: boolean;
}

/** @returns for a set of traces: nats of a structure */
export type StructureNats = (traces: TraceSet) => (found: FoundStructure) => number;

/** A structure that training had is not odd; one that it lacked by how often that happens. */
function unseenNats({ values, durations }: Learned): StructureNats {
  const unseen = unseenSurprise(durations.known);
  const seen = durations.known.count.reduce((sum, count) => sum + count, 0);
  const unseenPath = Math.log(
    (1 + seen) / (1 + values.count.filter((count) => count === 1).length),
  );
  return () => (found) => (found.known >= 0 ? 0 : Math.max(unseen, found.isPath ? 0 : unseenPath));
}

/** @returns for a set of traces: what is said of them */
export function openRarity(
  learned: Learned,
  calibrations: Calibrations,
  structureNatsIn = unseenNats(learned),
): (traces: TraceSet) => RarityReader {
  const { values, durations } = learned;
  const finder = createStructureFinder(durations.known);
  const single = CALIBRATED.slice(0, MEASURED).map((name) => calibrations[name]);
  const measuresIn = openMeasures(learned);
  return (traces) => {
    const measures = measuresIn(traces);
    const find = finder(traces);
    const pathsOf = createPathFinder(traces, values.paths);
    const structureNats = structureNatsIn(traces);
    const raw = new Float64Array(MEASURED);
    return {
      tailsOf: measures.tailsOf,
      medianUs: measures.medianUs,
      read(trace) {
        measures.read(trace, raw);
        const joined = joinMeasures(single, raw);
        const structure = traces.structureOf[trace]!;
        const known = find(structure);
        const unknownNode = known >= 0 ? -1 : pathsOf(structure).indexOf(UNKNOWN_PATH);
        const nats = {
          whole: surprise(calibrations.whole, joined.whole),
          place: surprise(calibrations.place, joined.place),
          structure: structureNats({ structure, known, isPath: unknownNode < 0 }),
        };
        const way = WAYS.reduce((most, one) => (nats[one] > nats[most] ? one : most));
        const node = {
          whole: measures.materialNode,
          place: measures.placeNode,
          structure: unknownNode,
        };
        return { score: nats[way], way, nats, node: node[way] };
      },
    };
  };
}
