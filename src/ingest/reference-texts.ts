/**
 * References to a parent as SigNoz writes them, a text each:
 * `{TraceId=4d1e…, SpanId=a1b2…, RefType=CHILD_OF}`, with no span id where there is no parent.
 */
import { encodeUtf8 } from '../base/bytes.ts';

const KEY = encodeUtf8('SpanId=');
const COMMA = 44;
const BRACE = 125;
const LONGEST = 1024;

/** Where the span id stands in the text; all of it where it is no such reference. */
export function parentInReference(
  bytes: Uint8Array,
  start: number,
  end: number,
): readonly [start: number, end: number] {
  const last = Math.min(end, start + LONGEST);
  for (let at = start; at + KEY.length <= last; at++) {
    let i = 0;
    while (i < KEY.length && bytes[at + i] === KEY[i]) i += 1;
    if (i < KEY.length) continue;
    const from = at + i;
    let to = from;
    while (to < last && bytes[to] !== COMMA && bytes[to] !== BRACE) to += 1;
    return [from, to];
  }
  return [start, end];
}
