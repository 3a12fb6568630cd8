/** A batch of whole traces scored: assembled, then rows and what came of their spans. */
import { DETECTORS } from '../detectors/registry.ts';
import type { Drift } from '../model/drift.ts';
import type { KeptModel } from '../model/kept-model.ts';
import { operationTexts, type RestoreModel } from '../model/opened-model.ts';
import type { KeptScorer, ScoreSeconds } from '../model/score-kept.ts';
import { assembleTraces } from '../trace/assemble.ts';
import type { Ledger } from '../trace/ledger.ts';
import type { SpanColumns } from '../trace/span-columns.ts';
import { type StringColumn, traceCount } from '../trace/trace-set.ts';
import { type UnflaggedRow, unflaggedRows } from './scored-row.ts';

export const restoreDetector: RestoreModel = (detector, settings, operationCount, weights) =>
  DETECTORS[detector].restore(settings, operationCount, weights);

export interface ScoredBatch {
  readonly rows: readonly UnflaggedRow[];
  /** Of all traces, those among them that have no row. */
  readonly ids: StringColumn;
  /** [traces] where known, microseconds: of those that the model takes and all others. */
  readonly startUs: Float64Array;
  readonly traces: number;
  readonly spansKept: number;
  readonly drift: Drift;
  readonly ledger: Ledger;
  readonly seconds: ScoreSeconds & { readonly merging: number };
}

/** @param columns of whole traces */
export async function scoreBatch(
  model: KeptModel,
  scorer: KeptScorer,
  columns: SpanColumns,
): Promise<ScoredBatch> {
  const startedMs = performance.now();
  const { traces, ledger, spansKept } = assembleTraces(columns, [], {
    firstOperations: operationTexts(model),
  });
  const merging = (performance.now() - startedMs) / 1e3;
  const rows = await scorer.score(traces, scorer.fitting(traces));
  return {
    rows: unflaggedRows(traces, rows),
    ids: columns.traceIds,
    startUs: traces.startUs,
    traces: traceCount(traces),
    spansKept,
    drift: rows.drift,
    ledger,
    seconds: { ...rows.seconds, merging },
  };
}
