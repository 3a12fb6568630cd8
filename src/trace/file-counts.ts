/** How many traces and spans of a set come from each of its files. */
import type { TraceSet } from './trace-set.ts';

export interface FileCounts {
  /** [files] */
  readonly traces: Uint32Array;
  /** [files] spans in the trees of these traces */
  readonly spans: Uint32Array;
}

export function countByFile(traces: TraceSet): FileCounts {
  const { file, nodeOffset, spanCount } = traces;
  let files = 0;
  for (const each of file) files = Math.max(files, each + 1);
  const counts = { traces: new Uint32Array(files), spans: new Uint32Array(files) };
  for (let trace = 0; trace < file.length; trace++) {
    const of = file[trace]!;
    counts.traces[of]! += 1;
    for (let node = nodeOffset[trace]!; node < nodeOffset[trace + 1]!; node++) {
      counts.spans[of]! += spanCount[node]!;
    }
  }
  return counts;
}
