/**
 * A list of attributes in JSON, `[{"key": …, "value": …}, …]`, read in one go as OTLP and Jaeger write
 * it: the key first, no escapes in what is wanted, all of it on one line and in the buffer. Of any
 * other list nothing is decided here: the reader goes through it token by token.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { TakeAttribute } from './attribute-pairs.ts';
import * as jsonBytes from './json-bytes.ts';
import { passObject, passString, plainEnd, skipSpaces } from './json-plain.ts';
import { equalBytes } from './json-shapes.ts';
import type { SpanFactsTable } from './span-facts-table.ts';

// Names of this module: see json-scanner.ts.
const { COLON, COMMA, LINE_FEED, LIST_CLOSE, LIST_OPEN, OBJECT_CLOSE, OBJECT_OPEN, QUOTE, SPACE } =
  jsonBytes;

const LETTER_K = 107;
const LETTER_N = 110;

const VALUE = encodeUtf8('value');
/** What OTLP calls the kinds of values that can be kept. */
const TEXT_KINDS = ['stringValue', 'string_value'].map(encodeUtf8);
const OTHER_KINDS = [
  ...['intValue', 'int_value', 'boolValue', 'bool_value', 'doubleValue', 'double_value'],
].map(encodeUtf8);

const isOneOf = (names: readonly Uint8Array[], bytes: Uint8Array, start: number, end: number) => {
  for (const name of names) if (equalBytes(name, bytes, start, end)) return true;
  return false;
};

/** @param at of the bracket; @returns the byte behind what it opens, or -1 */
export type ReadPairs = (bytes: Uint8Array, at: number, filled: number) => number;

export function createPairsReader(facts: SpanFactsTable, take: TakeAttribute): ReadPairs {
  let bytes: Uint8Array = new Uint8Array(0);
  let filled = 0;

  /** A value of an attribute that is wanted; the byte behind it, or -1. */
  const takeScalar = (key: number, from: number, isText: boolean): number => {
    const first = bytes[from]!;
    if (first === QUOTE) {
      const end = plainEnd(bytes, from + 1, filled);
      if (end < 0) return -1;
      take(key, bytes, from + 1, end, isText);
      return end + 1;
    }
    if (first === OBJECT_OPEN || first === LIST_OPEN) return -1;
    let end = from;
    for (; end < filled; end++) {
      const byte = bytes[end]!;
      if (byte === COMMA || byte === OBJECT_CLOSE || byte === SPACE) break;
      if (byte === LINE_FEED || byte === QUOTE || byte === LIST_CLOSE) return -1;
    }
    if (end === from || end === filled) return -1;
    if (first !== LETTER_N) take(key, bytes, from, end, false);
    return end;
  };
  /** `{"stringValue": …}`; the byte behind it, or -1. */
  const takeTyped = (key: number, bracket: number): number => {
    const quote = skipSpaces(bytes, bracket + 1);
    if (bytes[quote] === OBJECT_CLOSE) return quote + 1;
    const nameEnd = bytes[quote] === QUOTE ? plainEnd(bytes, quote + 1, filled) : -1;
    if (nameEnd < 0) return -1;
    const colon = skipSpaces(bytes, nameEnd + 1);
    if (bytes[colon] !== COLON) return -1;
    const isText = isOneOf(TEXT_KINDS, bytes, quote + 1, nameEnd);
    if (!isText && !isOneOf(OTHER_KINDS, bytes, quote + 1, nameEnd))
      return passObject(bytes, colon + 1, filled);
    const end = takeScalar(key, skipSpaces(bytes, colon + 1), isText);
    return end < 0 ? -1 : passObject(bytes, end, filled);
  };

  /** What is behind the key of an attribute that is wanted; the byte behind the object, or -1. */
  const takeRest = (key: number, from: number): number => {
    let at = from;
    for (;;) {
      at = skipSpaces(bytes, at);
      if (bytes[at] === OBJECT_CLOSE) return at + 1;
      if (bytes[at] !== COMMA) return -1;
      const quote = skipSpaces(bytes, at + 1);
      const nameEnd = bytes[quote] === QUOTE ? plainEnd(bytes, quote + 1, filled) : -1;
      if (nameEnd < 0) return -1;
      const colon = skipSpaces(bytes, nameEnd + 1);
      if (bytes[colon] !== COLON) return -1;
      const value = skipSpaces(bytes, colon + 1);
      if (equalBytes(VALUE, bytes, quote + 1, nameEnd)) {
        at = bytes[value] === OBJECT_OPEN ? takeTyped(key, value) : takeScalar(key, value, true);
      } else at = bytes[value] === QUOTE ? passString(bytes, value + 1, filled) : -1;
      if (at < 0) return -1;
    }
  };

  /** One attribute; the byte behind it, or -1. */
  const readPair = (bracket: number): number => {
    const quote = skipSpaces(bytes, bracket + 1);
    const isKey =
      bytes[quote] === QUOTE &&
      bytes[quote + 1] === LETTER_K &&
      bytes[quote + 2] === 101 &&
      bytes[quote + 3] === 121 &&
      bytes[quote + 4] === QUOTE;
    if (!isKey) return -1;
    const colon = skipSpaces(bytes, quote + 5);
    if (bytes[colon] !== COLON) return -1;
    const start = skipSpaces(bytes, colon + 1) + 1;
    const end = bytes[start - 1] === QUOTE ? plainEnd(bytes, start, filled) : -1;
    if (end < 0) return -1;
    const key = facts.key(bytes, start, end);
    return key < 0 ? passObject(bytes, end + 1, filled) : takeRest(key, end + 1);
  };

  return (buffer, from, length) => {
    bytes = buffer;
    filled = length;
    if (bytes[from] !== LIST_OPEN) return -1;
    let at = skipSpaces(bytes, from + 1);
    if (bytes[at] === LIST_CLOSE) return at + 1;
    while (at < filled) {
      if (bytes[at] !== OBJECT_OPEN) return -1;
      at = readPair(at);
      if (at < 0) return -1;
      at = skipSpaces(bytes, at);
      if (at >= filled) return -1;
      if (bytes[at] === LIST_CLOSE) return at + 1;
      if (bytes[at] !== COMMA) return -1;
      at = skipSpaces(bytes, at + 1);
    }
    return -1;
  };
}
