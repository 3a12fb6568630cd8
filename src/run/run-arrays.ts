/**
 * What a scored detector has per trace, sample and node, as named arrays: scores, terms of equation
 * (3), latents, and the merged trees that they are of. docs/formats.md lists them.
 */
import { variantsIn } from '../scoring/corrections/list.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { decodeString } from '../trace/string-column.ts';
import { LABELS, type TraceSet } from '../trace/trace-set.ts';
import type { NamedArray } from './npz.ts';
import type { ScoreOutcome } from './outcome.ts';
import type { DetectorRun } from './record.ts';

const SETS = ['val', 'test'] as const;

/** @param trained scored; arrays of validation traces begin with `val.`, of test traces with `test.` */
export function runArrays(
  traces: TraceSet,
  { named = [] }: Pick<DetectorRun, 'named'>,
  scores: ScoreOutcome,
): NamedArray[] {
  return [
    ...SETS.flatMap((set) => {
      const arrays = [
        ...traceArrays(traces, scores[set].trace),
        ...scoreArrays(scores, set),
        ...named.map((one) => column(`score.${one.name}`, one.scores[set])),
        ...(scores.kind === 'terms' ? termArrays(scores[set]) : []),
      ];
      return arrays.map((one) => ({ ...one, name: `${set}.${one.name}` }));
    }),
    ...operationArrays(traces),
  ];
}

const column = (name: string, values: NamedArray['values']): NamedArray => ({
  name,
  values,
  shape: [values.length],
});

/** [T], and the merged trees of these traces, node by node: `node_offset` is [T + 1]. */
function traceArrays(traces: TraceSet, trace: Uint32Array): NamedArray[] {
  const { structures, structureOf } = traces;
  const offset = new Uint32Array(trace.length + 1);
  trace.forEach((t, row) => {
    offset[row + 1] = offset[row]! + traces.nodeOffset[t + 1]! - traces.nodeOffset[t]!;
  });
  const nodes = offset[trace.length]!;
  const parent = new Int32Array(nodes);
  const operation = new Uint32Array(nodes);
  const latency = new Float32Array(nodes);
  trace.forEach((t, row) => {
    const size = offset[row + 1]! - offset[row]!;
    const first = structures.nodeOffset[structureOf[t]!]!;
    const from = traces.nodeOffset[t]!;
    parent.set(structures.parent.subarray(first, first + size), offset[row]!);
    operation.set(structures.operation.subarray(first, first + size), offset[row]!);
    latency.set(traces.latencyUs.subarray(from, from + size), offset[row]!);
  });
  return [
    column(
      'trace_id',
      Array.from(trace, (t) => decodeString(traces.traceIds, t)),
    ),
    column(
      'label',
      Array.from(trace, (t) => LABELS[traces.label[t]!]!),
    ),
    column(
      'start_us',
      Float64Array.from(trace, (t) => traces.startUs[t]!),
    ),
    column('node_offset', offset),
    column('node_parent', parent),
    column('node_operation', operation),
    column('node_latency_us', latency),
  ];
}

function scoreArrays(scores: ScoreOutcome, set: (typeof SETS)[number]): NamedArray[] {
  if (scores.kind === 'plain') return [column('score', scores[set].score)];
  return variantsIn(scores.scores).map((variant) =>
    column(`score.${variant}`, scores.scores[variant][set]),
  );
}

/** Terms per structure and sample [S, L], and per trace and sample [T, L]. */
function termArrays(terms: ScoreTerms): NamedArray[] {
  const { samples, structure, latency, status, detail } = terms;
  const rows = terms.trace.length;
  const bySample = (part: object): NamedArray[] =>
    Object.entries(part).map(([name, values]: [string, Float32Array]) => ({
      name: snake(name),
      values,
      shape: [values.length / samples, samples],
    }));
  const latents = (name: string, values: Float32Array, count: number): NamedArray => ({
    name,
    values,
    shape: [count, count === 0 ? 0 : values.length / count],
  });
  return [
    column('structure_row', terms.structureRow),
    column('mismatch', terms.mismatch),
    ...bySample(structure),
    ...bySample(latency),
    ...(status === undefined ? [] : bySample({ logPStatus: status.logP })),
    ...(detail === undefined
      ? []
      : [
          latents('z', detail.latents.z, structure.logQz.length / samples),
          latents('z2', detail.latents.z2, rows),
        ]),
  ];
}

/** [operations] "service/operation"; index 0 is padding. */
const operationArrays = ({ services, operations }: TraceSet): NamedArray[] => [
  column(
    'operations',
    operations.map(({ service, name }) => `${services[service]}/${name}`),
  ),
];

/** "logPNodeCount" as "log_p_node_count" */
const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
