/**
 * Columns of a table that say what a span carries, known by their names: its status, whether it
 * failed, its kind, the status of HTTP and gRPC, and the attributes that are kept.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { MappedFacts } from '../trace/column-mapping.ts';
import { keysOf } from '../trace/kept-attributes.ts';
import { plainName } from './column-names.ts';
import type { CsvRow } from './csv-rows.ts';
import { readFlag, readGrpcStatus, readKind, readNumber, readStatus } from './fact-words.ts';
import { equalBytes } from './json-shapes.ts';
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

/** Whether it went well, where the column says so by true and false. */
const saySucceeded: Say = (facts, bytes, start, end) =>
  facts.sayFailed(!readFlag(bytes, start, end));

const SUCCESS = /success|succeeded|^is?ok$/;
const FAILURE = /err|fail|fault|exception/;

/** What a column says that a person has named as the status: its name tells what true means. */
function sayOfStatus(name: string): Say {
  const plain = plainName(name);
  const flag = FAILURE.test(plain) ? sayFailed : SUCCESS.test(plain) ? saySucceeded : sayStatus;
  const words = SAYS.get(plain) ?? sayStatus;
  return (facts, bytes, start, end) =>
    (isTruth(bytes, start, end) ? flag : words)(facts, bytes, start, end);
}

const TRUTHS = ['true', 'false', 'True', 'False', 'TRUE', 'FALSE'].map(encodeUtf8);
const isTruth = (bytes: Uint8Array, start: number, end: number): boolean =>
  TRUTHS.some((word) => equalBytes(word, bytes, start, end));

/** Whether a column of this name is a status, for whoever is asked. */
export const isStatusColumn = (name: string): boolean => {
  const plain = plainName(name);
  return SAYS.get(plain) === sayStatus || SUCCESS.test(plain);
};
export const isKindColumn = (name: string): boolean => SAYS.get(plainName(name)) === sayKind;

/** Whether a column of this name is an attribute, by any name that the attribute goes by. */
export const namesAttribute = (column: string, attribute: string): boolean => {
  const plain = plainName(column);
  return keysOf(attribute)
    .map(plainName)
    .some((name) => name === plain || name === plain.replace(PREFIX, ''));
};

/** What exports put before the name of an attribute. */
const PREFIX = /^(span|resource)?(attributes?|tags?)/;

/**
 * @param taken cells that are something else
 * @param chosen by a person, in the place of what the names say
 */
export function factColumns(
  header: readonly string[],
  taken: readonly number[],
  facts: SpanFactsTable,
  chosen?: MappedFacts,
): FactColumns {
  const attributes = new Map(facts.attributeKeys().map(([name, key]) => [plainName(name), key]));
  const says: FactColumn[] = [];
  header.forEach((name, cell) => {
    if (taken.includes(cell)) return;
    const plain = plainName(name);
    const bare = plain.replace(PREFIX, '');
    const named = SAYS.get(plain) ?? SAYS.get(bare) ?? null;
    const say = chosen && CHOOSABLE.has(named) ? null : named;
    const key = chosen ? -1 : (attributes.get(plain) ?? attributes.get(bare) ?? -1);
    if (say !== null || key >= 0) says.push({ cell, say, key });
  });
  if (chosen) says.push(...chosenSays(header, facts, chosen));
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

interface FactColumn {
  readonly cell: number;
  readonly say: Say | null;
  /** Of the attribute that it is, -1 for none. */
  readonly key: number;
}

/** What a person says of a table, who has been shown what the names say. */
const CHOOSABLE: ReadonlySet<Say | null> = new Set([sayStatus, sayKind]);

function chosenSays(
  header: readonly string[],
  facts: SpanFactsTable,
  { status, kind, attributes }: MappedFacts,
): FactColumn[] {
  const keys = new Map(facts.attributeKeys());
  const says: FactColumn[] = Object.entries(attributes).flatMap(([name, cell]) => {
    const key = keys.get(name);
    return cell < 0 || key === undefined ? [] : [{ cell, say: null, key }];
  });
  if (status >= 0) says.push({ cell: status, say: sayOfStatus(header[status]!), key: -1 });
  if (kind >= 0) says.push({ cell: kind, say: sayKind, key: -1 });
  return says;
}
