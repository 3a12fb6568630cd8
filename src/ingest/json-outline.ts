/**
 * What the head of a JSON file looks like: the ways to its first keys, from which the formats tell
 * whose it is.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import { createJsonScanner } from './json-scanner.ts';

/** Keys below this many objects and lists tell nothing more. */
const MAX_LEVELS = 8;
/** Distinct ways that are kept; a list of like objects has few. */
const MAX_WAYS = 1000;
/** No format has a longer key. */
const LONGEST_KEY = 64;

export interface JsonOutline {
  /** `data[].spans[].traceID`, with `[]` for each list, one around the document included. */
  readonly ways: ReadonlySet<string>;
  /** Why it cannot be read as JSON. */
  readonly failure: Failure | null;
  /** The byte at which the file ends within a document. */
  readonly cutAt: number | null;
}

/** @param whole whether the head is all of the file */
export function outlineJson(fileName: string, head: Uint8Array, whole: boolean): JsonOutline {
  const ways = new Set<string>();
  let cutAt: number | null = null;
  /** By depth, from 1: the way to what is open, and whether that is a list. */
  const wayTo: string[] = [''];
  const isList: boolean[] = [false];
  let depth = 0;
  /** The way to the value that a key announced. */
  let announced = '';

  const scanner = createJsonScanner(fileName, {
    onOpen: (opensList) => {
      const way = depth === 0 || isList[depth] ? wayTo[depth]! : announced;
      if (depth === MAX_LEVELS) return false;
      depth += 1;
      wayTo[depth] = opensList ? `${way}[]` : way;
      isList[depth] = opensList;
      return true;
    },
    onClose: () => {
      depth -= 1;
    },
    onKey: (bytes, start, end) => {
      if (end - start > LONGEST_KEY || ways.size >= MAX_WAYS) return false;
      const way = wayTo[depth]!;
      const key = decodeUtf8(bytes.subarray(start, end));
      announced = way === '' ? key : `${way}.${key}`;
      ways.add(announced);
      return true;
    },
    onText: () => undefined,
    onNumber: () => undefined,
    onWord: () => undefined,
    onFault: () => undefined,
    onBroken: () => {
      depth = 0;
    },
    onCutOff: ({ byte }) => {
      cutAt = byte;
    },
  });
  const failure = scanner.push(head) ?? (whole ? scanner.finish() : null);
  return { ways, failure, cutAt };
}

/** Whether a document, or a document of a list of them, has this way; the first of several. */
export const documentWay = (
  { ways }: JsonOutline,
  ...candidates: readonly string[]
): string | undefined => candidates.find((way) => ways.has(way) || ways.has(`[].${way}`));
