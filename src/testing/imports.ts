/** What tests ask of an import: its trees and its ledger as short texts. */
import type { ImportedTraces } from '../ingest/import.ts';
import { decodeString, stringCount } from '../trace/string-column.ts';
import { operationName, readTree, traceCount } from '../trace/trace-set.ts';

/** "-1 web/a, 0 db/b": parent and operation of each node, a tree an entry. */
export const treesOf = ({ traces }: ImportedTraces): string[] =>
  Array.from({ length: traceCount(traces) }, (_, i) =>
    readTree(traces, i)
      .map(({ parent, operation }) => `${parent} ${operationName(traces, operation)}`)
      .join(', '),
  );

export const latenciesOf = ({ traces }: ImportedTraces): number[][] =>
  Array.from({ length: traceCount(traces) }, (_, i) =>
    readTree(traces, i).map(({ latencyUs }) => latencyUs),
  );

/** Reason, count, and the path of the first example. */
export const ledgerOf = ({ ledger }: ImportedTraces): unknown[] =>
  ledger.map(({ reason, count, examples }) => [reason, count, examples[0]?.path]);

export const traceIdsOf = ({ traces: { traceIds } }: ImportedTraces): string[] =>
  Array.from({ length: stringCount(traceIds) }, (_, i) => decodeString(traceIds, i));
