/**
 * A made-up format, as somebody would add one: a span per line, seven words each.
 *
 *     #example-spans
 *     TRACE SPAN PARENT|- SERVICE OPERATION START_US DURATION_US
 */
import { grown } from '../base/bytes.ts';
import { parseDecimal } from '../ingest/csv-fields.ts';
import { isDuration, type ReaderContext, type SpanReader } from '../ingest/span-reader.ts';
import { CERTAIN, type TraceFormat } from '../ingest/trace-format.ts';
import type { Reason } from '../trace/ledger.ts';
import { NO_PARENT } from '../trace/span-columns.ts';
import { labelCode } from '../trace/trace-set.ts';

const FIRST_LINE = '#example-spans';
const UNLABELLED = labelCode('unlabelled');
const WORDS = 7;
const LINE_FEED = 10;
const SPACE = 32;
const DASH = 45;

export const exampleFormat: TraceFormat = {
  id: 'example-lines',
  label: 'Example lines',
  writer: 'Example',
  gives: 'spans',
  recognise: ({ text }) =>
    text.startsWith(`${FIRST_LINE}\n`)
      ? { sure: CERTAIN, why: `its first line is ${FIRST_LINE}` }
      : null,
  open: readExample,
};

function readExample({ fileName, table, ledger }: ReaderContext): SpanReader {
  let buffer = new Uint8Array(0);
  let filled = 0;
  let line = 0;
  let spansRead = 0;
  /** Where each word of the line begins and ends: no text and no object per span. */
  const start = new Uint32Array(WORDS);
  const end = new Uint32Array(WORDS);

  /** How many words there are between the bytes `from` and `to`. */
  const findWords = (from: number, to: number): number => {
    let words = 0;
    for (let at = from; at < to; words++) {
      const space = buffer.subarray(0, to).indexOf(SPACE, at);
      if (words < WORDS) {
        start[words] = at;
        end[words] = space < 0 ? to : space;
      }
      at = space < 0 ? to : space + 1;
    }
    return words;
  };
  const readSpan = (from: number, to: number): Reason | null => {
    if (findWords(from, to) !== WORDS) return 'malformed-row';
    const durationUs = parseDecimal(buffer, start[6]!, end[6]!);
    if (!isDuration(durationUs)) return 'bad-duration';
    const intern = (dictionary: typeof table.spanIds, word: number): number =>
      dictionary.intern(buffer, start[word]!, end[word]!);
    const isRoot = buffer[start[2]!] === DASH && end[2]! - start[2]! === 1;
    table.add(
      intern(table.traceIds, 0),
      intern(table.spanIds, 1),
      isRoot ? NO_PARENT : intern(table.spanIds, 2),
      intern(table.services, 3),
      intern(table.operations, 4),
      parseDecimal(buffer, start[5]!, end[5]!),
      durationUs,
      UNLABELLED,
      line,
    );
    return null;
  };
  const readLine = (from: number, to: number): void => {
    line += 1;
    if (line === 1 || from === to) return;
    spansRead += 1;
    const place = { file: fileName, line };
    const reason = readSpan(from, to);
    if (reason) ledger.add(reason, 1, () => place);
  };

  return {
    read: (chunk) => {
      buffer = grown(buffer, filled + chunk.length);
      buffer.set(chunk, filled);
      filled += chunk.length;
      let from = 0;
      for (;;) {
        const to = buffer.subarray(0, filled).indexOf(LINE_FEED, from);
        if (to < 0) break;
        readLine(from, to);
        from = to + 1;
      }
      buffer.copyWithin(0, from, filled);
      filled -= from;
      return null;
    },
    finish: () => {
      if (filled > 0) readLine(0, filled);
      return null;
    },
    spansRead: () => spansRead,
    locate: (number) => ({ file: fileName, line: number }),
  };
}
