/**
 * What a JSON file is that no format recognises: the other files that tools around traces write, each
 * in a sentence, and how to get traces out of the tool instead.
 */
import { FOREIGN_KINDS, type Foreign, type ForeignKind } from './foreign-json-kinds.ts';
import type { Head } from './head.ts';

/** Characters of the words of an error. */
const LONGEST_WORDS = 200;

/** What other tools' JSON is, from its keys; null where it is nothing that is known. */
export function foreignKind({ json, text }: Head): ForeignKind | null {
  const ways = [...json.ways];
  return (
    FOREIGN_KINDS.find(
      ({ all, text: words }) =>
        all.every((pattern) => ways.some((way) => pattern.test(way))) &&
        (words === undefined || words.test(text)),
    ) ?? null
  );
}

/** Null where it is nothing that is known. */
export function foreignJson(head: Head): Foreign | null {
  const { text, whole } = head;
  const kind = foreignKind(head);
  if (kind) return kind;
  const value = whole ? parsed(text) : undefined;
  const words = errorWords(value);
  if (words !== null) {
    return {
      what: `an error answer without a trace: ${words.slice(0, LONGEST_WORDS)}`,
      advice: 'Ask again, and check the address, the id of the trace and the time range.',
    };
  }
  if (isEmptyAnswer(value)) {
    return {
      what: 'an empty answer: no trace in it',
      advice: 'Ask again with a wider time range, or another service.',
    };
  }
  return isListOfNames(value) || (isObject(value) && isListOfNames(value.data))
    ? {
        what: 'a list of names, as of services, not traces',
        advice:
          'Ask for the traces themselves: /api/traces?service=NAME (Jaeger), /api/v2/traces (Zipkin).',
      }
    : null;
}

const isListOfNames = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const WORD_KEYS = ['msg', 'message', 'error', 'detail', 'title', 'reason', 'errorMessage'];
const CODE_KEYS = ['code', 'status', 'statusCode', 'status_code'];

/** "trace not found (404)"; null where the answer tells of no error. */
function errorWords(value: unknown): string | null {
  if (!isObject(value)) return null;
  const { errors } = value;
  if (Array.isArray(errors) && errors.length > 0) {
    return typeof errors[0] === 'string' ? errors[0] : errorWords(errors[0]);
  }
  for (const key of WORD_KEYS) {
    const words = value[key];
    if (isObject(words)) return errorWords(words);
    if (typeof words !== 'string' || words === '') continue;
    const code = CODE_KEYS.map((each) => value[each]).find(
      (each) => typeof each === 'number' || (typeof each === 'string' && each !== ''),
    );
    return code === undefined ? words : `${words} (${code})`;
  }
  return null;
}

const LIST_KEYS = ['data', 'traces', 'result', 'hits', 'batches', 'spans', 'items', 'rows'];

/** Whether everything in it that could hold traces holds none. */
function isEmptyAnswer(value: unknown): boolean {
  if (Array.isArray(value))
    return value.every((each) => Array.isArray(each) && isEmptyAnswer(each));
  if (!isObject(value)) return value === null;
  const lists = LIST_KEYS.filter((key) => key in value);
  return (
    Object.keys(value).length === 0 ||
    (lists.length > 0 && lists.every((key) => isEmptyAnswer(value[key])))
  );
}
