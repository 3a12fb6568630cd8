/**
 * Columns of a table that say what a span carries, known by their names: its status, whether it
 * failed, its kind, the status of HTTP and gRPC, and the attributes that are kept.
 */
import { plainName } from './column-names.ts';
import type { CsvRow } from './csv-rows.ts';
import { readFlag, readGrpcStatus, readKind, readNumber, readStatus } from './fact-words.ts';
import type { SpanFactsTable } from './span-facts-table.ts';

export interface FactColumns {
  readonly cells: readonly number[];
  /** Says what the row has, of the span that is added next. */
  say(row: CsvRow): void;
}

type Say = (facts: SpanFactsTable, bytes: Uint8Array, start: number, end: number) => void;

/** A status may be a word of OTLP's, or a code of HTTP. */
const sayStatus: Say = (facts, bytes, start, end) => {
  const code = readNumber(bytes, start, end);
  if (code >= 100) facts.sayHttpStatus(code);
  else facts.sayStatus(readStatus(bytes, start, end));
};
const sayFailed: Say = (facts, bytes, start, end) => facts.sayFailed(readFlag(bytes, start, end));
const sayKind: Say = (facts, bytes, start, end) => facts.sayKind(readKind(bytes, start, end));
const sayHttp: Say = (facts, bytes, start, end) =>
  facts.sayHttpStatus(readNumber(bytes, start, end));
const sayGrpc: Say = (facts, bytes, start, end) =>
  facts.sayGrpcStatus(readGrpcStatus(bytes, start, end));

/** By plain name. */
const SAYS: ReadonlyMap<string, Say> = new Map<string, Say>([
  ...['statuscode', 'status', 'spanstatus', 'spanstatuscode', 'otelstatuscode'].map(
    (name): [string, Say] => [name, sayStatus],
  ),
  ...['error', 'iserror', 'haserror', 'failed', 'isfailed'].map((name): [string, Say] => [
    name,
    sayFailed,
  ]),
  ...['kind', 'spankind', 'spantype', 'type'].map((name): [string, Say] => [name, sayKind]),
  ...['httpstatus', 'httpstatuscode', 'httpresponsestatuscode', 'responsestatuscode'].map(
    (name): [string, Say] => [name, sayHttp],
  ),
  ...['grpcstatus', 'grpcstatuscode', 'rpcgrpcstatuscode'].map((name): [string, Say] => [
    name,
    sayGrpc,
  ]),
]);

/** What exports put before the name of an attribute. */
const PREFIX = /^(span|resource)?(attributes?|tags?)/;

/** @param taken cells that are something else */
export function factColumns(
  header: readonly string[],
  taken: readonly number[],
  facts: SpanFactsTable,
): FactColumns {
  const attributes = new Map(facts.attributeKeys().map(([name, key]) => [plainName(name), key]));
  const says: { readonly cell: number; readonly say: Say | null; readonly key: number }[] = [];
  header.forEach((name, cell) => {
    if (taken.includes(cell)) return;
    const plain = plainName(name);
    const bare = plain.replace(PREFIX, '');
    const say = SAYS.get(plain) ?? SAYS.get(bare) ?? null;
    const key = attributes.get(plain) ?? attributes.get(bare) ?? -1;
    if (say !== null || key >= 0) says.push({ cell, say, key });
  });
  return {
    cells: says.map(({ cell }) => cell),
    say: ({ bytes, start, end }) => {
      facts.startSpan();
      for (const { cell, say, key } of says) {
        const [from, to] = [start[cell]!, end[cell]!];
        if (from >= to) continue;
        if (say !== null) say(facts, bytes, from, to);
        if (key >= 0) facts.say(key, bytes, from, to);
      }
    },
  };
}
