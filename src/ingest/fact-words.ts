/**
 * How files write a span's status, its kind and whether it failed: words and numbers.
 */
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { SPAN_KINDS, SPAN_STATUSES, type SpanKind, statusCode } from '../trace/span-facts.ts';
import { parseDecimal } from './csv-fields.ts';
import { equalBytes } from './json-shapes.ts';

const UNSET = statusCode('unset');
/** Longer texts are none of these words. */
const LONGEST = 32;

const wordOf = (bytes: Uint8Array, start: number, end: number): string =>
  end - start > LONGEST ? '' : decodeUtf8(bytes.subarray(start, end)).trim().toLowerCase();

const STATUS_WORDS: ReadonlyMap<string, number> = new Map(
  (
    [
      ['ok', ['ok', 'status_code_ok', 'statuscode.ok', 'success', 'succeeded']],
      [
        'error',
        [
          'error',
          '2',
          'status_code_error',
          'statuscode.error',
          'err',
          'failed',
          'failure',
          'fault',
        ],
      ],
    ] as const
  ).flatMap(([status, words]) => words.map((word) => [word, statusCode(status)] as const)),
);

/** A number below `count` that is one digit, 0 for any other. */
const oneDigit = (byte: number, count: number): number =>
  byte >= 48 && byte < 48 + count ? byte - 48 : 0;

/** A word or number of OTLP's status; index into SPAN_STATUSES, `unset` for any other. */
export const readStatus = (bytes: Uint8Array, start: number, end: number): number =>
  end - start === 1
    ? oneDigit(bytes[start]!, SPAN_STATUSES.length)
    : (STATUS_WORDS.get(wordOf(bytes, start, end)) ?? UNSET);

const PREFIX = /^(span_kind_|spankind\.)/;
/** SkyWalking's words, and those of OpenTracing that have others. */
const OTHER_KINDS: Readonly<Record<string, SpanKind>> = {
  entry: 'server',
  exit: 'client',
  local: 'internal',
};

/** As most files have them: read without a string. */
const USUAL_KINDS = SPAN_KINDS.flatMap((kind, code) =>
  [kind, kind.toUpperCase(), `SPAN_KIND_${kind.toUpperCase()}`].map(
    (word) => [encodeUtf8(word), code] as const,
  ),
);

/** A word of any tracing system, or OTLP's number; index into SPAN_KINDS, 0 for any other. */
export function readKind(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 1) return oneDigit(bytes[start]!, SPAN_KINDS.length);
  for (const [word, kind] of USUAL_KINDS) if (equalBytes(word, bytes, start, end)) return kind;
  const word = wordOf(bytes, start, end).replace(PREFIX, '');
  const kind = Object.hasOwn(OTHER_KINDS, word) ? OTHER_KINDS[word]! : word;
  return Math.max(0, SPAN_KINDS.indexOf(kind as SpanKind));
}

const NOT_FAILED: ReadonlySet<string> = new Set(['false', '0', 'no', 'none', 'null', 'nan', 'ok']);

/** An error flag: a message is as good as true, as Zipkin's `error` has one. */
export const readFlag = (bytes: Uint8Array, start: number, end: number): boolean =>
  !NOT_FAILED.has(wordOf(bytes, start, end) || 'a message');

/** A whole number, NaN for any other text. */
export const readNumber = (bytes: Uint8Array, start: number, end: number): number => {
  const value = end - start > LONGEST ? Number.NaN : parseDecimal(bytes, start, end);
  return Number.isInteger(value) ? value : Number.NaN;
};

/** By their numbers, from 0. */
const GRPC_STATUSES: readonly string[] = [
  'ok',
  'cancelled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated',
];

/** A gRPC status as a number or by its name, NaN for any other text. */
export function readGrpcStatus(bytes: Uint8Array, start: number, end: number): number {
  const status = GRPC_STATUSES.indexOf(wordOf(bytes, start, end));
  return status < 0 ? readNumber(bytes, start, end) : status;
}
