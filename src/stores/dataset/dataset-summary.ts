/** What a dataset comes to under the current N_max: counts that cost one look at each trace. */
import type { ImportedTraces } from '../../ingest/import.ts';
import { type Ledger, mergeLedgers } from '../../trace/ledger.ts';
import { structureCount, type TraceSet, traceCount } from '../../trace/trace-set.ts';
import { trainabilityLedger } from '../../trace/trainability.ts';
import { countSizes } from '../../trace/tree-sizes.ts';

export { maxNodesChoices } from '../../trace/tree-sizes.ts';

export interface DatasetSummary {
  /** Trees imported, trainable or not. */
  readonly traces: number;
  /** Trees larger than N_max. */
  readonly untrainable: number;
  readonly structures: number;
  readonly operations: number;
  readonly services: number;
  /** Merged nodes of the smallest and the largest trainable tree; 0 without any. */
  readonly smallestTree: number;
  readonly largestTree: number;
}

export function summarise(traces: TraceSet, maxNodes: number): DatasetSummary {
  const ofSize = countSizes(traces);
  const sizes = [...ofSize.subarray(0, maxNodes + 1).entries()].flatMap(([nodes, count]) =>
    count > 0 ? [nodes] : [],
  );
  return {
    traces: traceCount(traces),
    untrainable: ofSize.subarray(maxNodes + 1).reduce((sum, count) => sum + count, 0),
    structures: structureCount(traces.structures),
    operations: traces.operations.length - 1,
    services: traces.services.length - 1,
    smallestTree: sizes[0] ?? 0,
    largestTree: sizes.at(-1) ?? 0,
  };
}

/** The import's ledger and what N_max leaves out. */
export const fullLedger = (imported: ImportedTraces, maxNodes: number): Ledger =>
  mergeLedgers(
    imported.ledger,
    trainabilityLedger(
      imported.traces,
      maxNodes,
      imported.files.map(({ name }) => name),
    ),
  );
