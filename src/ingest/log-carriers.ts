/**
 * What carries traces in a text that is more: a container runtime's prefix or envelope around each line
 * of JSON, the other words of a log, JSON in the texts of another JSON, what is drawn around a table.
 * It is taken off before the format is told.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import { createUnframed, framedTable } from './framed-tables.ts';
import type { Head } from './head.ts';
import { createInspectedObjects } from './inspected-objects.ts';
import { LINE_FEED, SPACE } from './json-bytes.ts';
import { createJsonInText } from './json-in-text.ts';
import { documentWay } from './json-outline.ts';
import { createJsonScanner } from './json-scanner.ts';
import { equalBytes } from './json-shapes.ts';
import { createJsonTexts, hasTextsOfJson } from './json-texts.ts';
import type { ByteDecoder, OnBytes } from './unpacking.ts';

/** Takes off what is around the documents, or around a table. */
export interface Carrier {
  /** Whether a table that nobody knows is enough for it to be one. */
  readonly hasTable: boolean;
  /** @param onLine told of each line without a document */
  open(fileName: string, next: OnBytes, onLine: () => void): ByteDecoder;
}

/** 2024-05-06T07:08:09.123456789Z stdout F */
const CRI_LINE = /^\d{4}-\d\d-\d\dT\S+ (stdout|stderr) [FP] /;
/** Members with what a program wrote, in envelopes of container runtimes and collectors of logs. */
const MESSAGE_KEYS = ['log', 'line', 'message', 'MESSAGE', 'textPayload'];

/** Of a span of Node's console exporter: alone, behind a runtime's prefix, in an envelope. */
const INSPECTED_SPAN =
  /(^|^\d\S+ std\S+ [FP] | ?"(log|line|message|MESSAGE|textPayload)": ?") +traceId: '/m;

/** What the file could be, the likeliest first; none where it is nothing that carries anything. */
export function carriersOf(head: Head): Carrier[] {
  const isInspected = INSPECTED_SPAN.test(head.text);
  const documents = isInspected ? createInspectedObjects : createJsonInText;
  if (CRI_LINE.test(head.text)) return [inLines(createCriLines, documents)];
  const carriers: Carrier[] = [];
  if (head.kind === 'json' && documentWay(head.json, ...MESSAGE_KEYS)) {
    carriers.push(inLines(createMessages, documents));
  }
  if (head.kind !== 'binary' && hasTextsOfJson(head.text)) {
    carriers.push(inLines(createJsonTexts, documents));
  }
  const framed = head.kind === 'text' ? framedTable(head.text) : null;
  if (framed) carriers.push({ hasTable: true, open: (_, next) => createUnframed(framed, next) });
  if (head.kind === 'text' || isInspected) {
    carriers.push({ hasTable: false, open: (_, next, onLine) => documents(next, onLine) });
  }
  return carriers;
}

type CreateLines = (fileName: string, next: OnBytes, onLine: () => void) => ByteDecoder;
type CreateDocuments = (next: OnBytes, onLine: () => void) => ByteDecoder;

const inLines = (createLines: CreateLines, createDocuments: CreateDocuments): Carrier => ({
  hasTable: false,
  open: (fileName, next, onLine) => {
    const documents = createDocuments(next, onLine);
    const lines = createLines(fileName, documents.push, onLine);
    return { push: lines.push, finish: () => lines.finish() ?? documents.finish() };
  },
});

const LETTER_P = 80;
/** Words before a line: its time, its stream, whether the line goes on in the next one. */
const PREFIX_WORDS = 3;

/** Lines of the Container Runtime Interface; one that is marked P goes on in the next. */
function createCriLines(_: string, next: OnBytes): ByteDecoder {
  let words = 0;
  let lastOfWord = 0;
  let goesOn = false;
  const push = (bytes: Uint8Array): Failure | null => {
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (words < PREFIX_WORDS && byte !== LINE_FEED) {
        from = at + 1;
        if (byte !== SPACE) {
          lastOfWord = byte;
          continue;
        }
        words += 1;
        goesOn = lastOfWord === LETTER_P;
      } else if (byte === LINE_FEED) {
        const failure = next(bytes.subarray(from, goesOn ? at : at + 1));
        if (failure) return failure;
        words = 0;
        goesOn = false;
        from = at + 1;
      }
    }
    return from < bytes.length ? next(bytes.subarray(from)) : null;
  };
  return { push, finish: () => null };
}

const MESSAGES = MESSAGE_KEYS.map(encodeUtf8);
const LINE_END = Uint8Array.of(LINE_FEED);

/**
 * What stands in the message of each document. Docker's messages end with a line feed where the line
 * does; those of others are a line each.
 */
function createMessages(fileName: string, next: OnBytes): ByteDecoder {
  let failure: Failure | null = null;
  let depth = 0;
  let isDocker = false;
  const scanner = createJsonScanner(fileName, {
    onOpen: (isList) => {
      // Envelopes may stand in a list; what is within one is not looked at.
      if (depth > 0 || isList) return isList && depth === 0;
      depth += 1;
      return true;
    },
    onClose: () => {
      depth = 0;
    },
    onKey: (bytes, start, end) => {
      const key = MESSAGES.findIndex((each) => equalBytes(each, bytes, start, end));
      isDocker = key === 0;
      return key >= 0;
    },
    onText: (bytes, start, end) => {
      if (depth === 0) return;
      failure ??= next(bytes.subarray(start, end)) ?? (isDocker ? null : next(LINE_END));
    },
    onNumber: () => undefined,
    onWord: () => undefined,
    onFault: () => undefined,
    onBroken: () => {
      depth = 0;
    },
    onCutOff: () => undefined,
  });
  return {
    push: (bytes) => scanner.push(bytes) ?? failure,
    finish: () => scanner.finish() ?? failure,
  };
}
