/**
 * Zipkin's shared spans: client and server of a call report one span id, each with its own times.
 * Both are kept: the server gets an id of its own and becomes the child of the client, and calls made
 * by the server's service become children of the server. A server without its client stays as it is.
 */

import { groupByTrace } from '../trace/group-by-trace.ts';
import { NO_PARENT } from '../trace/span-columns.ts';
import type { SpanLinks, SpanTable } from './span-table.ts';

/**
 * @param firstRow   of the file
 * @param serverSide [rows of the file] 1 where the span is a server's
 */
export function separateSharedSpans(
  table: SpanTable,
  firstRow: number,
  serverSide: Uint8Array,
): void {
  const links = table.linksFrom(firstRow);
  const { trace, span, firstTrace } = links;
  const { rows, rowOffset } = groupByTrace(trace, firstTrace, table.traceIds.size - firstTrace);
  // Ids are looked up by stamp, so nothing is cleared between traces.
  const stampOfId = new Uint32Array(table.spanIds.size);
  for (let i = 0; i + 1 < rowOffset.length; i++) {
    const traceRows = rows.subarray(rowOffset[i]!, rowOffset[i + 1]!);
    const shared = new Set<number>();
    for (const row of traceRows) {
      const id = span[row]!;
      if (stampOfId[id] === i + 1) shared.add(id);
      stampOfId[id] = i + 1;
    }
    if (shared.size > 0) separateInTrace(table, links, traceRows, shared, serverSide);
  }
}

/** @param shared span ids that more than one row of the trace has */
function separateInTrace(
  table: SpanTable,
  { span, parent, service }: SpanLinks,
  rows: Uint32Array,
  shared: ReadonlySet<number>,
  serverSide: Uint8Array,
): void {
  const hasClient = new Set<number>();
  for (const row of rows) {
    if (shared.has(span[row]!) && serverSide[row] === 0) hasClient.add(span[row]!);
  }
  /** New ids of servers, by their shared id and their service. */
  const serverId = new Map<string, number>();
  const keyOf = (id: number, row: number): string => `${id} ${service[row]!}`;
  const isServer = new Set<number>();
  for (const row of rows) {
    const id = span[row]!;
    if (serverSide[row] === 0 || !hasClient.has(id)) continue;
    isServer.add(row);
    const key = keyOf(id, row);
    // Of one service it is one server: a second report is a duplicate like any other.
    const ownId =
      serverId.get(key) ??
      table.spanIds.internText(`${table.spanIds.text(id)} ${table.services.text(service[row]!)}`);
    serverId.set(key, ownId);
    span[row] = ownId;
    parent[row] = id;
  }
  for (const row of rows) {
    const above = parent[row]!;
    if (isServer.has(row) || above === NO_PARENT) continue;
    parent[row] = serverId.get(keyOf(above, row)) ?? above;
  }
}
