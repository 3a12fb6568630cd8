/** How long statistics take on many traces: fitting on all of them, then scoring all of them. */
import { createRandom } from '../src/base/random.ts';
import { baselineConfigs } from '../src/detectors/catalog.ts';
import { DETECTORS, type DetectorSettings } from '../src/detectors/registry.ts';
import { STATISTICS } from '../src/detectors/statistics/meta.ts';
import { TRACEVAE_PRESETS } from '../src/detectors/tracevae/meta.ts';
import { fitLatencyScale } from '../src/features/latency-scale.ts';
import { createStringColumnBuilder } from '../src/trace/string-column.ts';
import { createStructureInterner } from '../src/trace/structure-interner.ts';
import type { TraceSet } from '../src/trace/trace-set.ts';

/** Nodes of the four kinds of requests: those of Online Boutique have 2 to 27. */
const SIZES = [27, 25, 14, 2];
const OPERATIONS = 55;
const SERVICES = 10;
/** Of a node, where there are as many left. */
const CHILDREN = 3;

export interface StatisticTiming {
  readonly detector: string;
  /** Processor time, seconds. */
  readonly fitSeconds: number;
  readonly scoreSeconds: number;
  readonly megabytes: number;
}

export async function timeStatistics(count: number): Promise<readonly StatisticTiming[]> {
  const traces = makeTraces(count);
  const all = Uint32Array.from({ length: count }, (_, trace) => trace);
  const scale = fitLatencyScale(traces, all, 'robust');
  const data = { traces, train: all, val: all.subarray(0, 0), scale };
  const settings: DetectorSettings = {
    ...TRACEVAE_PRESETS.tiny,
    baselines: baselineConfigs('tiny'),
  };
  const { signal } = new AbortController();
  const control = { signal, stopRequested: () => false, whenRunning: async () => {} };
  const timings: StatisticTiming[] = [];
  for (const { id } of STATISTICS) {
    const started = processorSeconds();
    const fitted = await DETECTORS[id].fit(data, settings, { seed: 1, control, onEvent: () => {} });
    if (!fitted.ok || fitted.value.kind !== 'scores') throw new Error(`${id} was not fitted`);
    const fitEnded = processorSeconds();
    await fitted.value.scoreTraces(data, all, { seed: 1, signal, onProgress: () => {} });
    timings.push({
      detector: id,
      fitSeconds: fitEnded - started,
      scoreSeconds: processorSeconds() - fitEnded,
      megabytes: (4 * fitted.value.parameterCount) / 2 ** 20,
    });
  }
  return timings;
}

/** Of the whole process, its garbage collection included; other work beside it does not count. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Requests of four kinds; a node takes as long as its children and a lognormal time of its own. */
function makeTraces(count: number): TraceSet {
  const random = createRandom(1);
  const interner = createStructureInterner();
  const trees = SIZES.map((size, kind) => ({
    parent: Int32Array.from({ length: size }, (_, i) =>
      i === 0 ? -1 : Math.floor((i - 1) / CHILDREN),
    ),
    operation: Uint32Array.from({ length: size }, (_, i) => 1 + ((7 * kind + i) % OPERATIONS)),
  }));
  const structure = trees.map(({ parent, operation }) =>
    interner.intern(parent, operation, parent.length),
  );
  const kindOf = Uint32Array.from({ length: count }, () => random.integer(trees.length));
  const nodeOffset = new Uint32Array(count + 1);
  kindOf.forEach((kind, trace) => {
    nodeOffset[trace + 1] = nodeOffset[trace]! + SIZES[kind]!;
  });
  const latencyUs = new Float32Array(nodeOffset[count]!);
  kindOf.forEach((kind, trace) => {
    const first = nodeOffset[trace]!;
    const { parent } = trees[kind]!;
    for (let i = parent.length - 1; i >= 0; i--) {
      const at = first + i;
      latencyUs[at] = Math.round(latencyUs[at]! + 1000 * Math.exp(0.5 * random.normal()));
      if (i > 0) latencyUs[first + parent[i]!]! += latencyUs[at]!;
    }
  });
  const traceIds = createStringColumnBuilder();
  for (let trace = 0; trace < count; trace++) traceIds.append(String(trace));
  return {
    services: ['', ...Array.from({ length: SERVICES }, (_, i) => `service-${i}`)],
    operations: Array.from({ length: OPERATIONS + 1 }, (_, id) => ({
      service: id === 0 ? 0 : 1 + (id % SERVICES),
      name: id === 0 ? '' : `operation-${id}`,
    })),
    structures: interner.finish(),
    structureOf: kindOf.map((kind) => structure[kind]!),
    nodeOffset,
    latencyUs,
    spanCount: new Uint32Array(latencyUs.length).fill(1),
    startUs: new Float64Array(count).fill(Number.NaN),
    label: new Uint8Array(count),
    file: new Uint16Array(count),
    traceIds: traceIds.finish(),
  };
}
