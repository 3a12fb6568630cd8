/**
 * A labelled train / val / test dataset from a simulated system, made as section A.4 of the paper:
 * balanced groups, the slowest 1 % dropped, parts of 10 : 2 : 5, anomalies injected into copies of
 * test traces.
 *
 * Differs from the paper: a group is a merged tree, finer than (depth, root operation, set of
 * operations), so that no structure of a normal trace is too rare to be learned.
 */
import { createRandom, shuffle } from '../base/random.ts';
import { percentile, sorted } from '../base/statistics.ts';
import { drawUntil } from '../prepare/anomalies.ts';
import type { SpanColumns } from '../trace/span-columns.ts';
import type { SetName } from '../trace/trace-set.ts';
import { injectStructureAnomaly, injectTimeAnomaly } from './anomalies.ts';
import { drawBalanced } from './balance.ts';
import { ONLINE_SHOP } from './online-shop.ts';
import { createPlanSource, DEFAULT_HOURS, runPlans } from './simulate.ts';
import { type LabelledTree, spanTable } from './span-table.ts';
import { createMergedShapeReader, type SpanTree } from './span-tree.ts';
import { type CompiledSystem, compileSystem, type SystemDescription } from './system.ts';

type Part = Exclude<SetName, 'unused'>;

export interface DatasetOptions {
  readonly seed: number;
  readonly system: SystemDescription;
  /** Simulated time. */
  readonly hours: number;
  /** Normal traces of each part. */
  readonly normal: Readonly<Record<Part, number>>;
  /** Anomalies, in the test part. */
  readonly structureAnomalies: number;
  readonly timeAnomalies: number;
  /** Groups of traces rarer than this share of the traffic are dropped. */
  readonly minGroupShare: number;
}

export interface SimulatedDataset {
  /** Files by their index in the spans' `file` column. */
  readonly files: readonly { readonly name: string; readonly role: Part | 'split' }[];
  readonly spans: SpanColumns;
}

/** The built-in demo: section A.4's proportions, with 5 % + 5 % anomalies in the test part. */
export const DEMO: Omit<DatasetOptions, 'seed'> = {
  system: ONLINE_SHOP,
  hours: DEFAULT_HOURS,
  normal: { train: 3000, val: 600, test: 1500 },
  structureAnomalies: 75,
  timeAnomalies: 75,
  minGroupShare: 0.005,
};

export function simulateDemo(seed: number): SimulatedDataset {
  return simulateDataset('demo', { ...DEMO, seed });
}

/** Traces drawn to see how frequent the groups are. */
const CENSUS = 6000;

/** Section A.4: traces above this percentile of the total duration are dropped. */
const KEPT_PERCENT = 99;

/** Independent streams of the seed; other numbers than those of simulate.ts. */
const STREAM = { balance: 11, parts: 12, structure: 13, time: 14 } as const;

const PARTS: readonly Part[] = ['train', 'val', 'test'];

/** @param name files are called `${name}-train` and so on */
export function simulateDataset(name: string, options: DatasetOptions): SimulatedDataset {
  const system = compileSystem(options.system);
  const parts = divide(normalTraces(system, options), options.normal, options.seed);
  const anomalies = anomalousTraces(system, parts, options);

  const normal = (part: Part): LabelledTree[] =>
    parts[part].map((tree) => ({ tree, label: 'normal' }));
  const byStart = (trees: LabelledTree[]): LabelledTree[] =>
    trees.sort((a, b) => a.tree.startUs[0]! - b.tree.startUs[0]!);
  const contents = PARTS.map((part) =>
    byStart(part === 'test' ? [...normal(part), ...anomalies] : normal(part)),
  );
  return {
    files: PARTS.map((role) => ({ name: `${name}-${role}`, role })),
    spans: spanTable(system, contents, options.seed),
  };
}

/** As many trees as all parts need, groups equally frequent, after the slowest 1 % are gone. */
function normalTraces(
  system: CompiledSystem,
  { seed, hours, normal, minGroupShare }: DatasetOptions,
): SpanTree[] {
  const needed = PARTS.reduce((sum, part) => sum + normal[part], 0);
  const drawPlan = createPlanSource(system, seed);
  const shapeOf = createMergedShapeReader();
  const plans = drawBalanced(
    () => {
      const item = drawPlan();
      return { item, group: shapeOf(item).key };
    },
    Math.ceil((needed * 100) / KEPT_PERCENT),
    { census: CENSUS, minShare: minGroupShare, random: createRandom(seed, STREAM.balance) },
  );
  const trees = runPlans(system, plans, { seed, hours });
  const slowest = sorted(trees.map(totalUs))[needed - 1]!;
  return trees.filter((tree) => totalUs(tree) <= slowest).slice(0, needed);
}

const totalUs = (tree: SpanTree): number => tree.durationUs[0]!;

/** Every group is shared out in the same proportions. */
function divide(
  trees: readonly SpanTree[],
  sizes: Readonly<Record<Part, number>>,
  seed: number,
): Record<Part, SpanTree[]> {
  const shapeOf = createMergedShapeReader();
  const groups = new Map<string, SpanTree[]>();
  const order = shuffle(createRandom(seed, STREAM.parts), Uint32Array.from(trees.keys()));
  for (const i of order) {
    const { key: group } = shapeOf(trees[i]!);
    const members = groups.get(group);
    if (members) members.push(trees[i]!);
    else groups.set(group, [trees[i]!]);
  }
  const parts: Record<Part, SpanTree[]> = { train: [], val: [], test: [] };
  const whole = trees.length;
  let dealt = 0;
  for (const tree of [...groups.values()].flat()) {
    dealt++;
    // the part that is furthest behind its share is next, so parts come out exact
    const behind = (part: Part): number => (sizes[part] * dealt) / whole - parts[part].length;
    const next = PARTS.reduce((best, part) => (behind(part) > behind(best) ? part : best));
    parts[next].push(tree);
  }
  return parts;
}

function anomalousTraces(
  system: CompiledSystem,
  { train, test }: Readonly<Record<Part, readonly SpanTree[]>>,
  { seed, structureAnomalies, timeAnomalies }: DatasetOptions,
): LabelledTree[] {
  if (test.length === 0) return [];
  const shapeOf = createMergedShapeReader();
  const normalShapes = new Set(train.map((tree) => shapeOf(tree).key));

  // Differs from the paper: what remains must be a tree that no normal training trace has, else
  // the label would be wrong (an optional call is left out, one of several equal calls is gone)
  const isAnomalous = (tree: SpanTree): boolean => {
    const { nodes, key } = shapeOf(tree);
    return nodes >= 2 && !normalShapes.has(key);
  };
  const structures = createRandom(seed, STREAM.structure);
  const structure = drawUntil(structureAnomalies, (): LabelledTree | null => {
    const tree = injectStructureAnomaly(test[structures.integer(test.length)]!, structures);
    return tree && isAnomalous(tree) ? { tree, label: 'structure' } : null;
  });

  const p99Us = durationP99(train, system.operations.length);
  const times = createRandom(seed, STREAM.time);
  const time = drawUntil(
    timeAnomalies,
    (): LabelledTree => ({
      tree: injectTimeAnomaly(test[times.integer(test.length)]!, p99Us, times),
      label: 'time',
    }),
  );
  return [...structure, ...time];
}

/** [operations] 99th percentile of the spans' durations, microseconds; NaN where never called. */
export function durationP99(trees: readonly SpanTree[], operations: number): Float64Array {
  const durations = Array.from({ length: operations }, (): number[] => []);
  for (const { operation, durationUs } of trees) {
    for (let i = 0; i < operation.length; i++) durations[operation[i]!]!.push(durationUs[i]!);
  }
  return Float64Array.from(durations, (values) => percentile(values, 99));
}
