/** What a service can slow in a trace: three sets of the nodes of its tree. */
import { structureSize, type TraceSet } from '../trace/trace-set.ts';

/**
 * Its own nodes (it works slowly), those in other services that wait for it (it answers slowly), and
 * both sides of its calls (its network is slow).
 */
export type SlowPart = 'work' | 'answers' | 'network';
export const SLOW_PARTS: readonly SlowPart[] = ['work', 'answers', 'network'];

/** Indices of nodes, ascending. */
export type PartNodes = Readonly<Record<SlowPart, readonly number[]>>;

/** @returns the parts of each service of a structure, by index of the service */
export function serviceParts(
  { structures, operations }: Pick<TraceSet, 'structures' | 'operations'>,
  structure: number,
): Map<number, PartNodes> {
  const first = structures.nodeOffset[structure]!;
  const size = structureSize(structures, structure);
  const serviceOf = (node: number): number =>
    operations[structures.operation[first + node]!]!.service;
  const calls = Array.from({ length: size }, () => new Set<number>());
  for (let node = 1; node < size; node++) {
    const caller = structures.parent[first + node]!;
    if (serviceOf(node) !== serviceOf(caller)) calls[caller]!.add(serviceOf(node));
  }
  const parts = new Map<number, Record<SlowPart, number[]>>();
  const note = (service: number, part: SlowPart, node: number): void => {
    const of = parts.get(service) ?? { work: [], answers: [], network: [] };
    of[part].push(node);
    parts.set(service, of);
  };
  for (const [node, called] of calls.entries()) {
    note(serviceOf(node), 'work', node);
    if (called.size > 0) note(serviceOf(node), 'network', node);
    for (const service of called) {
      note(service, 'answers', node);
      note(service, 'network', node);
    }
  }
  return parts;
}
