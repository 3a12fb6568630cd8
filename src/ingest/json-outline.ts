/**
 * What the head of a JSON file looks like: the ways to its first keys, from which the formats tell
 * whose it is.
 */
import type { Failure } from '../base/result.ts';
import { createJsonScanner } from './json-scanner.ts';
import {
  elementsOf,
  MAX_WAYS,
  meet,
  meetList,
  meetValue,
  passKnown,
  rootWay,
  type Way,
  type WaysMet,
  wayOfKey,
} from './json-ways.ts';

/** Keys below this many objects and lists tell nothing more. */
const MAX_LEVELS = 8;
/** No format has a longer key. */
const LONGEST_KEY = 64;
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

/** @param whole whether the head is all of the file */
export function outlineJson(fileName: string, head: Uint8Array, whole: boolean): JsonOutline {
  const met: WaysMet = { ways: new Set(), values: new Set(), lists: new Set() };
  let cutAt: number | null = null;
  const root = rootWay();
  /** By depth, from 1: what is open, the key that came last in it, and whether it is a list. */
  const open: Way[] = [root];
  const last: (Way | null)[] = [null];
  const isList: boolean[] = [false];
  const numbers: number[] = [0];
  let depth = 0;
  /** The way to the value that a key announced. */
  let announced = root;

  const wayAt = (): Way => (depth > 0 && !isList[depth] ? announced : open[depth]!);
  const onValue = (): void => {
    if (!isList[depth]) meetValue(announced, met);
  };

  const scanner = createJsonScanner(fileName, {
    onOpen: (opensList) => {
      if (depth === MAX_LEVELS) return false;
      const way = opensList ? elementsOf(wayAt()) : wayAt();
      if (opensList) meetList(way, met);
      depth += 1;
      open[depth] = way;
      last[depth] = null;
      isList[depth] = opensList;
      numbers[depth] = 0;
      return true;
    },
    onDirect: (bytes, at, filled) => passKnown(wayAt(), bytes, at, filled, met),
    onClose: () => {
      depth -= 1;
    },
    onKey: (bytes, start, end) => {
      if (end - start > LONGEST_KEY || met.ways.size >= MAX_WAYS) return false;
      if (isNumber(bytes, start, end)) {
        numbers[depth]! += 1;
        if (numbers[depth]! > MOST_NUMBERS) return false;
      }
      announced = wayOfKey(open[depth]!, last[depth]!, bytes, start, end);
      last[depth] = announced;
      meet(announced, met);
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
  return { ...met, failure, cutAt };
}

function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < 48 || bytes[at]! > 57) return false;
  return end > start;
}

/** Whether a document, or a document of a list of them, has this way; the first of several. */
export const documentWay = (
  { ways }: JsonOutline,
  ...candidates: readonly string[]
): string | undefined => candidates.find((way) => ways.has(way) || ways.has(`[].${way}`));
