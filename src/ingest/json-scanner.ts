/**
 * JSON as bytes: chunks of a file in, tokens out, with no string and no object in between. Documents
 * may follow one another (JSON lines). Values that nobody wants are passed over at the speed of
 * looking for quotes and brackets, whatever their length.
 *
 * Follows RFC 8259, but goes on where it can: a fault within a document is told and the brackets
 * decide how far it reaches; a line of JSON lines that is broken or cut, by a line feed or by a hole
 * of NUL bytes, costs that line only.
 */
import { grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import * as jsonBytes from './json-bytes.ts';
import { createJsonUnescape } from './json-escapes.ts';
import type { JsonHandler } from './json-handler.ts';

// Names of this module: each byte is looked at, and where modules are not bundled, as in tests, every
// use of an imported name is a call of a getter.
const {
  BACKSLASH,
  CARRIAGE_RETURN,
  COLON,
  COMMA,
  endsWord,
  isWord,
  LINE_FEED,
  LIST_CLOSE,
  LIST_OPEN,
  OBJECT_CLOSE,
  OBJECT_OPEN,
  QUOTE,
  SPACE,
  TAB,
} = jsonBytes;

const NUL = 0;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export const MAX_DEPTH = 128;
/** A longer string or number is handed on as an empty one: 64 KiB of name, escaped six to one. */
export const MAX_TOKEN_BYTES = 384 * 1024;

/** Few documents are deeper. */
const FIRST_DEPTH = 32;
/** A longer buffer is not kept for the next scanner. */
const MAX_SPARE_BYTES = 1024 * 1024;
/** Of a scanner that is done, for the next one: thousands of small files need one buffer. */
let spare = new Uint8Array(0);

/** What may come next. */
const VALUE = 0;
const VALUE_OR_END = 1;
const KEY_OR_END = 2;
const KEY = 3;
const COLON_NEXT = 4;
const COMMA_OR_END = 5;

export interface JsonScanner {
  push(chunk: Uint8Array): Failure | null;
  finish(): Failure | null;
  /** The line on which the present document begins, from 1. */
  documentLine(): number;
}

export function createJsonScanner(fileName: string, handler: JsonHandler): JsonScanner {
  const escapes = createJsonUnescape();
  /** Opening brackets by depth, from 1. */
  let open = new Uint8Array(FIRST_DEPTH);
  let depth = 0;
  let state = VALUE;
  /** Whether the value that comes next is wanted. */
  let wanted = true;
  /** Depth to come back to while something unwanted is passed over, else -1. */
  let skipTo = -1;
  /** Within a string that nobody wants, or that is too long. */
  let inString = false;
  /** After brackets that do not match: nothing counts until the next line. */
  let skipLine = false;
  /** Told at the end if no document came after all. */
  let mismatch: Failure | null = null;
  let documents = 0;
  let line = 1;
  let documentLine = 1;
  let lineOfLastEnd = 0;
  /** Since the last document ended: what follows a hole is as good as a line. */
  let behindHole = false;

  /** Bytes of the file before the buffer. */
  let offset = 0;
  let buffer = new Uint8Array(0);
  let filled = 0;

  const failAt = (at: number, what: string): Failure => ({
    what,
    where: `${fileName}, byte ${offset + at}`,
    advice: 'Check that the file is whole and that it is JSON.',
  });

  const breakOff = (at: number): void => {
    handler.onBroken({ byte: offset + at, line: documentLine });
    depth = 0;
    state = VALUE;
    skipTo = -1;
    inString = false;
  };

  /**
   * Whether the line feed at `at` ends a line of JSON lines that was cut: the document has been on
   * one line so far, and an object begins the next one where none may be. Null: not known yet.
   */
  const endsCutLine = (at: number, final: boolean): boolean | null => {
    if (line !== documentLine) return false;
    if (at + 1 >= filled) return final ? false : null;
    const next = buffer[at + 1];
    if (next !== OBJECT_OPEN && next !== LIST_OPEN) return false;
    if (inString || skipTo >= 0) return true;
    if (state === VALUE || state === VALUE_OR_END) return false;
    // A list of one object a line whose commas are missing is still one list.
    return !(depth === 1 && open[1] === LIST_OPEN);
  };

  const tooDeep = (at: number): Failure => failAt(at, `JSON nested more than ${MAX_DEPTH} deep`);

  const mismatchAt = (at: number): Failure | null => {
    const failure = failAt(at, 'JSON with brackets that do not match');
    if (line !== documentLine) return failure;
    if (documents === 0) mismatch = failure;
    breakOff(at);
    skipLine = true;
    return null;
  };

  const endValue = (): void => {
    if (depth > 0) {
      state = COMMA_OR_END;
      return;
    }
    state = VALUE;
    documents += 1;
    lineOfLastEnd = line;
    behindHole = false;
  };

  let failure: Failure | null = null;

  /** Passes over a string from `at`; where it goes on, or -1 to wait for more. */
  const passString = (from: number, final: boolean): number => {
    for (let at = from; at < filled; at++) {
      const byte = buffer[at];
      if (byte === QUOTE) {
        inString = false;
        return at + 1;
      }
      if (byte === BACKSLASH) {
        if (at + 1 < filled) at += 1;
        else return final ? filled : -1 - at;
      } else if (byte === LINE_FEED) {
        const cut = endsCutLine(at, final);
        if (cut === null) return -1 - at;
        if (cut) {
          breakOff(at);
          return at;
        }
        line += 1;
      }
    }
    return filled;
  };

  /** Passes over what is unwanted from `at`; where it goes on, or -1 - at to wait for more. */
  const pass = (from: number, final: boolean): number => {
    let at = from;
    while (at < filled) {
      const byte = buffer[at]!;
      if (byte === QUOTE) {
        inString = true;
        at = passString(at + 1, final);
        if (at < 0 || inString || skipTo < 0) return at;
        continue;
      }
      if (byte === OBJECT_OPEN || byte === LIST_OPEN) {
        if (depth === MAX_DEPTH) {
          failure = tooDeep(at);
          return at;
        }
        depth += 1;
        if (depth === open.length) open = grown(open, depth + 1);
        open[depth] = byte;
      } else if (byte === OBJECT_CLOSE || byte === LIST_CLOSE) {
        if (open[depth] !== byte - 2) {
          failure = mismatchAt(at);
          return at;
        }
        depth -= 1;
        if (depth === skipTo) {
          skipTo = -1;
          endValue();
          return at + 1;
        }
      } else if (byte === LINE_FEED) {
        const cut = endsCutLine(at, final);
        if (cut === null) return -1 - at;
        if (cut) {
          breakOff(at);
          return at;
        }
        line += 1;
      }
      at += 1;
    }
    return at;
  };

  const beginValue = (): void => {
    if (depth === 0) {
      documentLine = line;
      wanted = true;
    } else if (state !== VALUE && state !== VALUE_OR_END) {
      handler.onFault();
      // Where a key should be, a value belongs to none.
      wanted = open[depth] === LIST_OPEN;
    } else if (open[depth] === LIST_OPEN) wanted = true;
  };

  /** Where it goes on. */
  const openBracket = (at: number, byte: number): number => {
    if (depth === MAX_DEPTH) {
      failure = tooDeep(at);
      return at + 1;
    }
    beginValue();
    if (wanted && handler.onDirect) {
      const end = handler.onDirect(buffer, at, filled);
      if (end > 0) {
        endValue();
        return end;
      }
    }
    const isWanted = wanted && handler.onOpen(byte === LIST_OPEN);
    if (!isWanted) skipTo = depth;
    depth += 1;
    if (depth === open.length) open = grown(open, depth + 1);
    open[depth] = byte;
    state = byte === LIST_OPEN ? VALUE_OR_END : KEY_OR_END;
    return at + 1;
  };

  const closeBracket = (at: number, byte: number): void => {
    // '{' and '}' are two apart, and so are '[' and ']'.
    if (open[depth] !== byte - 2) {
      failure = mismatchAt(at);
      return;
    }
    if (state === VALUE || state === KEY || state === COLON_NEXT) handler.onFault();
    depth -= 1;
    handler.onClose();
    endValue();
  };

  /** A key or a string begins at the quote; where it goes on, or -1 - quote to wait for more. */
  const string = (quote: number): number => {
    if (state === VALUE && !wanted && open[depth] === OBJECT_OPEN) {
      inString = true;
      endValue();
      return quote + 1;
    }
    let isEscaped = false;
    let at = quote + 1;
    for (; at < filled; at++) {
      const byte = buffer[at]!;
      // Most bytes are told from all that end or escape by one look.
      if (byte > QUOTE && byte !== BACKSLASH) continue;
      if (byte === QUOTE) break;
      if (byte === LINE_FEED) {
        handler.onFault();
        return passOverString(quote);
      }
      if (byte === BACKSLASH) {
        isEscaped = true;
        at += 1;
      }
    }
    if (at >= filled) return filled - quote > MAX_TOKEN_BYTES ? passOverString(quote) : -1 - quote;
    if (isEscaped) {
      const length = escapes.decode(buffer, quote + 1, at);
      if (length < 0) handler.onFault();
      giveString(escapes.bytes(), 0, Math.max(0, length));
    } else giveString(buffer, quote + 1, at);
    return at + 1;
  };

  const giveString = (bytes: Uint8Array, start: number, end: number): void => {
    const isKey = state === KEY || state === KEY_OR_END;
    const isKeyByFault = state === COMMA_OR_END && open[depth] === OBJECT_OPEN;
    if (isKeyByFault) handler.onFault();
    if (isKey || isKeyByFault) {
      state = COLON_NEXT;
      wanted = handler.onKey(bytes, start, end);
      return;
    }
    beginValue();
    if (wanted) handler.onText(bytes, start, end);
    endValue();
  };

  /** A wanted string that is too long or none counts as empty; where it ends is still to be found. */
  const passOverString = (quote: number): number => {
    giveString(buffer, quote, quote);
    inString = true;
    return quote + 1;
  };

  /** A number or a word begins at `start`; where it goes on, or -1 - start to wait for more. */
  const bareWord = (start: number, final: boolean): number => {
    let at = start + 1;
    while (at < filled && !endsWord(buffer[at]!)) at += 1;
    const tooLong = at - start > MAX_TOKEN_BYTES;
    if (at === filled && !final && !tooLong) return -1 - start;
    beginValue();
    if (wanted) {
      const first = buffer[start]!;
      if (tooLong) handler.onFault();
      else if (first === 45 || (first >= 48 && first <= 57)) handler.onNumber(buffer, start, at);
      else {
        if (!isWord(buffer, start, at)) handler.onFault();
        handler.onWord(buffer, start, at);
      }
    }
    endValue();
    return at;
  };

  /** Neither an object nor a list where a document should begin; as {@link string}. */
  const noDocument = (at: number, what: string): number => {
    // Behind whole documents it is a line that is broken, else it is no such file.
    if (documents > 0 && (line > lineOfLastEnd || behindHole)) {
      documentLine = line;
      breakOff(at);
      skipLine = true;
    } else failure = failAt(at, what);
    return at;
  };

  /** Reads what is in the buffer; the first byte that has to be kept. */
  const scan = (final: boolean): number => {
    let at = 0;
    while (at < filled && failure === null) {
      let next: number;
      if (skipLine) {
        const lineFeed = buffer.subarray(0, filled).indexOf(LINE_FEED, at);
        if (lineFeed < 0) return filled;
        skipLine = false;
        at = lineFeed;
      }
      if (inString) next = passString(at, final);
      else if (skipTo >= 0) next = pass(at, final);
      else if (buffer[at] === SPACE) next = at + 1;
      else next = token(at, final);
      if (next < 0) return -1 - next;
      at = next;
    }
    return at;
  };

  const token = (at: number, final: boolean): number => {
    const byte = buffer[at]!;
    switch (byte) {
      case SPACE:
      case TAB:
      case CARRIAGE_RETURN:
        return at + 1;
      case LINE_FEED:
        if (depth > 0) {
          const cut = endsCutLine(at, final);
          if (cut === null) return -1 - at;
          if (cut) breakOff(at);
        }
        line += 1;
        return at + 1;
      case QUOTE:
        if (depth === 0) return noDocument(at, 'a string where an object or a list should be');
        return string(at);
      case COLON:
        if (state !== COLON_NEXT && depth > 0) handler.onFault();
        if (depth === 0) return noDocument(at, 'JSON with something else behind or before it');
        state = VALUE;
        return at + 1;
      case COMMA:
        if (depth === 0) {
          // Elements of a list whose brackets were lost.
          if (documents > 0) return at + 1;
          return noDocument(at, 'JSON with something else behind or before it');
        }
        if (state !== COMMA_OR_END) handler.onFault();
        state = open[depth] === OBJECT_OPEN ? KEY : VALUE;
        return at + 1;
      case OBJECT_OPEN:
      case LIST_OPEN:
        return openBracket(at, byte);
      case OBJECT_CLOSE:
      case LIST_CLOSE:
        if (depth === 0) return noDocument(at, 'JSON with brackets that do not match');
        closeBracket(at, byte);
        return at + 1;
      default:
        if (depth > 0) return bareWord(at, final);
        if (BYTE_ORDER_MARK[offset + at] === byte) return at + 1;
        return noDocument(at, 'JSON with something else behind or before it');
    }
  };

  const feed = (bytes: Uint8Array): void => {
    if (buffer.length === 0) {
      buffer = spare;
      spare = new Uint8Array(0);
    }
    buffer = grown(buffer, filled + bytes.length);
    buffer.set(bytes, filled);
    filled += bytes.length;
    const kept = scan(false);
    buffer.copyWithin(0, kept, filled);
    filled -= kept;
    offset += kept;
  };
  /** NUL bytes, where a log was cut while its writer went on: what was open will not end any more. */
  const passHole = (): void => {
    scan(true);
    if (failure === null && depth > 0) breakOff(filled);
    offset += filled;
    filled = 0;
    skipLine = false;
    behindHole = true;
  };

  return {
    push: (chunk) => {
      let from = 0;
      while (failure === null && from < chunk.length) {
        const hole = chunk.indexOf(NUL, from);
        feed(chunk.subarray(from, hole < 0 ? chunk.length : hole));
        if (hole < 0 || failure) break;
        passHole();
        from = hole;
        while (chunk[from] === NUL) from += 1;
        offset += from - hole;
      }
      return failure;
    },
    finish: () => {
      scan(true);
      offset += filled;
      filled = 0;
      if (buffer.length <= MAX_SPARE_BYTES) {
        spare = buffer;
        buffer = new Uint8Array(0);
      }
      if (failure) return failure;
      if (depth > 0) handler.onCutOff({ byte: offset, line: documentLine });
      return documents === 0 ? mismatch : null;
    },
    documentLine: () => documentLine,
  };
}
