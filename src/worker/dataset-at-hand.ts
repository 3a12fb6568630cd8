/** The dataset that the worker computes with; the page has a copy of its own. */
import { buffersOf, copyColumns } from '../base/copy-columns.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import type { TraceSet } from '../trace/trace-set.ts';

export interface DatasetAtHand {
  traces(): TraceSet | null;
  /** Takes another dataset; what belonged to the one before goes. */
  adopt(traces: TraceSet): void;
  /** Takes the same traces with other labels. */
  relabel(traces: TraceSet): void;
}

/** @param onChange called after a change; `same`: only labels changed */
export function createDatasetAtHand(onChange: (same: boolean) => void): DatasetAtHand {
  let traces: TraceSet | null = null;
  const take = (next: TraceSet, same: boolean): void => {
    traces = next;
    onChange(same);
  };
  return {
    traces: () => traces,
    adopt: (next) => take(next, false),
    relabel: (next) => take(next, true),
  };
}

/** A copy for the page, which goes without another one on its side. */
export function copyForPage(imported: ImportedTraces, transfer: ArrayBuffer[]): ImportedTraces {
  const copy = copyColumns(imported.traces);
  transfer.push(...buffersOf(copy));
  return { ...imported, traces: copy };
}
