/**
 * Stand-ins of the paper's datasets A to E, which are not public: traffic of made-up systems whose
 * statistics are those of Table 4, at any number of traces. A to D are traffic as it is collected,
 * unlabelled and most of it small, so that section A.4 has something to do; E has parts and a few
 * labelled anomalies, as section 6.1 describes it.
 */
import { createRandom, type Random, shuffle } from '../base/random.ts';
import type { Microseconds, Milliseconds } from '../base/units.ts';
import { drawUntil } from '../prepare/anomalies.ts';
import { injectStructureAnomaly, injectTimeAnomaly } from './anomalies.ts';
import type { CallPlan } from './call-plan.ts';
import { durationP99, type SimulatedDataset } from './dataset.ts';
import { createLoad } from './load.ts';
import { drawTemplates, planRequest, type RequestTemplate } from './request-templates.ts';
import { DEFAULT_HOURS, SIMULATION_START_US } from './simulate.ts';
import { createSpanTable, type LabelledTree } from './span-table.ts';
import { createMergedShapeReader, type SpanTree } from './span-tree.ts';
import {
  type DatasetStatistics,
  STAND_IN_IDS,
  type StandInChoice,
  TABLE_4,
} from './stand-in-catalog.ts';
import { type CompiledSystem, compileSystem, type OperationDescription } from './system.ts';
import { timeCalls } from './timing.ts';

/** Independent streams of the seed; other numbers than those of simulate.ts and dataset.ts. */
const STREAM = {
  templates: 31,
  system: 32,
  order: 33,
  plans: 34,
  load: 35,
  work: 36,
  totals: 37,
  anomalies: 38,
} as const;

/** Share of the requests that all root operations have alike; the rest goes to small ones. */
const EVEN_SHARE = 0.3;

/** Section 6.1: traces of the parts of E, and anomalies in its test part. */
const E_PARTS = { train: 62_000, val: 6_400, test: 29_000 } as const;
const E_ANOMALIES = { structure: 162, time: 208 } as const;
const E_TRACES = E_PARTS.train + E_PARTS.val + E_PARTS.test;
const E_SLOW_SHARE = E_ANOMALIES.time / E_TRACES;

/** @param seed of the traffic; the system of a stand-in is always the same */
export function simulateStandIn({ id, traces }: StandInChoice, seed: number): SimulatedDataset {
  const statistics = TABLE_4[id];
  const index = STAND_IN_IDS.indexOf(id);
  const templates = drawTemplates(statistics, createRandom(index, STREAM.templates));
  const system = compileStandIn(id, statistics, createRandom(index, STREAM.system));
  const requests = simulateRequests(system, templates, statistics, { traces, seed, id });
  const table = createSpanTable(system, seed);
  const prefix = `stand-in-${id.toLowerCase()}`;
  if (id !== 'E') {
    for (const tree of requests) table.add({ tree, label: 'unlabelled' }, 0);
    return { files: [{ name: `${prefix}-traffic`, role: 'split' }], spans: table.finish() };
  }
  const parts = divideE([...requests]);
  const contents = [parts.train, parts.val, [...parts.test, ...anomalies(system, parts, seed)]];
  for (const [file, trees] of contents.entries()) for (const tree of trees) table.add(tree, file);
  return {
    files: (['train', 'val', 'test'] as const).map((role) => ({
      name: `${prefix}-${role}`,
      role,
    })),
    spans: table.finish(),
  };
}

/** Operations with own work of a few milliseconds; what a whole trace lasts is drawn later. */
function compileStandIn(
  id: string,
  { operations, rootOperations }: DatasetStatistics,
  random: Random,
): CompiledSystem {
  const services = Math.max(3, Math.round(operations / 8));
  const pad = (value: number): string => String(value).padStart(4, '0');
  const described = Array.from({ length: operations }, (_, i): [string, OperationDescription] => {
    const isRoot = i < rootOperations;
    const service = isRoot ? `${id}-entry` : `${id}-service-${pad(i % services)}`;
    const work = { workMs: 2 * Math.exp(random.normal()), spread: 0.25, loadSensitivity: 0.2 };
    return [`${service}/${isRoot ? 'request' : 'call'}-${pad(i)}`, work];
  });
  return compileSystem({
    name: `stand-in of dataset ${id}`,
    operations: Object.fromEntries(described),
    entries: described.slice(0, rootOperations).map(([operation]) => ({ operation, weight: 1 })),
  });
}

interface Traffic {
  readonly traces: number;
  readonly seed: number;
  readonly id: StandInChoice['id'];
}

/** Requests by start time. Every template is met, the first time with all its optional calls. */
function* simulateRequests(
  system: CompiledSystem,
  templates: readonly RequestTemplate[],
  statistics: DatasetStatistics,
  { traces, seed, id }: Traffic,
): Generator<SpanTree> {
  const spanUs = DEFAULT_HOURS * 3600e6;
  const loadAt = createLoad(system.services.length, spanUs, createRandom(seed, STREAM.load));
  const [plans, work, totals] = [STREAM.plans, STREAM.work, STREAM.totals].map((stream) =>
    createRandom(seed, stream),
  ) as [Random, Random, Random];
  const drawTotal = createTotals(templates, statistics.latencyMs, id === 'E', totals);
  const order = shuffle(createRandom(seed, STREAM.order), shareOut(templates, traces));
  const met = new Uint8Array(templates.length);
  for (let i = 0; i < order.length; i++) {
    const index = order[i]!;
    const plan: CallPlan = planRequest(templates[index]!, met[index] === 0, plans);
    met[index] = 1;
    const startUs = (spanUs * i) / order.length;
    const tree = timeCalls(system, plan, loadAt, startUs, work);
    yield lasting(tree, drawTotal(index) * 1e3, startUs + SIMULATION_START_US);
  }
}

/** [traces] template of each request: small ones are most of the traffic. */
function shareOut(templates: readonly RequestTemplate[], traces: number): Uint32Array {
  const weights = templates.map(({ parent }) => parent.length ** -1.5);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const order = new Uint32Array(traces);
  let cumulated = 0;
  let start = 0;
  for (const [index, weight] of weights.entries()) {
    cumulated += EVEN_SHARE / templates.length + (1 - EVEN_SHARE) * (weight / whole);
    const end = index === templates.length - 1 ? traces : Math.round(cumulated * traces);
    order.fill(index, start, end);
    start = end;
  }
  return order;
}

/** Section A.4 drops the slowest 1 % of A to D. */
const KEPT_SHARE = 0.99;

/** Log-std of what the requests of one template last below the tail. */
const TOTAL_SPREAD = 0.25;

/** Medians of the templates, as shares of p90: the smallest and the largest tree. */
const MEDIAN_SHARE = { low: 0.1, high: 0.45 } as const;

/** Where the tail begins: well below p90, so that p90 is not at the edge of two distributions. */
const TAIL_FROM = 0.8;
const TAIL_FROM_SHARE = 0.75;

/**
 * What a request lasts. Mostly a template has its own latency, larger ones a longer one; beyond,
 * all share one tail, so that Table 4's percentiles hold in any mixture of root operations, before
 * and after balancing. Those of A to D are percentiles once the slowest 1 % is gone, those of E
 * with its time anomalies.
 *
 * @returns milliseconds for a template
 */
function createTotals(
  templates: readonly RequestTemplate[],
  { p90, p95, p99 }: DatasetStatistics['latencyMs'],
  complete: boolean,
  random: Random,
): (template: number) => Milliseconds {
  const shareOf = (quantile: number): number =>
    complete ? quantile + E_SLOW_SHARE : quantile * KEPT_SHARE;
  const tail = [
    { share: shareOf(TAIL_FROM), ms: TAIL_FROM_SHARE * p90 },
    { share: shareOf(0.9), ms: p90 },
    { share: shareOf(0.95), ms: p95 },
    { share: shareOf(0.99), ms: p99 },
    { share: 1, ms: p99 * (p99 / p95) },
  ];
  const largest = Math.max(...templates.map(({ parent }) => parent.length));
  const median = templates.map(({ parent }) => {
    const size = (parent.length - 1) / (largest - 1);
    return p90 * (MEDIAN_SHARE.low + (MEDIAN_SHARE.high - MEDIAN_SHARE.low) * size);
  });
  return (template) => {
    const u = random.uniform();
    if (u < tail[0]!.share) {
      const ms = median[template]! * Math.exp(TOTAL_SPREAD * random.normal());
      return Math.min(ms, tail[0]!.ms);
    }
    const i = tail.findLastIndex(({ share }) => share <= u);
    const [from, to] = [tail[i]!, tail[i + 1]!];
    const place = (u - from.share) / (to.share - from.share);
    return from.ms * (to.ms / from.ms) ** place;
  };
}

/** The same tree, all times in proportion, so that it lasts `totalUs` from `startUs` on. */
function lasting(tree: SpanTree, totalUs: Microseconds, startUs: Microseconds): SpanTree {
  const scale = totalUs / tree.durationUs[0]!;
  const from = tree.startUs[0]!;
  return {
    ...tree,
    startUs: tree.startUs.map((us) => Math.round(startUs + (us - from) * scale)),
    durationUs: tree.durationUs.map((us) => Math.max(1, Math.round(us * scale))),
  };
}

interface PartsOfE {
  readonly train: readonly LabelledTree[];
  readonly val: readonly LabelledTree[];
  readonly test: readonly LabelledTree[];
}

/** One after the other in time, in the proportions of section 6.1. */
function divideE(trees: readonly SpanTree[]): PartsOfE {
  const normal = trees.map((tree): LabelledTree => ({ tree, label: 'normal' }));
  const train = Math.round((trees.length * E_PARTS.train) / E_TRACES);
  const val = train + Math.round((trees.length * E_PARTS.val) / E_TRACES);
  return {
    train: normal.slice(0, train),
    val: normal.slice(train, val),
    test: normal.slice(val),
  };
}

/** As rare as the failures of E; injected, since nobody published the real ones. */
function anomalies(
  system: CompiledSystem,
  { train, test }: PartsOfE,
  seed: number,
): readonly LabelledTree[] {
  if (test.length === 0) return [];
  const shapeOf = createMergedShapeReader();
  const normalShapes = new Set([...train, ...test].map(({ tree }) => shapeOf(tree).key));
  const random = createRandom(seed, STREAM.anomalies);
  const drawn = (): SpanTree => test[random.integer(test.length)]!.tree;
  const count = (anomalous: number): number => Math.ceil((anomalous * test.length) / E_PARTS.test);
  const structure = drawUntil(count(E_ANOMALIES.structure), (): LabelledTree | null => {
    const tree = injectStructureAnomaly(drawn(), random);
    if (tree === null) return null;
    const { nodes, key } = shapeOf(tree);
    return nodes >= 2 && !normalShapes.has(key) ? { tree, label: 'structure' } : null;
  });
  const p99Us = durationP99(
    train.map(({ tree }) => tree),
    system.operations.length,
  );
  const time = drawUntil(
    count(E_ANOMALIES.time),
    (): LabelledTree => ({ tree: injectTimeAnomaly(drawn(), p99Us, random), label: 'time' }),
  );
  return [...structure, ...time];
}
