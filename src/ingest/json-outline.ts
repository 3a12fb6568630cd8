/**
 * What the head of a JSON file looks like: the ways to its first keys, from which the formats tell
 * whose it is.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import { ByteInterner } from './byte-interner.ts';
import { createJsonScanner } from './json-scanner.ts';

/** Keys below this many objects and lists tell nothing more. */
const MAX_LEVELS = 8;
/** Distinct ways that are kept; a list of like objects has few. */
const MAX_WAYS = 1000;
/** No format has a longer key. */
const LONGEST_KEY = 64;
/** Keys whose text is kept for the next file. */
const MOST_NAMES = 4096;
/** Numbers as keys, of rows or of an index, are all alike: so many of one object are kept. */
const MOST_NUMBERS = 4;

export interface JsonOutline {
  /** `data[].spans[].traceID`, with `[]` for each list, one around the document included. */
  readonly ways: ReadonlySet<string>;
  /** Ways to texts, numbers and words. */
  readonly values: ReadonlySet<string>;
  /** Ways to lists, `data[]`, and to lists of lists, `data[][]`. */
  readonly lists: ReadonlySet<string>;
  /** Why it cannot be read as JSON. */
  readonly failure: Failure | null;
  /** The byte at which the file ends within a document. */
  readonly cutAt: number | null;
}

/** A place in the document, reached by keys and lists alone. */
interface Way {
  readonly text: string;
  /** Its own key; empty for a list's elements. */
  readonly key: Uint8Array;
  readonly byKey: Map<string, Way>;
  elements: Way | null;
  hasValue: boolean;
  /** Objects mostly have their keys in one order: the first within, and what followed this one. */
  first: Way | null;
  follower: Way | null;
}

/** Keys as text, which are the same in thousands of small files. */
let names: { readonly keys: ByteInterner; readonly texts: string[] } | null = null;

function nameOf(bytes: Uint8Array, start: number, end: number): string {
  if (names === null || names.keys.size === MOST_NAMES) {
    names = { keys: new ByteInterner(), texts: [] };
  }
  const index = names.keys.intern(bytes, start, end);
  names.texts[index] ??= decodeUtf8(bytes.subarray(start, end));
  return names.texts[index]!;
}

const wayTo = (text: string, key: Uint8Array): Way => ({
  text,
  key,
  byKey: new Map(),
  elements: null,
  hasValue: false,
  first: null,
  follower: null,
});

/** @param whole whether the head is all of the file */
export function outlineJson(fileName: string, head: Uint8Array, whole: boolean): JsonOutline {
  const ways = new Set<string>();
  const values = new Set<string>();
  const lists = new Set<string>();
  let cutAt: number | null = null;
  const root = wayTo('', new Uint8Array(0));
  /** By depth, from 1: what is open, the key that came last in it, and whether it is a list. */
  const open: Way[] = [root];
  const last: (Way | null)[] = [null];
  const isList: boolean[] = [false];
  const numbers: number[] = [0];
  let depth = 0;
  /** The way to the value that a key announced. */
  let announced = root;

  const within = (parent: Way, bytes: Uint8Array, start: number, end: number): Way => {
    const before = last[depth]!;
    const expected = before ? before.follower : parent.first;
    let way = expected && isEqual(expected.key, bytes, start, end) ? expected : null;
    if (way === null) {
      const key = nameOf(bytes, start, end);
      way = parent.byKey.get(key) ?? null;
      if (way === null) {
        const text = parent.text === '' ? key : `${parent.text}.${key}`;
        way = wayTo(text, bytes.slice(start, end));
        parent.byKey.set(key, way);
        ways.add(text);
      }
    }
    if (before) before.follower = way;
    else parent.first = way;
    last[depth] = way;
    return way;
  };

  const onValue = (): void => {
    if (isList[depth] || announced.hasValue) return;
    announced.hasValue = true;
    values.add(announced.text);
  };

  const scanner = createJsonScanner(fileName, {
    onOpen: (opensList) => {
      const way = depth > 0 && !isList[depth] ? announced : open[depth]!;
      if (depth === MAX_LEVELS) return false;
      if (opensList && way.elements === null) {
        way.elements = wayTo(`${way.text}[]`, way.key);
        lists.add(way.elements.text);
      }
      depth += 1;
      open[depth] = opensList ? way.elements! : way;
      last[depth] = null;
      isList[depth] = opensList;
      numbers[depth] = 0;
      return true;
    },
    onClose: () => {
      depth -= 1;
    },
    onKey: (bytes, start, end) => {
      if (end - start > LONGEST_KEY || ways.size >= MAX_WAYS) return false;
      if (isNumber(bytes, start, end)) {
        numbers[depth]! += 1;
        if (numbers[depth]! > MOST_NUMBERS) return false;
      }
      announced = within(open[depth]!, bytes, start, end);
      return true;
    },
    onText: onValue,
    onNumber: onValue,
    onWord: onValue,
    onFault: () => undefined,
    onBroken: () => {
      depth = 0;
    },
    onCutOff: ({ byte }) => {
      cutAt = byte;
    },
  });
  const failure = scanner.push(head) ?? (whole ? scanner.finish() : null);
  return { ways, values, lists, failure, cutAt };
}

function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < 48 || bytes[at]! > 57) return false;
  return end > start;
}

function isEqual(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}

/** Whether a document, or a document of a list of them, has this way; the first of several. */
export const documentWay = (
  { ways }: JsonOutline,
  ...candidates: readonly string[]
): string | undefined => candidates.find((way) => ways.has(way) || ways.has(`[].${way}`));
