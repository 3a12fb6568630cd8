/**
 * A trace as SkyWalking's GraphQL answers with it (query-protocol, type Trace): spans in
 * `data.queryTrace.spans`, or under whatever name the query gave it; times in milliseconds. A span's
 * number counts within its segment, so its id is both; the parent of a segment's first span stands in
 * its references. The caller's Exit span and the callee's Entry span are two spans.
 */
import { grown } from '../../base/bytes.ts';
import type { Reason } from '../../trace/ledger.ts';
import { NO_PARENT } from '../../trace/span-columns.ts';
import { labelCode } from '../../trace/trace-set.ts';
import { isBlank, parseDecimal } from '../csv-fields.ts';
import { readKind } from '../fact-words.ts';
import type { JsonPlace } from '../json-handler.ts';
import { createShapeReader, member, type Shape, type ShapeSink, scalar } from '../json-shapes.ts';
import { createSpanLog, UNKNOWN_OPERATION, UNKNOWN_SERVICE } from '../span-log.ts';
import { isDuration, MAX_NAME_BYTES, type ReaderContext, type SpanReader } from '../span-reader.ts';
import { CERTAIN, type TraceFormat } from '../trace-format.ts';

export const skywalkingGraphql: TraceFormat = {
  id: 'skywalking-graphql',
  label: 'SkyWalking GraphQL',
  writer: 'SkyWalking',
  gives: 'spans',
  recognise: ({ json }) => {
    const way = [...json.ways].find((each) => SEGMENT_WAY.test(each));
    return way ? { sure: CERTAIN, why: `its spans have a ${way.split('.').at(-1)}` } : null;
  },
  open: readSkywalking,
};

const SEGMENT_WAY = /(^|\.)spans\[\]\.segmentId$/;

const OTHER = 0;
const SPANS = 1;
const SPAN = 2;
const TRACE_ID = 3;
const SEGMENT_ID = 4;
const SPAN_ID = 5;
const PARENT_SPAN_ID = 6;
const SERVICE = 7;
const START = 8;
const END = 9;
const OPERATION = 10;
const REFERENCE = 11;
const REFERENCE_TRACE_ID = 12;
const REFERENCE_SEGMENT_ID = 13;
const REFERENCE_SPAN_ID = 14;
const KIND = 15;
const FAILED = 16;
const TAG = 17;
const TAG_KEY = 18;
const TAG_VALUE = 19;

const spansShape: Shape = {
  id: SPANS,
  element: {
    id: SPAN,
    isRecord: true,
    members: [
      member('traceId', scalar(TRACE_ID)),
      member('segmentId', scalar(SEGMENT_ID)),
      member('spanId', scalar(SPAN_ID)),
      member('parentSpanId', scalar(PARENT_SPAN_ID)),
      member('refs', {
        id: OTHER,
        element: {
          id: REFERENCE,
          members: [
            member('traceId', scalar(REFERENCE_TRACE_ID)),
            member('parentSegmentId', scalar(REFERENCE_SEGMENT_ID)),
            member('parentSpanId', scalar(REFERENCE_SPAN_ID)),
          ],
        },
      }),
      member('serviceCode', scalar(SERVICE)),
      member('startTime', scalar(START)),
      member('endTime', scalar(END)),
      member('endpointName', scalar(OPERATION)),
      member('type', scalar(KIND)),
      member('isError', scalar(FAILED)),
      member('tags', {
        id: OTHER,
        element: {
          id: TAG,
          members: [member('key', scalar(TAG_KEY)), member('value', scalar(TAG_VALUE))],
        },
      }),
    ],
  },
};
/** data, the name of the query, the traces of a list of them. */
const MOST_WRAPPERS = 4;

/** @param wrappers how many objects may stand around the one that has the spans */
function documentShape(wrappers: number): Shape {
  const document: Shape = {
    id: OTHER,
    members: [member('spans', spansShape)],
    ...(wrappers > 0 ? { anyMember: documentShape(wrappers - 1) } : {}),
  };
  return { ...document, asList: { id: OTHER, element: document } };
}

const UNLABELLED = labelCode('unlabelled');
const NONE = -1;
const COLON = 58;
const MINUS = 45;

/** Bytes of a value that is needed once its span has ended; none where it was blank. */
interface HeldText {
  bytes: Uint8Array;
  length: number;
}
const holdText = (): HeldText => ({ bytes: new Uint8Array(64), length: 0 });
function hold(text: HeldText, bytes: Uint8Array, start: number, end: number): void {
  const isName = end - start <= MAX_NAME_BYTES && !isBlank(bytes, start, end);
  text.length = isName ? end - start : 0;
  text.bytes = grown(text.bytes, text.length);
  text.bytes.set(bytes.subarray(start, start + text.length));
}

function readSkywalking({ fileName, table, ledger }: ReaderContext): SpanReader {
  const log = createSpanLog(fileName, ledger);
  const { facts } = table;
  let inSpan = false;

  let trace = NONE;
  let service = NONE;
  let operation = NONE;
  let startMs = Number.NaN;
  let endMs = Number.NaN;
  const segment = holdText();
  const span = holdText();
  const parentSpan = holdText();
  /** The first reference within the trace. */
  const parentSegment = holdText();
  const parentOfSegment = holdText();
  /** The reference that is being read. */
  let referenceTrace = NONE;
  const referenceSegment = holdText();
  const referenceSpan = holdText();
  let hasReference = false;
  /** Key of the tag that is being read; values stand behind their keys. */
  let tag = NONE;

  const startSpan = (): void => {
    log.startSpan();
    facts.startSpan();
    inSpan = true;
    tag = NONE;
    trace = NONE;
    service = NONE;
    operation = NONE;
    startMs = Number.NaN;
    endMs = Number.NaN;
    for (const text of [segment, span, parentSpan, parentSegment, parentOfSegment]) text.length = 0;
    hasReference = false;
  };
  const endReference = (): void => {
    const isOfTrace = referenceTrace === NONE || trace === NONE || referenceTrace === trace;
    if (hasReference || !isOfTrace || referenceSegment.length * referenceSpan.length === 0) return;
    hasReference = true;
    hold(parentSegment, referenceSegment.bytes, 0, referenceSegment.length);
    hold(parentOfSegment, referenceSpan.bytes, 0, referenceSpan.length);
  };

  let scratch = new Uint8Array(128);
  /** "segment:span" */
  const internSpan = (ofSegment: HeldText, number: HeldText): number => {
    const length = ofSegment.length + 1 + number.length;
    scratch = grown(scratch, length);
    scratch.set(ofSegment.bytes.subarray(0, ofSegment.length));
    scratch[ofSegment.length] = COLON;
    scratch.set(number.bytes.subarray(0, number.length), ofSegment.length + 1);
    return table.spanIds.intern(scratch, 0, length);
  };
  const parentOf = (): number => {
    if (parentSpan.length > 0 && parentSpan.bytes[0] !== MINUS)
      return internSpan(segment, parentSpan);
    return hasReference ? internSpan(parentSegment, parentOfSegment) : NO_PARENT;
  };

  const findFault = (): Reason | null => {
    if (trace === NONE) return 'missing-trace-id';
    if (segment.length === 0 || span.length === 0) return 'missing-span-id';
    const us = (endMs - startMs) * 1000;
    return us < 0 || isDuration(us) ? null : 'bad-duration';
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
    if (endMs < startMs) mend('clamped-duration');
    table.add(
      trace,
      internSpan(segment, span),
      parentOf(),
      service === NONE ? table.services.internText(UNKNOWN_SERVICE) : service,
      operation === NONE ? table.operations.internText(UNKNOWN_OPERATION) : operation,
      startMs * 1000,
      Math.max(0, endMs - startMs) * 1000,
      UNLABELLED,
      log.spansRead(),
    );
  };

  type Dictionary = typeof table.spanIds;
  const intern = (names: Dictionary, bytes: Uint8Array, start: number, end: number): number =>
    end - start > MAX_NAME_BYTES || isBlank(bytes, start, end)
      ? NONE
      : names.intern(bytes, start, end);

  const take: ShapeSink['text'] = (id, bytes, start, end) => {
    switch (id) {
      case TRACE_ID:
        trace = intern(table.traceIds, bytes, start, end);
        break;
      case SEGMENT_ID:
        hold(segment, bytes, start, end);
        break;
      case SPAN_ID:
        hold(span, bytes, start, end);
        break;
      case PARENT_SPAN_ID:
        hold(parentSpan, bytes, start, end);
        break;
      case SERVICE:
        service = intern(table.services, bytes, start, end);
        break;
      case OPERATION:
        operation = intern(table.operations, bytes, start, end);
        break;
      case START:
        startMs = parseDecimal(bytes, start, end);
        break;
      case END:
        endMs = parseDecimal(bytes, start, end);
        break;
      case KIND:
        facts.sayKind(readKind(bytes, start, end));
        break;
      case TAG_KEY:
        tag = facts.key(bytes, start, end);
        break;
      case TAG_VALUE:
        if (tag !== NONE) facts.say(tag, bytes, start, end);
        break;
      case REFERENCE_TRACE_ID:
        referenceTrace = intern(table.traceIds, bytes, start, end);
        break;
      case REFERENCE_SEGMENT_ID:
        hold(referenceSegment, bytes, start, end);
        break;
      case REFERENCE_SPAN_ID:
        hold(referenceSpan, bytes, start, end);
    }
  };
  const breakOff = (reason: 'malformed-row' | 'truncated-file', place: JsonPlace): void => {
    log.loseRest(reason, inSpan, reader, place);
    inSpan = false;
  };

  const sink: ShapeSink = {
    enter: (id) => {
      if (id === SPAN) startSpan();
      else if (id === SPANS) log.startList(reader);
      else if (id === TAG) tag = NONE;
      else if (id === REFERENCE) {
        referenceTrace = NONE;
        referenceSegment.length = 0;
        referenceSpan.length = 0;
      }
    },
    leave: (id, faulty) => {
      if (id === SPAN) endSpan(faulty);
      else if (id === REFERENCE) endReference();
    },
    text: take,
    number: take,
    truth: (id, value) => {
      if (id === FAILED && value) facts.sayFailed(true);
    },
    stray: (id) => {
      if (id === SPAN) log.loseAt('malformed-row', reader);
    },
    broken: (place) => breakOff('malformed-row', place),
    cutOff: (place) => breakOff('truncated-file', place),
  };

  const reader = createShapeReader(fileName, documentShape(MOST_WRAPPERS), sink);
  return {
    read: reader.push,
    finish: () =>
      reader.finish() ??
      log.nothing(
        'an answer of SkyWalking, but no span in it',
        'Ask for the spans of a trace: queryTrace(traceId) { spans { … } }.',
      ),
    spansRead: log.spansRead,
    locate: log.locate,
  };
}
