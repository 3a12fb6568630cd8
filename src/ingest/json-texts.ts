/**
 * JSON documents that are texts within JSON: a list of them, the lines of an answer of Loki, events of
 * CloudWatch, a document that was written twice. Each such text is a line.
 */
import type { Failure } from '../base/result.ts';
import { LINE_FEED, OBJECT_OPEN } from './json-bytes.ts';
import { createJsonScanner } from './json-scanner.ts';
import type { ByteDecoder, OnBytes } from './unpacking.ts';

/** A text that begins or goes on as an object: "{\"traceId\"…, "2024-05-06 INFO {\n\"spans\"… */
const TEXT_OF_JSON = /"(\\.|[^"\\])*?\{(\s|\\[nrt])*\\"/;
/** Of the head: further on such a text is one of an attribute. */
const LOOKED_THROUGH = 16 * 1024;

export const hasTextsOfJson = (text: string): boolean =>
  TEXT_OF_JSON.test(text.slice(0, LOOKED_THROUGH));

const LINE_END = Uint8Array.of(LINE_FEED);

/**
 * @param next takes what may have documents in it
 * @param onLine told of each line that has none, and each that is too long to be held
 */
export function createJsonTexts(fileName: string, next: OnBytes, onLine: () => void): ByteDecoder {
  let failure: Failure | null = null;
  /** Whether each level that is open is a list. */
  const isList: boolean[] = [];
  /** In a list of texts, or in a list of a list, as a time and a line are in Loki. */
  const isLine = (): boolean =>
    isList.at(-1) === true && (isList.length === 1 || isList.at(-2) === true);
  const scanner = createJsonScanner(fileName, {
    onOpen: (opensList) => {
      isList.push(opensList);
      return true;
    },
    onClose: () => {
      isList.pop();
    },
    onKey: () => true,
    onText: (bytes, start, end) => {
      if (bytes.subarray(start, end).includes(OBJECT_OPEN)) {
        failure ??= next(bytes.slice(start, end)) ?? next(LINE_END);
      } else if (isLine() && !isNumber(bytes, start, end)) onLine();
    },
    onNumber: () => undefined,
    onWord: () => undefined,
    onFault: () => undefined,
    onBroken: () => {
      isList.length = 0;
    },
    onCutOff: () => undefined,
  });
  return {
    push: (bytes) => scanner.push(bytes) ?? failure,
    finish: () => scanner.finish() ?? failure,
  };
}

const isNumber = (bytes: Uint8Array, start: number, end: number): boolean =>
  end > start && bytes.subarray(start, end).every((byte) => byte >= 48 && byte <= 57);
