/** How slow an operation is at its slowest: what slow nodes are slowed by. */
import { percentile } from '../base/statistics.ts';
import type { TraceSet } from '../trace/trace-set.ts';

/** [operations] 99th percentile of node latency, microseconds; NaN where no trace has it. */
export function latencyP99(traces: TraceSet, selected: Uint32Array): Float64Array {
  const { structures, structureOf, nodeOffset, latencyUs, operations } = traces;
  const offset = new Uint32Array(operations.length + 1);
  const visit = (each: (operation: number, latency: number) => void): void => {
    for (const trace of selected) {
      const shape = structures.nodeOffset[structureOf[trace]!]!;
      const first = nodeOffset[trace]!;
      for (let i = first; i < nodeOffset[trace + 1]!; i++) {
        each(structures.operation[shape + i - first]!, latencyUs[i]!);
      }
    }
  };
  visit((operation) => {
    offset[operation + 1]! += 1;
  });
  for (let id = 0; id < operations.length; id++) offset[id + 1]! += offset[id]!;
  const next = offset.slice();
  const sortedByOperation = new Float32Array(offset.at(-1)!);
  visit((operation, latency) => {
    const place = next[operation]!++;
    sortedByOperation[place] = latency;
  });
  return Float64Array.from(operations, (_, id) =>
    percentile(sortedByOperation.subarray(offset[id]!, offset[id + 1]!), 99),
  );
}
