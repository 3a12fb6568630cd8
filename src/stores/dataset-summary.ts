/** What a dataset comes to under the current settings: counts by set, label and size. */
import { assignSets } from '../features/splits.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import { type Ledger, mergeLedgers } from '../trace/ledger.ts';
import {
  LABELS,
  type Label,
  nodeCount,
  SETS,
  setCode,
  structureCount,
  traceCount,
} from '../trace/trace-set.ts';
import { trainabilityLedger } from '../trace/trainability.ts';
import type { Dataset } from './dataset-store.ts';

export { maxNodesChoices } from '../trace/tree-sizes.ts';

export interface DatasetSummary {
  /** Trees imported, trainable or not. */
  readonly traces: number;
  /** Trees larger than N_max. */
  readonly untrainable: number;
  readonly structures: number;
  readonly operations: number;
  readonly services: number;
  /** Merged nodes of the smallest and the largest trainable tree. */
  readonly smallestTree: number;
  readonly largestTree: number;
  readonly sets: { readonly train: number; readonly val: number; readonly test: number };
  /** [T] index into SETS */
  readonly setOf: Uint8Array;
  readonly testLabels: Readonly<Record<Label, number>>;
}

export interface SummarySettings {
  readonly config: { readonly maxNodes: number };
  readonly seed: number;
  readonly limitTrain: number | null;
}

export function summarise(dataset: Dataset, settings: SummarySettings): DatasetSummary {
  const { traces } = dataset.imported;
  const { maxNodes } = settings.config;
  const setOf = assignSets(traces, {
    roles: dataset.roles,
    seed: settings.seed,
    maxNodes,
    limitTrain: settings.limitTrain,
  });
  const perSet = SETS.map(() => 0);
  const perLabel = LABELS.map(() => 0);
  const test = setCode('test');
  let untrainable = 0;
  let smallestTree = Number.POSITIVE_INFINITY;
  let largestTree = 0;
  for (let t = 0; t < setOf.length; t++) {
    perSet[setOf[t]!]! += 1;
    if (setOf[t] === test) perLabel[traces.label[t]!]! += 1;
    const nodes = nodeCount(traces, t);
    if (nodes > maxNodes) {
      untrainable += 1;
    } else {
      smallestTree = Math.min(smallestTree, nodes);
      largestTree = Math.max(largestTree, nodes);
    }
  }
  return {
    traces: traceCount(traces),
    untrainable,
    structures: structureCount(traces.structures),
    operations: traces.operations.length - 1,
    services: traces.services.length - 1,
    smallestTree: Number.isFinite(smallestTree) ? smallestTree : 0,
    largestTree,
    sets: {
      train: perSet[setCode('train')]!,
      val: perSet[setCode('val')]!,
      test: perSet[test]!,
    },
    setOf,
    testLabels: Object.fromEntries(LABELS.map((label, i) => [label, perLabel[i]!])) as Record<
      Label,
      number
    >,
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
