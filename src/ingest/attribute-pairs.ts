/**
 * Attributes that a file writes as lists of a key and a value, of which few are wanted: the value
 * goes on as soon as its key is known. A value before its key is held.
 */
import type { SpanFactsTable } from './span-facts-table.ts';
import { MAX_NAME_BYTES } from './span-reader.ts';

/** Takes an attribute by what SpanFactsTable calls its key; `isText`: no number, no word. */
export type TakeAttribute = (
  key: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  isText: boolean,
) => void;

export interface AttributePairs {
  start(): void;
  key(bytes: Uint8Array, start: number, end: number): void;
  /** Whether the value of this pair may be wanted, as far as is known by now. */
  isWanted(): boolean;
  value(bytes: Uint8Array, start: number, end: number, isText: boolean): void;
  truth(value: boolean): void;
  end(): void;
}

const TRUE = Uint8Array.from('true', (letter) => letter.charCodeAt(0));
const FALSE = Uint8Array.from('false', (letter) => letter.charCodeAt(0));
const UNKNOWN = -2;
const UNWANTED = -1;

export function createAttributePairs(facts: SpanFactsTable, take: TakeAttribute): AttributePairs {
  let key = UNKNOWN;
  let held = new Uint8Array(0);
  let heldLength = -1;
  let heldIsText = false;

  const value: AttributePairs['value'] = (bytes, start, end, isText) => {
    if (key >= 0) take(key, bytes, start, end, isText);
    else if (key === UNKNOWN) {
      heldIsText = isText;
      heldLength = end - start <= MAX_NAME_BYTES ? end - start : 0;
      if (heldLength > held.length) held = new Uint8Array(heldLength);
      held.set(bytes.subarray(start, start + heldLength));
    }
  };
  return {
    start: () => {
      key = UNKNOWN;
      heldLength = -1;
    },
    key: (bytes, start, end) => {
      key = facts.key(bytes, start, end);
    },
    isWanted: () => key !== UNWANTED,
    value,
    truth: (isTrue) => {
      const word = isTrue ? TRUE : FALSE;
      value(word, 0, word.length, false);
    },
    end: () => {
      if (key >= 0 && heldLength >= 0) take(key, held, 0, heldLength, heldIsText);
    },
  };
}
