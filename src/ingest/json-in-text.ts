/**
 * JSON documents out of a text that has other words too: a log's time and level before each document,
 * lines of a program's output between them, a first line that is cut in half. Documents and line
 * feeds are passed on, so that lines keep their numbers; what else there is, is left out.
 */
import type { Failure } from '../base/result.ts';
import {
  BACKSLASH,
  CARRIAGE_RETURN,
  COLON,
  COMMA,
  HOLE,
  LINE_FEED,
  LIST_CLOSE,
  LIST_OPEN,
  OBJECT_CLOSE,
  OBJECT_OPEN,
  QUOTE,
  SPACE,
  TAB,
} from './json-bytes.ts';
import type { ByteDecoder, OnBytes } from './unpacking.ts';

const NUL = 0;
const LINE_END = Uint8Array.of(LINE_FEED);
const OPEN_OBJECT = Uint8Array.of(OBJECT_OPEN);
const OPEN_LIST = Uint8Array.of(LIST_OPEN);

/** Where the last byte stood. */
type State =
  | 'text'
  /** Behind a bracket that begins a document, if the next byte fits. */
  | 'maybe'
  /** The rest of a line that is half a document. */
  | 'half'
  | 'document';

const isBlankByte = (byte: number): boolean =>
  byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN || byte === LINE_FEED;

/** @param onLine told of each line that has words and no document */
export function createJsonInText(next: OnBytes, onLine: () => void): ByteDecoder {
  let state: State = 'text';
  /** Last two bytes of the line that are not blank. */
  let last = NUL;
  let beforeLast = NUL;
  let bracket = OBJECT_OPEN;
  /** Whether a line feed stands behind the bracket. */
  let isNextLine = false;
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** Whether the document has been on one line so far, and a line feed was the last byte. */
  let isOneLine = true;
  let atLineStart = false;

  /** Whether a document ended on this line. */
  let hasDocument = false;

  const endLine = (): void => {
    if (last !== NUL && !hasDocument) onLine();
    hasDocument = false;
    startLine();
  };
  const startLine = (): void => {
    state = 'text';
    last = NUL;
    beforeLast = NUL;
  };

  /** A bracket within a line of JSON whose beginning is lost. */
  const isWithinHalf = (): boolean =>
    last === COMMA ||
    last === LIST_OPEN ||
    last === OBJECT_OPEN ||
    (last === COLON && beforeLast === QUOTE);

  /** Whether the text goes on as text; a byte that begins or ends something changes the state. */
  const inText = (byte: number): void => {
    if (byte === LINE_FEED || byte === NUL) endLine();
    else if (byte === OBJECT_OPEN || byte === LIST_OPEN) {
      if (isWithinHalf() && byte === OBJECT_OPEN) state = 'half';
      else if (last === COLON && beforeLast === QUOTE) state = 'half';
      else {
        state = 'maybe';
        bracket = byte;
        isNextLine = false;
      }
    }
    if (!isBlankByte(byte)) {
      beforeLast = last;
      last = byte;
    }
  };

  const fits = (byte: number): boolean =>
    bracket === OBJECT_OPEN
      ? byte === QUOTE || byte === OBJECT_CLOSE
      : byte === OBJECT_OPEN || byte === LIST_OPEN;

  const startDocument = (): void => {
    state = 'document';
    depth = 1;
    inString = false;
    isEscaped = false;
    isOneLine = true;
    atLineStart = false;
  };

  /** Whether the document goes on with this byte; it is over where not. */
  const inDocument = (byte: number): boolean => {
    if (byte === NUL) return false;
    if (atLineStart) {
      atLineStart = false;
      const begins = byte === OBJECT_OPEN || byte === LIST_OPEN;
      const goesOn = isBlankByte(byte) || byte === OBJECT_CLOSE || byte === LIST_CLOSE;
      if (inString || (isOneLine && begins) || !(begins || goesOn || byte === QUOTE)) return false;
      isOneLine = false;
    }
    if (byte === LINE_FEED) atLineStart = true;
    else if (inString) {
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OBJECT_OPEN || byte === LIST_OPEN) depth += 1;
    else if (byte === OBJECT_CLOSE || byte === LIST_CLOSE) depth -= 1;
    return true;
  };

  const push = (bytes: Uint8Array): Failure | null => {
    let from = 0;
    let failure: Failure | null = null;
    for (let at = 0; at < bytes.length && failure === null; at++) {
      const byte = bytes[at]!;
      if (state === 'document') {
        if (!inDocument(byte)) {
          // Its reader has to learn that it is over: a hole says so anywhere.
          failure = next(bytes.subarray(from, at)) ?? next(HOLE);
          startLine();
          at -= 1;
        } else if (depth === 0) {
          failure = next(bytes.subarray(from, at + 1));
          hasDocument = true;
          startLine();
        }
        continue;
      }
      if (state === 'maybe' && !isBlankByte(byte)) {
        if (fits(byte)) {
          failure = next(bracket === OBJECT_OPEN ? OPEN_OBJECT : OPEN_LIST);
          startDocument();
          from = at;
          at -= 1;
          continue;
        }
        if (isNextLine) endLine();
        state = 'text';
      }
      if (byte === LINE_FEED) {
        failure = next(LINE_END);
        isNextLine = true;
      }
      if (state === 'text') inText(byte);
      else if (state === 'half' && (byte === LINE_FEED || byte === NUL)) endLine();
    }
    return state === 'document' && failure === null ? next(bytes.subarray(from)) : failure;
  };

  return {
    push,
    finish: () => {
      if (state !== 'document') endLine();
      return null;
    },
  };
}
