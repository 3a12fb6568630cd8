/**
 * The normal trace that is most like a given one: of the same structure where there is one, else of
 * the structure that differs in the fewest nodes; among these the one with the nearest latencies.
 */

import { labelCode, structureCount, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { diffTrees, type PlainTree } from '../trace/tree-diff.ts';
import { isFlagged, type TraceTable } from './trace-table.ts';

export interface NearestTrace {
  readonly trace: number;
  readonly sameStructure: boolean;
  /** Normal traces of its structure. */
  readonly among: number;
  /** Root mean square over the nodes of both of the ratio of latencies, as a logarithm. */
  readonly distance: number;
}

const STRUCTURE_ANOMALY = labelCode('structure');
const TIME_ANOMALY = labelCode('time');

/**
 * Normal is what is neither flagged nor labelled as an anomaly; traces that were not scored, as
 * those that trained the model, count.
 *
 * @returns null where no other trace is normal
 */
export function nearestTrace(
  traces: TraceSet,
  table: TraceTable,
  trace: number,
): NearestTrace | null {
  const normal = normalTraces(traces, table);
  normal[trace] = 0;
  const counts = new Uint32Array(structureCount(traces.structures));
  for (let t = 0; t < normal.length; t++) {
    if (normal[t] === 1) counts[traces.structureOf[t]!]! += 1;
  }
  const own = traces.structureOf[trace]!;
  const structure = counts[own]! > 0 ? own : nearestStructure(traces, own, counts);
  if (structure === null) return null;

  const pairs = matchedNodes(traces, own, structure);
  let best = { trace: -1, distance: Number.POSITIVE_INFINITY };
  for (let t = 0; t < normal.length; t++) {
    if (normal[t] === 0 || traces.structureOf[t] !== structure) continue;
    const distance = latencyDistance(traces, trace, t, pairs);
    if (distance < best.distance) best = { trace: t, distance };
  }
  return { ...best, sameStructure: structure === own, among: counts[structure]! };
}

/** [T] 1 where the trace is normal. */
function normalTraces(traces: TraceSet, { source }: TraceTable): Uint8Array {
  const { trace } = source;
  const normal = new Uint8Array(traceCount(traces));
  for (let t = 0; t < normal.length; t++) {
    const label = traces.label[t]!;
    normal[t] = label === STRUCTURE_ANOMALY || label === TIME_ANOMALY ? 0 : 1;
  }
  for (let row = 0; row < trace.length; row++) {
    if (isFlagged(source, row)) normal[trace[row]!] = 0;
  }
  return normal;
}

function nearestStructure(traces: TraceSet, own: number, counts: Uint32Array): number | null {
  const tree = plainTree(traces, own);
  let best: { structure: number; differences: number } | null = null;
  counts.forEach((count, structure) => {
    if (count === 0) return;
    const diff = diffTrees(tree, plainTree(traces, structure));
    const differences = diff.filter(({ status }) => status !== 'same').length;
    const fewer = best === null || differences < best.differences;
    const tie = best !== null && differences === best.differences;
    if (fewer || (tie && count > counts[best!.structure]!)) best = { structure, differences };
  });
  return (best as { structure: number } | null)?.structure ?? null;
}

export function plainTree({ structures }: TraceSet, structure: number): PlainTree {
  const [first, end] = [structures.nodeOffset[structure]!, structures.nodeOffset[structure + 1]!];
  return {
    parent: structures.parent.subarray(first, end),
    operation: structures.operation.subarray(first, end),
  };
}

type NodePair = readonly [node: number, other: number];

function matchedNodes(traces: TraceSet, own: number, structure: number): NodePair[] {
  return diffTrees(plainTree(traces, own), plainTree(traces, structure))
    .filter(({ status }) => status === 'same')
    .map(({ observed, reconstructed }) => [observed, reconstructed]);
}

function latencyDistance(
  { latencyUs, nodeOffset }: TraceSet,
  a: number,
  b: number,
  pairs: readonly NodePair[],
): number {
  let sum = 0;
  for (const [nodeA, nodeB] of pairs) {
    // a microsecond more, so that latencies of 0 have a ratio
    const usA = 1 + latencyUs[nodeOffset[a]! + nodeA]!;
    const usB = 1 + latencyUs[nodeOffset[b]! + nodeB]!;
    sum += Math.log(usA / usB) ** 2;
  }
  return pairs.length === 0 ? 0 : Math.sqrt(sum / pairs.length);
}
