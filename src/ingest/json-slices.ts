/**
 * Cuts a JSON file into the objects that are traces, without parsing the file as a whole: the
 * elements of a top-level array, of `data` in a top-level object, `data` itself where it is an
 * object, or else the top-level object. Documents may follow one another (JSON lines).
 *
 * Outside the slices only brackets are checked; within, JSON.parse does the rest.
 */
import { grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';

const LIST_OPEN = 91;
const LIST_CLOSE = 93;
const OBJECT_OPEN = 123;
const OBJECT_CLOSE = 125;
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const DATA = [100, 97, 116, 97];

export const MAX_DEPTH = 128;
/** One trace; a larger object would not fit into a string on every engine. */
export const MAX_SLICE_BYTES = 64 * 1024 * 1024;

export interface SliceHandler {
  /** @param bytes a whole object, valid in this call only; @param path such as `data[3]` */
  onObject(bytes: Uint8Array, path: string): void;
  /** An element that is not an object. */
  onStray(path: string): void;
  /** The file ends inside an object, of which these bytes are there, or between two. */
  onCutOff(bytes: Uint8Array, path: string): void;
}

export interface JsonSlicer {
  push(chunk: Uint8Array): Failure | null;
  finish(): void;
}

export function createJsonSlicer(fileName: string, handler: SliceHandler): JsonSlicer {
  /** Opening brackets by depth, from 1. */
  const open = new Uint8Array(MAX_DEPTH + 1);
  let depth = 0;
  let inString = false;
  let escaped = false;
  let offset = 0;
  /** Depth within the array whose elements are traces, 0 while outside of one. */
  let listDepth = 0;
  let listPath = '';
  let element = 0;
  let elementBegun = false;
  /** Depth of the object that is being kept, 0 while there is none. */
  let keptDepth = 0;
  let keptPath = '';
  let kept = new Uint8Array(0);
  let keptBytes = 0;
  /** Within a top-level object: whether a string would be a key, and how far it reads "data". */
  let expectKey = false;
  let keyMatch = 0;

  const keep = (chunk: Uint8Array, from: number, to: number): void => {
    kept = grown(kept, keptBytes + to - from);
    kept.set(chunk.subarray(from, to), keptBytes);
    keptBytes += to - from;
  };
  const startKeeping = (path: string): void => {
    keptDepth = depth;
    keptPath = path;
    keptBytes = 0;
  };
  const elementPath = (): string => `${listPath}[${element}]`;
  const startList = (path: string): void => {
    listDepth = depth;
    listPath = path;
    element = 0;
    elementBegun = false;
  };
  /** A value other than an object begins; only its first byte matters. */
  const beginValue = (): void => {
    if (depth !== listDepth || listDepth === 0 || elementBegun) return;
    elementBegun = true;
    handler.onStray(elementPath());
  };
  /** The value of `data` in a top-level object that was kept in case it were a trace itself. */
  const isDataValue = (): boolean =>
    keptDepth === 1 && depth === 1 && !expectKey && keyMatch === DATA.length;

  const failAt = (at: number, what: string): Failure => ({
    what,
    where: `${fileName}, byte ${offset + at}`,
    advice: 'Check that the file is whole and that it is JSON.',
  });

  const push = (chunk: Uint8Array): Failure | null => {
    /** First byte of the chunk that belongs to the kept object. */
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          continue;
        }
        if (depth === 1 && expectKey)
          keyMatch = byte === DATA[keyMatch] ? keyMatch + 1 : Number.NaN;
        continue;
      }
      switch (byte) {
        case 9:
        case 10:
        case 13:
        case 32:
          break;
        case QUOTE:
          if (depth === 0) return failAt(at, 'a string where an object or a list should be');
          beginValue();
          inString = true;
          if (depth === 1 && expectKey) keyMatch = 0;
          break;
        case COLON:
          if (depth === 1) expectKey = false;
          break;
        case COMMA:
          if (depth === 1) expectKey = open[1] === OBJECT_OPEN;
          if (depth > 0 && depth === listDepth) {
            element += 1;
            elementBegun = false;
          }
          break;
        case OBJECT_OPEN: {
          if (depth === MAX_DEPTH) return failAt(at, `JSON nested more than ${MAX_DEPTH} deep`);
          const isElement = depth > 0 && depth === listDepth;
          const isData = isDataValue();
          elementBegun ||= isElement;
          depth += 1;
          open[depth] = byte;
          if (depth === 1) {
            expectKey = true;
            keyMatch = Number.NaN;
          }
          if (depth === 1 || isElement || isData) {
            startKeeping(isElement ? elementPath() : isData ? 'data' : '');
            from = at;
          }
          break;
        }
        case LIST_OPEN: {
          if (depth === MAX_DEPTH) return failAt(at, `JSON nested more than ${MAX_DEPTH} deep`);
          beginValue();
          const isData = isDataValue();
          depth += 1;
          open[depth] = byte;
          if (isData) keptDepth = 0;
          if (depth === 1 || isData) startList(isData ? 'data' : '');
          break;
        }
        case OBJECT_CLOSE:
        case LIST_CLOSE:
          // '{' and '}' are two apart, and so are '[' and ']'.
          if (depth === 0 || open[depth] !== byte - 2) {
            return failAt(at, 'JSON with brackets that do not match');
          }
          if (depth === keptDepth) {
            keep(chunk, from, at + 1);
            keptDepth = 0;
            handler.onObject(kept.subarray(0, keptBytes), keptPath);
          }
          if (depth === listDepth) listDepth = 0;
          depth -= 1;
          break;
        default:
          if (depth === 0) {
            if (BYTE_ORDER_MARK[offset + at] === byte) break;
            return failAt(at, 'JSON with something else behind or before it');
          }
          beginValue();
      }
    }
    if (keptDepth > 0) {
      keep(chunk, from, chunk.length);
      if (keptBytes > MAX_SLICE_BYTES) {
        return failAt(chunk.length, `a single trace of more than ${MAX_SLICE_BYTES} bytes`);
      }
    }
    offset += chunk.length;
    return null;
  };

  return {
    push,
    finish: () => {
      if (depth === 0) return;
      const between = keptDepth === 0;
      handler.onCutOff(
        kept.subarray(0, between ? 0 : keptBytes),
        !between ? keptPath : listDepth > 0 ? elementPath() : listPath,
      );
    },
  };
}
