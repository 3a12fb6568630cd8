/**
 * Objects as Node prints them (util.inspect, which console.log and console.dir use), turned into JSON:
 * keys without quotation marks, texts in single ones, undefined, [Object], Map(1) { 'a' => 1 }. Each
 * object begins a line; what stands between them is left out. Line feeds stay, so that lines keep
 * their numbers.
 */
import { decodeUtf8, encodeUtf8, grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import * as jsonBytes from './json-bytes.ts';
import { MAX_DEPTH } from './json-scanner.ts';
import type { ByteDecoder, OnBytes } from './unpacking.ts';

const { BACKSLASH, CARRIAGE_RETURN, COLON, COMMA, LINE_FEED, LIST_CLOSE, LIST_OPEN } = jsonBytes;
const { HOLE, OBJECT_CLOSE, OBJECT_OPEN, QUOTE, SPACE, TAB } = jsonBytes;
const APOSTROPHE = 39;
const BACKTICK = 96;
const PLUS = 43;
const EQUALS_SIGN = 61;
const GREATER = 62;
const LETTER_X = 120;
/** A longer word is no number. */
const LONGEST_WORD = 64;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;
const OUTPUT_BYTES = 64 * 1024;

const isQuote = (byte: number): boolean =>
  byte === QUOTE || byte === APOSTROPHE || byte === BACKTICK;
const isBlankByte = (byte: number): boolean =>
  byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN || byte === LINE_FEED;
const isLetter = (byte: number): boolean => (byte | 32) >= 97 && (byte | 32) <= 122;

/** Where the last byte stood. */
const OUTSIDE = 0;
const BETWEEN = 1;
const TEXT = 2;
const ESCAPE = 3;
const HEX_ESCAPE = 4;
/** Behind a text, which goes on in another one if a plus follows. */
const BEHIND_TEXT = 5;
const WORD = 6;
/** In brackets that say what a value is: [Object], [Function: f]. */
const NOTE = 7;

/** @param onLine told of each line that has words and belongs to no object */
export function createInspectedObjects(next: OnBytes, onLine: () => void): ByteDecoder {
  let state = OUTSIDE;
  /** By depth, from 1: the brackets that are open. */
  const open = new Uint8Array(MAX_DEPTH + 2);
  let depth = 0;
  let atLineStart = true;
  let hasWords = false;
  let expectsKey = false;
  /** A comma is written when something follows it. */
  let owesComma = false;
  let quote = QUOTE;
  let hexDigits = 0;
  let isPlus = false;
  const word = new Uint8Array(LONGEST_WORD);
  let wordLength = 0;
  let beforeBracket = 0;

  let output = new Uint8Array(OUTPUT_BYTES);
  let filled = 0;
  const put = (byte: number): void => {
    output = grown(output, filled + 1);
    output[filled++] = byte;
  };
  const putText = (text: string): void => {
    for (const byte of encodeUtf8(text)) put(byte);
  };
  const putComma = (): void => {
    if (owesComma) put(COMMA);
    owesComma = false;
  };

  const endValue = (): void => {
    state = depth === 0 ? OUTSIDE : BETWEEN;
  };
  const openBracket = (byte: number): void => {
    putComma();
    put(byte);
    if (depth <= MAX_DEPTH) depth += 1;
    open[depth] = byte;
    expectsKey = byte === OBJECT_OPEN;
    state = BETWEEN;
  };
  const closeBracket = (byte: number): void => {
    put(byte);
    owesComma = false;
    depth -= 1;
    expectsKey = false;
    endValue();
  };
  const startText = (byte: number): void => {
    putComma();
    put(QUOTE);
    quote = byte;
    state = TEXT;
  };
  const startWord = (): void => {
    wordLength = 0;
    state = WORD;
  };
  /** A word is a value, a key before a colon, or the name of a class before a bracket. */
  const endWord = (byte: number): void => {
    state = BETWEEN;
    const isClass = byte === OBJECT_OPEN || byte === LIST_OPEN;
    if (isClass) return;
    const text = decodeUtf8(word.subarray(0, wordLength)).trim();
    if (expectsKey && byte !== COLON) return;
    putComma();
    if (expectsKey) putText(JSON.stringify(text));
    else if (NUMBER.test(text)) putText(text);
    else putText(text === 'true' || text === 'false' ? text : 'null');
  };

  const between = (byte: number): void => {
    if (isBlankByte(byte)) {
      put(byte);
    } else if (isQuote(byte)) startText(byte);
    else if (byte === OBJECT_OPEN || byte === LIST_OPEN) openBracket(byte);
    else if (byte === OBJECT_CLOSE || byte === LIST_CLOSE) closeBracket(byte);
    else if (byte === COMMA) {
      owesComma = true;
      expectsKey = open[depth] === OBJECT_OPEN;
    } else if (byte === COLON || byte === GREATER) {
      put(COLON);
      expectsKey = false;
    } else if (byte !== EQUALS_SIGN) {
      startWord();
      inWord(byte);
    }
  };

  const inWord = (byte: number): void => {
    const isEnd =
      byte === COMMA ||
      byte === LINE_FEED ||
      byte === OBJECT_CLOSE ||
      byte === LIST_CLOSE ||
      byte === OBJECT_OPEN ||
      byte === LIST_OPEN ||
      (byte === COLON && expectsKey);
    if (isEnd) {
      endWord(byte);
      between(byte);
    } else if (wordLength < LONGEST_WORD) word[wordLength++] = byte;
  };

  const inText = (byte: number): void => {
    if (byte === quote) {
      state = BEHIND_TEXT;
      isPlus = false;
    } else if (byte === BACKSLASH) state = ESCAPE;
    else if (byte === LINE_FEED) {
      if (quote === BACKTICK) putText('\\n');
      else {
        breakOff();
        put(byte);
      }
    } else if (byte < SPACE) putText(`\\u00${byte.toString(16).padStart(2, '0')}`);
    else {
      if (byte === QUOTE) put(BACKSLASH);
      put(byte);
    }
  };
  const inEscape = (byte: number): void => {
    state = TEXT;
    if (byte === LETTER_X) {
      putText('\\u00');
      hexDigits = 2;
      state = HEX_ESCAPE;
      return;
    }
    if (byte !== APOSTROPHE && byte !== BACKTICK) put(BACKSLASH);
    put(byte);
  };
  const behindText = (byte: number): void => {
    if (isBlankByte(byte)) return;
    if (byte === PLUS) isPlus = true;
    else if (isPlus && isQuote(byte)) {
      quote = byte;
      state = TEXT;
    } else {
      put(QUOTE);
      state = BETWEEN;
      between(byte);
    }
  };

  const outside = (byte: number): void => {
    if (byte === LINE_FEED) {
      if (hasWords) onLine();
      hasWords = false;
      put(byte);
    } else if (atLineStart && byte === OBJECT_OPEN && !hasWords) openBracket(byte);
    else if (!isBlankByte(byte)) hasWords = true;
  };

  /** What begins a line without any indent begins or ends an object: the one before was cut. */
  const breakOff = (): void => {
    for (const byte of HOLE) put(byte);
    depth = 0;
    owesComma = false;
    state = OUTSIDE;
    hasWords = false;
  };

  const step = (byte: number): void => {
    const isCut =
      atLineStart && depth > 0 && !isBlankByte(byte) && byte !== OBJECT_CLOSE && state !== TEXT;
    if (isCut) breakOff();
    if (beforeBracket === LIST_OPEN) {
      // In a list a blank follows the bracket; a word right behind it says what is not shown.
      beforeBracket = 0;
      if (isLetter(byte)) {
        state = NOTE;
        return;
      }
      between(LIST_OPEN);
    }
    switch (state) {
      case OUTSIDE:
        outside(byte);
        break;
      case BETWEEN:
        if (byte === LIST_OPEN) beforeBracket = byte;
        else between(byte);
        break;
      case TEXT:
        inText(byte);
        break;
      case ESCAPE:
        inEscape(byte);
        break;
      case HEX_ESCAPE:
        put(byte);
        hexDigits -= 1;
        if (hexDigits === 0) state = TEXT;
        break;
      case BEHIND_TEXT:
        behindText(byte);
        break;
      case WORD:
        inWord(byte);
        break;
      case NOTE:
        if (byte === LIST_CLOSE) startWord();
    }
  };

  const flush = (): Failure | null => {
    const failure = filled > 0 ? next(output.subarray(0, filled)) : null;
    filled = 0;
    return failure;
  };

  return {
    push: (bytes) => {
      let failure: Failure | null = null;
      for (let at = 0; at < bytes.length && failure === null; at++) {
        const byte = bytes[at]!;
        step(byte);
        atLineStart = byte === LINE_FEED;
        if (filled >= OUTPUT_BYTES) failure = flush();
      }
      return failure ?? flush();
    },
    finish: () => {
      if (state === OUTSIDE && hasWords) onLine();
      return flush();
    },
  };
}
