/**
 * An object of tags in JSON, `{"http.method": "GET", …}`, read in one go as Zipkin writes it: texts
 * without escapes where they are wanted, all of it on one line and in the buffer. Of any other object
 * nothing is decided here: the reader goes through it token by token.
 */
import * as jsonBytes from './json-bytes.ts';
import type { ReadPairs } from './json-pairs.ts';
import { passString, plainEnd, skipSpaces } from './json-plain.ts';
import type { SpanFactsTable } from './span-facts-table.ts';

// Names of this module: see json-scanner.ts.
const { COLON, COMMA, OBJECT_CLOSE, OBJECT_OPEN, QUOTE } = jsonBytes;

/** Says the tags of the span that is being read. */
export function createTagsReader(facts: SpanFactsTable): ReadPairs {
  /** The tag whose key begins at the quote; the byte behind its value, or -1. */
  const readTag = (bytes: Uint8Array, quote: number, filled: number): number => {
    const keyEnd = bytes[quote] === QUOTE ? plainEnd(bytes, quote + 1, filled) : -1;
    if (keyEnd < 0) return -1;
    const colon = skipSpaces(bytes, keyEnd + 1);
    if (bytes[colon] !== COLON) return -1;
    const start = skipSpaces(bytes, colon + 1) + 1;
    if (bytes[start - 1] !== QUOTE) return -1;
    const key = facts.key(bytes, quote + 1, keyEnd);
    if (key < 0) return passString(bytes, start, filled);
    const end = plainEnd(bytes, start, filled);
    if (end < 0) return -1;
    facts.say(key, bytes, start, end);
    return end + 1;
  };

  return (bytes, from, filled) => {
    if (bytes[from] !== OBJECT_OPEN) return -1;
    let at = skipSpaces(bytes, from + 1);
    if (bytes[at] === OBJECT_CLOSE) return at < filled ? at + 1 : -1;
    for (;;) {
      at = readTag(bytes, at, filled);
      if (at < 0) return -1;
      at = skipSpaces(bytes, at);
      if (at >= filled) return -1;
      if (bytes[at] === OBJECT_CLOSE) return at + 1;
      if (bytes[at] !== COMMA) return -1;
      at = skipSpaces(bytes, at + 1);
    }
  };
}
