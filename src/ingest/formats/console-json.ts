/**
 * Spans as OpenTelemetry's console exporters print them, an object each, in the words of the language:
 * Python (`context.trace_id`, ids behind 0x, times as dates), Go's stdouttrace (`SpanContext.TraceID`,
 * a list of spans per batch in older versions), PHP (a list of `spans` below their resource, times in
 * nanoseconds) and Node (`traceId`, `timestamp` and `duration` in microseconds), whose objects are
 * turned into JSON first. Other JSON among them, as of a program's log, is passed over.
 */
import { encodeUtf8, grown } from '../../base/bytes.ts';
import { SPAN_KINDS } from '../../trace/span-facts.ts';
import { addNanos, parseClock, parseMicros } from '../console-times.ts';
import { parseDecimal } from '../csv-fields.ts';
import { readKind, readStatus } from '../fact-words.ts';
import type { JsonPlace } from '../json-handler.ts';
import { documentWay, type JsonOutline } from '../json-outline.ts';
import {
  createShapeReader,
  equalBytes,
  type Member,
  member,
  type Shape,
  type ShapeSink,
  scalar,
} from '../json-shapes.ts';
import { nanoseconds } from '../nanoseconds.ts';
import { createOtlpSpans } from '../otlp-spans.ts';
import { createSpanLog } from '../span-log.ts';
import { MAX_NAME_BYTES, type ReaderContext, type SpanReader } from '../span-reader.ts';
import { CERTAIN, type Sign, type TraceFormat } from '../trace-format.ts';

export const consoleJson: TraceFormat = {
  id: 'otel-console',
  label: 'OpenTelemetry console output',
  writer: 'OpenTelemetry',
  gives: 'spans',
  recognise: ({ json }) => signOfSpans(json),
  open: readConsoleJson,
};

/** Keys that one language's spans have, and no other JSON of traces. */
const KEYS = [
  ['context.trace_id', 'parent_id'],
  ['SpanContext.TraceID', 'StartTime'],
  ['spans[].context.trace_id', 'spans[].parent_span_id'],
  ['traceId', 'id', 'timestamp', 'duration', 'attributes'],
] as const;

function signOfSpans(json: JsonOutline): Sign | null {
  const keys = KEYS.find((each) => each.every((key) => documentWay(json, key)));
  return keys ? { sure: CERTAIN, why: `its objects have the keys ${keys.join(', ')}` } : null;
}

const OTHER = 0;
const ROWS = 1;
const ROW = 2;
const SPANS = 3;
const SPAN = 4;
const TRACE_ID = 5;
const SPAN_ID = 6;
const PARENT_ID = 7;
const NAME = 8;
const START = 9;
const END = 10;
const START_MICROS = 11;
const DURATION_MICROS = 12;
const KIND = 13;
const GO_KIND = 14;
const STATUS = 15;
const VALUE = 16;
const RESOURCE_VALUE = 17;
const ATTRIBUTE = 18;
const RESOURCE_ATTRIBUTE = 19;
const ATTRIBUTE_KEY = 20;
const ATTRIBUTE_VALUE = 21;

const object = (...members: readonly Member[]): Shape => ({ id: OTHER, members });
/** Go has a list of keys and values, all others an object. */
const listedShape = (id: number): Shape => ({
  id,
  members: [
    member('Key', scalar(ATTRIBUTE_KEY)),
    member('Value', object(member('Value', scalar(ATTRIBUTE_VALUE)))),
  ],
});
const attributesShape: Shape = {
  id: OTHER,
  anyMember: scalar(VALUE),
  element: listedShape(ATTRIBUTE),
};
const resourceShape: Shape = {
  id: OTHER,
  // Of older versions of Python they stand in the resource itself, of others in its "attributes".
  anyMember: { ...scalar(RESOURCE_VALUE), anyMember: scalar(RESOURCE_VALUE) },
  element: listedShape(RESOURCE_ATTRIBUTE),
};
const spanMembers = [
  member('name', scalar(NAME)),
  member(
    'context',
    object(member('trace_id', scalar(TRACE_ID)), member('span_id', scalar(SPAN_ID))),
  ),
  member('kind', scalar(KIND)),
  member('parent_id', scalar(PARENT_ID)),
  member('parent_span_id', scalar(PARENT_ID)),
  member('start_time', scalar(START)),
  member('end_time', scalar(END)),
  member('start', scalar(START)),
  member('end', scalar(END)),
  member('status', object(member('status_code', scalar(STATUS)), member('code', scalar(STATUS)))),
  member('attributes', attributesShape),
  member('resource', resourceShape),
  member('Name', scalar(NAME)),
  member(
    'SpanContext',
    object(member('TraceID', scalar(TRACE_ID)), member('SpanID', scalar(SPAN_ID))),
  ),
  member('Parent', object(member('SpanID', scalar(PARENT_ID)))),
  member('ParentSpanID', scalar(PARENT_ID)),
  member('SpanKind', scalar(GO_KIND)),
  member('StartTime', scalar(START)),
  member('EndTime', scalar(END)),
  member('Status', object(member('Code', scalar(STATUS)))),
  member('Attributes', attributesShape),
  member('Resource', resourceShape),
  member('traceId', scalar(TRACE_ID)),
  member('parentId', scalar(PARENT_ID)),
  member('parentSpanContext', object(member('spanId', scalar(PARENT_ID)))),
  member('id', scalar(SPAN_ID)),
  member('timestamp', scalar(START_MICROS)),
  member('duration', scalar(DURATION_MICROS)),
];
const rowShape: Shape = {
  id: ROW,
  isRecord: true,
  members: [
    ...spanMembers,
    member('spans', {
      id: SPANS,
      element: { id: SPAN, isRecord: true, members: spanMembers },
    }),
  ],
};
const rootShape: Shape = { ...rowShape, asList: { id: ROWS, element: rowShape } };

const SERVICE_NAME = encodeUtf8('service.name');
const NONE = -1;
const ZERO = 48;
const LETTER_X = 120;
const UNDERSCORE = 95;
const [TRUE, FALSE] = ['true', 'false'].map(encodeUtf8) as [Uint8Array, Uint8Array];

function readConsoleJson(context: ReaderContext): SpanReader {
  const { fileName, table } = context;
  const { facts } = table;
  const log = createSpanLog(fileName, context.ledger);
  const spans = createOtlpSpans(context, log, true);
  const duration = nanoseconds();
  let inSpan = false;
  /** Whether an id was seen: anything else is another line of a log. */
  let hasId = false;
  let firstRow = 0;
  let shared = facts.shared();
  let inList = false;
  /** The attribute that is being read: whether it is the service's name, or one that is kept. */
  let isService = false;
  let kept = NONE;
  let text = new Uint8Array(0);
  let textLength = 0;

  const startSpan = (): void => {
    spans.startSpan();
    facts.startSpan();
    duration.seconds = Number.NaN;
    inSpan = true;
    hasId = false;
  };
  const endSpan = (faulty: boolean): void => {
    if (!inSpan) return;
    inSpan = false;
    if (!hasId) {
      log.forgetSpan();
      return;
    }
    if (!Number.isNaN(duration.seconds)) addNanos(spans.start, duration, spans.end);
    spans.endSpan(faulty);
  };
  /** The document ends within a span, or before it had one. */
  const breakOff = (reason: 'malformed-row' | 'truncated-file', place: JsonPlace): void => {
    if (inSpan && !hasId) log.forgetSpan();
    log.loseRest(reason, inSpan && hasId, reader, place);
    inSpan = false;
    inList = false;
    endResource();
  };
  const endResource = (): void => {
    spans.endResource();
    facts.fill(shared, firstRow, table.length);
  };
  /** Python's ids are hexadecimal behind 0x. */
  const behindMark = (bytes: Uint8Array, start: number, end: number): number =>
    bytes[start] === ZERO && bytes[start + 1] === LETTER_X && end - start > 2 ? start + 2 : start;

  const sink: ShapeSink = {
    enter: (id) => {
      switch (id) {
        case ROWS:
          inList = true;
          log.startList(reader);
          break;
        case ROW:
          if (!inList) log.startList(reader);
          spans.startResource();
          firstRow = table.length;
          shared = facts.shared();
          startSpan();
          break;
        case SPANS:
          // What has spans within is none itself.
          if (inSpan) log.forgetSpan();
          inSpan = false;
          log.startList(reader);
          break;
        case SPAN:
          startSpan();
          break;
        case ATTRIBUTE:
        case RESOURCE_ATTRIBUTE:
          isService = false;
          kept = NONE;
          textLength = 0;
      }
    },
    leave: (id, faulty) => {
      switch (id) {
        case ROWS:
          inList = false;
          break;
        case ROW:
          endSpan(faulty);
          endResource();
          break;
        case SPAN:
          endSpan(faulty);
          break;
        case RESOURCE_ATTRIBUTE:
          if (isService) spans.service(text, 0, textLength);
          else if (kept !== NONE) facts.share(shared, kept, text, 0, textLength);
          break;
        case ATTRIBUTE:
          if (kept !== NONE) facts.say(kept, text, 0, textLength);
      }
    },
    text: (id, bytes, start, end) => {
      switch (id) {
        case TRACE_ID:
          hasId = true;
          spans.traceId(bytes, behindMark(bytes, start, end), end);
          break;
        case SPAN_ID:
          hasId = true;
          spans.spanId(bytes, behindMark(bytes, start, end), end);
          break;
        case PARENT_ID:
          spans.parentSpanId(bytes, behindMark(bytes, start, end), end);
          break;
        case NAME:
          spans.name(bytes, start, end);
          break;
        case KIND: {
          // PHP's begin with KIND_.
          const word = bytes[start + 4] === UNDERSCORE ? start + 5 : start;
          facts.sayKind(readKind(bytes, word, end));
          break;
        }
        case STATUS:
          facts.sayStatus(readStatus(bytes, start, end));
          break;
        case VALUE: {
          const key = reader.key();
          const named = facts.key(key, 0, key.length);
          if (named !== NONE) facts.say(named, bytes, start, end);
          break;
        }
        case RESOURCE_VALUE: {
          const key = reader.key();
          const named = facts.key(key, 0, key.length);
          if (equalBytes(SERVICE_NAME, key, 0, key.length)) spans.service(bytes, start, end);
          else if (named !== NONE) facts.share(shared, named, bytes, start, end);
          break;
        }
        case ATTRIBUTE_KEY:
          isService = equalBytes(SERVICE_NAME, bytes, start, end);
          kept = facts.key(bytes, start, end);
          break;
        case ATTRIBUTE_VALUE:
          textLength = end - start <= MAX_NAME_BYTES ? end - start : 0;
          text = grown(text, textLength);
          text.set(bytes.subarray(start, start + textLength));
          break;
        case START:
          parseClock(bytes, start, end, spans.start);
          break;
        case END:
          parseClock(bytes, start, end, spans.end);
      }
    },
    number: (id, bytes, start, end) => {
      switch (id) {
        case START_MICROS:
          parseMicros(bytes, start, end, spans.start);
          break;
        case DURATION_MICROS:
          parseMicros(bytes, start, end, duration);
          break;
        case KIND:
          // Node counts its kinds from 0.
          facts.sayKind(nodeKind(parseDecimal(bytes, start, end)));
          break;
        case GO_KIND:
          facts.sayKind(readKind(bytes, start, end));
          break;
        default:
          sink.text(id, bytes, start, end);
      }
    },
    truth: (id, value) => {
      const word = value ? TRUE : FALSE;
      if (id === VALUE || id === ATTRIBUTE_VALUE) sink.text(id, word, 0, word.length);
    },
    stray: (id) => {
      if (id === ROW || id === SPAN || id === SPANS) log.loseAt('malformed-row', reader);
    },
    broken: (place) => breakOff('malformed-row', place),
    cutOff: (place) => breakOff('truncated-file', place),
  };

  const reader = createShapeReader(fileName, rootShape, sink);
  return {
    read: reader.push,
    finish: () =>
      reader.finish() ??
      log.nothing(
        'output of a console exporter, but no span in it',
        'Check that the traces were exported at all.',
      ),
    spansRead: log.spansRead,
    locate: log.locate,
  };
}

const nodeKind = (number: number): number =>
  Number.isInteger(number) && number >= 0 && number < SPAN_KINDS.length - 1 ? number + 1 : 0;
