/** The ledger in words, for the page. */
import type { ImportedTraces } from '../../ingest/import.ts';
import {
  type EntryKind,
  kindOf,
  type LedgerExample,
  REASONS,
  type Reason,
} from '../../trace/ledger.ts';
import { fullLedger } from './dataset-summary.ts';

export interface LedgerRow {
  readonly reason: Reason;
  readonly text: string;
  readonly count: number;
  readonly kind: EntryKind;
  readonly examples: readonly string[];
}

function exampleText({ file, line, byte, path, traceId }: LedgerExample): string {
  return [
    ...(file === '' ? [] : [file]),
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(path === undefined ? [] : [path]),
    ...(byte === undefined ? [] : [`byte ${byte}`]),
    ...(traceId === undefined ? [] : [`trace ${traceId}`]),
  ].join(', ');
}

export const describeLedger = (imported: ImportedTraces, maxNodes: number): LedgerRow[] =>
  fullLedger(imported, maxNodes).map(({ reason, count, examples }) => ({
    reason,
    text: REASONS[reason],
    count,
    kind: kindOf(reason),
    examples: [...new Set(examples.map(exampleText))],
  }));
