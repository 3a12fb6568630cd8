/**
 * What the model's own limit N_max leaves out of an imported dataset. It is a setting, so the loss
 * is derived when it is needed; the traces themselves stay.
 */
import { createLedgerBuilder, type Ledger } from './ledger.ts';
import { decodeString } from './string-column.ts';
import { nodeCount, type TraceSet, traceCount } from './trace-set.ts';
import { countSizes } from './tree-sizes.ts';

/** A model of N_max nodes can encode the trace. */
export const isTrainable = (traces: TraceSet, trace: number, maxNodes: number): boolean =>
  nodeCount(traces, trace) <= maxNodes;

/** Spans of the traces over `maxNodes`, as a ledger to merge with the import's. */
export function trainabilityLedger(
  traces: TraceSet,
  maxNodes: number,
  fileNames: readonly string[],
): Ledger {
  const ledger = createLedgerBuilder();
  if (countSizes(traces).length <= maxNodes + 1) return ledger.finish();
  for (let trace = 0; trace < traceCount(traces); trace++) {
    if (isTrainable(traces, trace, maxNodes)) continue;
    ledger.add('too-many-nodes', spansOf(traces, trace), () => ({
      file: fileNames[traces.file[trace]!] ?? '',
      traceId: decodeString(traces.traceIds, trace),
    }));
  }
  return ledger.finish();
}

/** Spans merged into the trace's tree. */
export function spansOf({ nodeOffset, spanCount }: TraceSet, trace: number): number {
  let spans = 0;
  for (let i = nodeOffset[trace]!; i < nodeOffset[trace + 1]!; i++) spans += spanCount[i]!;
  return spans;
}
