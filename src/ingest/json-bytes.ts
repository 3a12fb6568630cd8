/** The bytes that JSON is made of (RFC 8259, section 2). */
export const TAB = 9;
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const LIST_OPEN = 91;
export const BACKSLASH = 92;
export const LIST_CLOSE = 93;
export const OBJECT_OPEN = 123;
export const OBJECT_CLOSE = 125;

/** Whether a number or a word cannot go on with this byte. */
export const endsWord = (byte: number): boolean =>
  byte === COMMA ||
  byte === OBJECT_CLOSE ||
  byte === LIST_CLOSE ||
  byte <= SPACE ||
  byte === COLON ||
  byte === QUOTE ||
  byte === OBJECT_OPEN ||
  byte === LIST_OPEN;

const WORDS = ['true', 'false', 'null'].map((word) => Array.from(word, (c) => c.charCodeAt(0)));

export const isWord = (bytes: Uint8Array, start: number, end: number): boolean =>
  WORDS.some(
    (word) => word.length === end - start && word.every((code, i) => bytes[start + i] === code),
  );

/** Fewer NUL bytes in a row are no hole in a text, but belong to what is there. */
export const SHORTEST_HOLE = 64;
/** What tells a reader of documents that the one before will not end any more. */
export const HOLE = new Uint8Array(SHORTEST_HOLE);
