/** Traces of one structure together, so that what is known of a structure is looked up once. */
import { structureCount, type TraceSet } from '../trace/trace-set.ts';

/** Some traces of one structure. */
export interface Members {
  /** Trace indices, those from `from` to before `to` */
  readonly traces: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/** @returns the selected traces of each structure that any has, in their order */
export function byStructure(
  { structures, structureOf }: TraceSet,
  selected: Uint32Array,
): readonly Members[] {
  const end = new Uint32Array(structureCount(structures) + 1);
  for (const trace of selected) end[structureOf[trace]! + 1]!++;
  for (let s = 1; s < end.length; s++) end[s]! += end[s - 1]!;
  const traces = new Uint32Array(selected.length);
  for (const trace of selected) traces[end[structureOf[trace]!]!++] = trace;
  const groups: Members[] = [];
  for (let s = 0, from = 0; s < end.length - 1; s++) {
    const to = end[s]!;
    if (to > from) groups.push({ traces, from, to });
    from = to;
  }
  return groups;
}
