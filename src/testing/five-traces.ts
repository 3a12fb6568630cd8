/**
 * Five traces that are small enough to compute every baseline of section 6.4 by hand. Operations
 * are a = 1, b = 2, c = 3; latencies are milliseconds.
 *
 *     0   a 10 ( b 4, c 5 )
 *     1   a 12 ( b 6, c 5 )
 *     2   a 14 ( b 8, c 11 )
 *     3   a 6 ( b 4 )
 *     4   a 100 ( c 5 )        the odd one: b is missing, a is slow
 */
import { createStringColumnBuilder } from '../trace/string-column.ts';
import type { TraceSet } from '../trace/trace-set.ts';

const TREES = [
  { operation: [1, 2, 3], parent: [-1, 0, 0] },
  { operation: [1, 2], parent: [-1, 0] },
  { operation: [1, 3], parent: [-1, 0] },
];

const TRACES = [
  { structure: 0, ms: [10, 4, 5] },
  { structure: 0, ms: [12, 6, 5] },
  { structure: 0, ms: [14, 8, 11] },
  { structure: 1, ms: [6, 4] },
  { structure: 2, ms: [100, 5] },
];

/** Traces 0 to 3. */
export const FIRST_FOUR = Uint32Array.of(0, 1, 2, 3);

const offsets = (lengths: readonly number[]): Uint32Array => {
  const offset = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    offset[i + 1] = offset[i]! + length;
  });
  return offset;
};

export function fiveTraces(): TraceSet {
  const traceIds = createStringColumnBuilder();
  for (const i of TRACES.keys()) traceIds.append(`trace-${i}`);
  const latencyUs = TRACES.flatMap(({ ms }) => ms.map((latency) => 1000 * latency));
  return {
    services: ['', 'shop'],
    operations: ['', 'a', 'b', 'c'].map((name) => ({ service: name === '' ? 0 : 1, name })),
    structures: {
      nodeOffset: offsets(TREES.map(({ parent }) => parent.length)),
      parent: Int32Array.from(TREES.flatMap(({ parent }) => parent)),
      operation: Uint32Array.from(TREES.flatMap(({ operation }) => operation)),
    },
    structureOf: Uint32Array.from(TRACES, ({ structure }) => structure),
    nodeOffset: offsets(TRACES.map(({ ms }) => ms.length)),
    latencyUs: Float32Array.from(latencyUs),
    spanCount: new Uint32Array(latencyUs.length).fill(1),
    startUs: new Float64Array(TRACES.length).fill(Number.NaN),
    label: new Uint8Array(TRACES.length),
    file: new Uint16Array(TRACES.length),
    traceIds: traceIds.finish(),
  };
}
