/**
 * A dataset whose test part is made of validation traces: one half of them keeps giving thresholds,
 * the other half is judged, as it is and as copies with anomalies of each kind. So settings can be
 * compared without a test trace, or a label.
 */
import { createRandom, type Random, shuffle } from '../base/random.ts';
import { median } from '../base/statistics.ts';
import { nodeCount, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { drawUntil } from './anomalies.ts';
import { gatherParts } from './gather.ts';
import type { InjectedTrace } from './inject.ts';
import type { ChangedTree, FaultKind, Kind, KindTree, TraceKind } from './kinds/kind.ts';
import { KINDS } from './kinds/list.ts';
import { latencyP99 } from './latency-p99.ts';
import { createTreeBook, type TreeBook, treeOf } from './tree-book.ts';

export interface ValidationSets {
  /** Files 0, 1, 2: training traces, one half of the validation traces, the other with the copies. */
  readonly traces: TraceSet;
  readonly kinds: readonly InjectedKind[];
}

export interface InjectedKind {
  readonly id: string;
  /** Traces of the result that are copies of this kind: from `first` up to before `end`. */
  readonly first: number;
  readonly end: number;
  /** None where traces were changed one by one. */
  readonly faults: readonly InjectedFault[];
  /** [end - first] index into `faults`; -1 for none */
  readonly faultOf: Int32Array;
}

export interface InjectedFault {
  readonly service: string;
  /** Microseconds since the epoch, of the first and of the last trace of its window; NaN: unknown. */
  readonly startUs: number;
  readonly endUs: number;
}

/** Copies of a kind, as a share of the judged normal traces: a third of all is then anomalous. */
const COPIES_SHARE = 0.5;
const FAULTS_PER_KIND = 10;
/** A fault lasts for this share of the judged traces in order of time, at least so many. */
const WINDOW_SHARE = 0.2;
const LEAST_WINDOW = 20;
/** Share of a window's traces that the fault is in. */
const HIT_SHARE = { low: 0.3, high: 1 };
/** A fault in fewer traces is drawn again. */
const LEAST_TRACES = 3;

/** Independent streams of the seed; kinds take those that follow. */
const STREAM = { halves: 41, kinds: 42 } as const;

interface Copies {
  readonly copies: readonly InjectedTrace[];
  readonly faults: readonly InjectedFault[];
  readonly faultOf: readonly number[];
}

/**
 * @param train trace indices, also what p99 and normal structures are taken from
 * @param val   trace indices; half of them are judged
 */
export function validationSets(
  traces: TraceSet,
  { train, val }: { readonly train: Uint32Array; readonly val: Uint32Array },
  seed: number,
  kinds: readonly Kind[] = KINDS,
): ValidationSets {
  const drawn = shuffle(createRandom(seed, STREAM.halves), val.slice());
  const middle = Math.ceil(drawn.length / 2);
  const [known, judged] = [drawn.slice(0, middle).sort(), drawn.slice(middle).sort()];
  const trees = createTreeBook(traces, Uint32Array.from([...train, ...val]));
  const context: Context = {
    traces,
    trees,
    judged,
    p99Us: latencyP99(traces, train),
    usualUs: median(Float64Array.from(train, (trace) => rootUs(traces, trace))),
  };
  const drawnKinds = kinds.map((kind, i): { id: string; drawn: Copies } => {
    const draws = createRandom(seed, STREAM.kinds, i);
    const of =
      kind.per === 'trace' ? drawTraces(context, kind, draws) : drawFaults(context, kind, draws);
    return { id: kind.id, drawn: of };
  });
  const injected = drawnKinds.flatMap(({ drawn: { copies } }) => copies);
  const parts = { train, val: known, test: judged };
  const result = gatherParts(traces, parts, { injected, structures: trees.finish() }, true);

  let next = traceCount(result) - injected.length;
  return {
    traces: result,
    kinds: drawnKinds.map(({ id, drawn: { copies, faults, faultOf } }) => {
      const first = next;
      next += copies.length;
      return { id, first, end: next, faults, faultOf: Int32Array.from(faultOf) };
    }),
  };
}

interface Context {
  readonly traces: TraceSet;
  readonly trees: TreeBook;
  /** Trace indices. */
  readonly judged: Uint32Array;
  /** [operations] microseconds */
  readonly p99Us: Float64Array;
  /** Median duration of a training trace. */
  readonly usualUs: number;
}

const wantedCopies = ({ judged }: Context): number => Math.ceil(COPIES_SHARE * judged.length);

function drawTraces(context: Context, kind: TraceKind, draws: Random): Copies {
  const { judged } = context;
  const copies = drawUntil(judged.length > 0 ? wantedCopies(context) : 0, () => {
    const origin = judged[draws.integer(judged.length)]!;
    return copyOf(context, origin, kind, (tree) => kind.change(tree, draws));
  });
  return { copies, faults: [], faultOf: copies.map(() => -1) };
}

function drawFaults(context: Context, kind: FaultKind, draws: Random): Copies {
  const { traces, judged, usualUs } = context;
  const byTime = [...judged].sort((a, b) => traces.startUs[a]! - traces.startUs[b]! || a - b);
  const services = servicesOf(traces, judged);
  const most = Math.max(LEAST_TRACES, Math.ceil(wantedCopies(context) / FAULTS_PER_KIND));
  const length = Math.max(LEAST_WINDOW, Math.ceil(WINDOW_SHARE * byTime.length));
  const drawn = drawUntil(services.length > 0 ? FAULTS_PER_KIND : 0, () => {
    const service = services[draws.integer(services.length)]!;
    const severity = kind.severity(draws, usualUs);
    const first = draws.integer(Math.max(1, byTime.length - length + 1));
    const window = byTime.slice(first, first + length);
    const share = HIT_SHARE.low + (HIT_SHARE.high - HIT_SHARE.low) * draws.uniform();
    const copies = window.flatMap((origin) => {
      if (draws.uniform() >= share) return [];
      const copy = copyOf(context, origin, kind, (tree) => kind.change(tree, service, severity));
      return copy === null ? [] : [copy];
    });
    if (copies.length < LEAST_TRACES) return null;
    const fault: InjectedFault = {
      service: traces.services[service]!,
      startUs: traces.startUs[window[0]!]!,
      endUs: traces.startUs[window.at(-1)!]!,
    };
    return { fault, copies: copies.slice(0, most) };
  });
  return {
    copies: drawn.flatMap(({ copies }) => copies),
    faults: drawn.map(({ fault }) => fault),
    faultOf: drawn.flatMap(({ copies }, fault) => copies.map(() => fault)),
  };
}

/** @returns null where the trace cannot be changed so, or a normal trace has what is left of it */
function copyOf(
  { traces, trees, p99Us }: Context,
  origin: number,
  { label }: Pick<Kind, 'label'>,
  change: (tree: KindTree) => ChangedTree | null,
): InjectedTrace | null {
  const tree = kindTree(traces, origin, p99Us);
  const changed = change(tree);
  if (changed === null) return null;
  const left =
    changed.alive === null
      ? { kept: [...tree.parent.keys()], structure: traces.structureOf[origin]! }
      : trees.withoutNodes(tree, changed.alive);
  if (left === null) return null;
  const first = traces.nodeOffset[origin]!;
  return {
    origin,
    label,
    structure: left.structure,
    latencyUs: Float32Array.from(left.kept, (node) => changed.latencyUs[node]!),
    spanCount: Uint32Array.from(left.kept, (node) => tree.spanCount[node]!),
    ...(traces.errorCount && {
      errorCount: Uint16Array.from(left.kept, (node) =>
        node === changed.failed
          ? Math.max(1, traces.errorCount![first + node]!)
          : traces.errorCount![first + node]!,
      ),
    }),
  };
}

function kindTree(traces: TraceSet, trace: number, p99Us: Float64Array): KindTree {
  const tree = treeOf(traces.structures, traces.structureOf[trace]!);
  const first = traces.nodeOffset[trace]!;
  const end = first + nodeCount(traces, trace);
  return {
    ...tree,
    latencyUs: Float64Array.from(traces.latencyUs.subarray(first, end)),
    spanCount: traces.spanCount.slice(first, end),
    service: Uint32Array.from(tree.operation, (id) => traces.operations[id]!.service),
    p99Us: Float64Array.from(tree.operation, (id) => p99Us[id]!),
  };
}

const rootUs = ({ latencyUs, nodeOffset }: TraceSet, trace: number): number =>
  latencyUs[nodeOffset[trace]!]!;

/** Services that these traces call, ascending. */
function servicesOf(traces: TraceSet, selected: Uint32Array): number[] {
  const structures = new Set(Array.from(selected, (trace) => traces.structureOf[trace]!));
  const services = new Set<number>();
  for (const structure of structures) {
    for (const id of treeOf(traces.structures, structure).operation) {
      services.add(traces.operations[id]!.service);
    }
  }
  return [...services].sort((a, b) => a - b);
}
