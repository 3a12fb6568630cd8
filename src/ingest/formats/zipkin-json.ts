/**
 * Zipkin v2 JSON (zipkin2-api.yaml): a list of spans, or a list of traces that are lists of spans.
 * Times are microseconds. Ids are 64-bit, trace ids 64- or 128-bit, hexadecimal; a 128-bit id whose
 * upper half is 0 is the 64-bit one. Name, timestamp and duration may be missing: Zipkin says so of
 * spans that were reported in part or that are one message, so such spans are kept.
 */
import { grown } from '../../base/bytes.ts';
import type { Reason } from '../../trace/ledger.ts';
import { NO_PARENT } from '../../trace/span-columns.ts';
import { labelCode } from '../../trace/trace-set.ts';
import { isBlank, parseDecimal } from '../csv-fields.ts';
import type { JsonOutline } from '../json-outline.ts';
import { createShapeReader, member, type Shape, type ShapeSink, scalar } from '../json-shapes.ts';
import { separateSharedSpans } from '../shared-spans.ts';
import { createSpanLog, UNKNOWN_OPERATION, UNKNOWN_SERVICE } from '../span-log.ts';
import { isDuration, MAX_NAME_BYTES, type ReaderContext, type SpanReader } from '../span-reader.ts';
import { LIKELY, POSSIBLE, type Sign, type TraceFormat } from '../trace-format.ts';

export const zipkinJson: TraceFormat = {
  id: 'zipkin-json',
  label: 'Zipkin JSON',
  writer: 'Zipkin',
  gives: 'spans',
  recognise: ({ json }) => signOfSpans(json),
  open: readZipkinJson,
};

/** A Zipkin span is always in a list: {"id": 1, "data": [...]} is no span. */
function signOfSpans({ ways }: JsonOutline): Sign | null {
  const keys = ['traceId', 'id', 'parentId', 'localEndpoint', 'remoteEndpoint', 'timestamp'].filter(
    (key) => ways.has(`[].${key}`) || ways.has(`[][].${key}`),
  );
  if (keys.length === 0) return null;
  const sure = keys.includes('traceId') ? LIKELY : POSSIBLE;
  return { sure, why: `it is a list of objects with ${keys.join(', ')}` };
}

const SPANS = 0;
const SPAN = 1;
const TRACE_ID = 2;
const ID = 3;
const PARENT_ID = 4;
const KIND = 5;
const NAME = 6;
const TIMESTAMP = 7;
const DURATION = 8;
const SERVICE = 9;
const SHARED = 10;
const ENDPOINT = 11;

const spanShape: Shape = {
  id: SPAN,
  isRecord: true,
  members: [
    member('traceId', scalar(TRACE_ID)),
    member('parentId', scalar(PARENT_ID)),
    member('id', scalar(ID)),
    member('kind', scalar(KIND)),
    member('name', scalar(NAME)),
    member('timestamp', scalar(TIMESTAMP)),
    member('duration', scalar(DURATION)),
    member('localEndpoint', {
      id: ENDPOINT,
      members: [member('serviceName', scalar(SERVICE))],
    }),
    member('shared', scalar(SHARED)),
  ],
};
const rootShape: Shape = {
  id: SPANS,
  element: { ...spanShape, asList: { id: SPANS, element: spanShape } },
};

const UNLABELLED = labelCode('unlabelled');
const NONE = -1;
/** Hexadecimal digits of 64 bits. */
const HALF_ID = 16;
const ZERO = 48;
const LETTER_S = 83;

function readZipkinJson({ fileName, table, ledger }: ReaderContext): SpanReader {
  const log = createSpanLog(fileName, ledger);
  const firstRow = table.length;
  /** [rows of the file] */
  let serverSide = new Uint8Array(0);
  let inSpan = false;
  let unfinished = false;
  let scratch = new Uint8Array(64);

  let trace = NONE;
  let span = NONE;
  let parent = NO_PARENT;
  let service = NONE;
  let operation = NONE;
  let startUs = Number.NaN;
  /** Infinite where it is missing. */
  let durationUs = Number.POSITIVE_INFINITY;
  let isServer = false;

  const startSpan = (): void => {
    log.startSpan();
    inSpan = true;
    trace = NONE;
    span = NONE;
    parent = NO_PARENT;
    service = NONE;
    operation = NONE;
    startUs = Number.NaN;
    durationUs = Number.POSITIVE_INFINITY;
    isServer = false;
  };

  const findFault = (): Reason | null => {
    if (trace === NONE) return 'missing-trace-id';
    if (span === NONE) return 'missing-span-id';
    return isDuration(durationUs) || durationUs === Number.POSITIVE_INFINITY
      ? null
      : 'bad-duration';
  };

  const endSpan = (faulty: boolean): void => {
    inSpan = false;
    const fault = faulty ? 'malformed-row' : findFault();
    const traceId = (): string | undefined =>
      trace === NONE ? undefined : table.traceIds.text(trace);
    if (fault) {
      log.lose(fault, traceId);
      return;
    }
    const mend = (reason: Reason): void => log.mend(reason, log.spansRead(), traceId);
    if (service === NONE) mend('unknown-service');
    if (operation === NONE) mend('unknown-operation-name');
    if (durationUs === Number.POSITIVE_INFINITY) mend('missing-duration');
    serverSide = grown(serverSide, table.length - firstRow + 1);
    serverSide[table.length - firstRow] = isServer ? 1 : 0;
    table.add(
      trace,
      span,
      parent,
      service === NONE ? table.services.internText(UNKNOWN_SERVICE) : service,
      operation === NONE ? table.operations.internText(UNKNOWN_OPERATION) : operation,
      startUs,
      durationUs === Number.POSITIVE_INFINITY ? 0 : durationUs,
      UNLABELLED,
      log.spansRead(),
    );
  };

  type Dictionary = typeof table.spanIds;
  const internId = (dictionary: Dictionary, bytes: Uint8Array, start: number, end: number) => {
    if (end - start > MAX_NAME_BYTES || isZeroOrBlank(bytes, start, end)) return NONE;
    const from = end - start === 2 * HALF_ID && isZeroOrBlank(bytes, start, start + HALF_ID);
    const first = from ? start + HALF_ID : start;
    scratch = grown(scratch, end - first);
    for (let at = first; at < end; at++) {
      const byte = bytes[at]!;
      scratch[at - first] = byte >= 65 && byte <= 90 ? byte | 32 : byte;
    }
    return dictionary.internId(scratch, 0, end - first);
  };
  const internName = (dictionary: Dictionary, bytes: Uint8Array, start: number, end: number) =>
    end - start > MAX_NAME_BYTES || isBlank(bytes, start, end)
      ? NONE
      : dictionary.intern(bytes, start, end);

  const sink: ShapeSink = {
    enter: (id) => {
      if (id === SPAN) startSpan();
      else if (id === SPANS) log.startList(reader);
    },
    leave: (id, faulty) => {
      if (id === SPAN) endSpan(faulty);
    },
    text: (id, bytes, start, end) => {
      switch (id) {
        case TRACE_ID:
          trace = internId(table.traceIds, bytes, start, end);
          break;
        case ID:
          span = internId(table.spanIds, bytes, start, end);
          break;
        case PARENT_ID: {
          const index = internId(table.spanIds, bytes, start, end);
          parent = index === NONE ? NO_PARENT : index;
          break;
        }
        case NAME:
          operation = internName(table.operations, bytes, start, end);
          break;
        case SERVICE:
          service = internName(table.services, bytes, start, end);
          break;
        case KIND:
          isServer ||= bytes[start] === LETTER_S && end > start;
          break;
        case TIMESTAMP:
        case DURATION:
          sink.number(id, bytes, start, end);
      }
    },
    number: (id, bytes, start, end) => {
      if (id === TIMESTAMP) startUs = parseDecimal(bytes, start, end);
      else if (id === DURATION) durationUs = parseDecimal(bytes, start, end);
    },
    truth: (id, value) => {
      if (id === SHARED) isServer ||= value;
    },
    stray: (id) => {
      if (id === SPAN || id === SPANS) log.loseAt('malformed-row', reader);
    },
    broken: ({ byte, line }) => {
      if (inSpan) log.loseUnfinished('malformed-row', byte);
      else log.loseAt('malformed-row', reader, { byte, line });
      inSpan = false;
    },
    cutOff: ({ byte }) => {
      unfinished = true;
      if (inSpan) log.loseUnfinished('truncated-file', byte);
      else log.loseAt('truncated-file', reader, { byte });
    },
  };

  const reader = createShapeReader(fileName, rootShape, sink);
  return {
    read: reader.push,
    finish: () => {
      const failure = reader.finish();
      if (failure) return failure;
      separateSharedSpans(table, firstRow, serverSide);
      if (log.spansRead() > 0 || unfinished) return null;
      return {
        what: 'Zipkin JSON, but no span in it',
        where: fileName,
        advice: 'A Zipkin file is a list of spans, or a list of traces that are lists of spans.',
      };
    },
    spansRead: log.spansRead,
    locate: log.locate,
  };
}

function isZeroOrBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== ZERO && bytes[at] !== 32) return false;
  return true;
}
