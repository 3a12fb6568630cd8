/** A dataset of trees that are written down node by node, for statistics that are computed by hand. */
import { createStringColumnBuilder } from '../trace/string-column.ts';
import { createStructureInterner } from '../trace/structure-interner.ts';
import type { TraceSet } from '../trace/trace-set.ts';

/** Parent, operation id, mean duration in milliseconds, and spans (1 where it is left out). */
export type NodeByHand = readonly [parent: number, operation: number, ms: number, spans?: number];

/** @param operations ids are below it; id i is "shop/operation i" */
export function tracesByHand(trees: readonly (readonly NodeByHand[])[], operations = 10): TraceSet {
  const interner = createStructureInterner();
  const structureOf = Uint32Array.from(trees, (nodes) =>
    interner.intern(
      Int32Array.from(nodes, ([parent]) => parent),
      Uint32Array.from(nodes, ([, operation]) => operation),
      nodes.length,
    ),
  );
  const nodeOffset = new Uint32Array(trees.length + 1);
  trees.forEach(({ length }, i) => {
    nodeOffset[i + 1] = nodeOffset[i]! + length;
  });
  const traceIds = createStringColumnBuilder();
  for (const i of trees.keys()) traceIds.append(`trace-${i}`);
  const nodes = trees.flat();
  return {
    services: ['', 'shop'],
    operations: Array.from({ length: operations }, (_, id) => ({
      service: id === 0 ? 0 : 1,
      name: id === 0 ? '' : `operation ${id}`,
    })),
    structures: interner.finish(),
    structureOf,
    nodeOffset,
    latencyUs: Float32Array.from(nodes, ([, , ms]) => 1000 * ms),
    spanCount: Uint32Array.from(nodes, ([, , , spans = 1]) => spans),
    startUs: new Float64Array(trees.length).fill(Number.NaN),
    label: new Uint8Array(trees.length),
    file: new Uint16Array(trees.length),
    traceIds: traceIds.finish(),
  };
}

/** 0 to count - 1. */
export const firstTraces = (count: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, trace) => trace);
