/**
 * OTLP JSON (opentelemetry-proto, TracesData and ExportTraceServiceRequest in protobuf's JSON
 * mapping): one document, a list of them, or one per line as the Collector's file exporter writes.
 * Spans stand in `resourceSpans[].scopeSpans[].spans[]`; `instrumentationLibrarySpans` is what
 * scopeSpans were called before version 0.15, `batches` what Tempo calls resourceSpans. All of it may
 * stand within `result` (Jaeger's API v3, with an error in place of a chunk), within `trace` (Tempo),
 * or be a ResourceSpans alone, as the logging exporters write a line. Keys may be in snake_case.
 * Enums, attributes, events and links are passed over.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import { documentWay, type JsonOutline } from '../json-outline.ts';
import {
  createShapeReader,
  equalBytes,
  member,
  type Shape,
  type ShapeSink,
  scalar,
} from '../json-shapes.ts';
import { parseNanos } from '../nanoseconds.ts';
import { createOtlpSpans } from '../otlp-spans.ts';
import { createSpanLog } from '../span-log.ts';
import { MAX_NAME_BYTES, type ReaderContext, type SpanReader } from '../span-reader.ts';
import { CERTAIN, LIKELY, POSSIBLE, type Sign, type TraceFormat } from '../trace-format.ts';

export const otlpJson: TraceFormat = {
  id: 'otlp-json',
  label: 'OTLP JSON',
  writer: 'OpenTelemetry',
  gives: 'spans',
  recognise: ({ json }) => signOfResources(json),
  open: readOtlpJson,
};

const RESOURCE_LISTS = ['resourceSpans', 'resource_spans', 'batches'];
const SCOPE_LISTS = ['scopeSpans', 'scope_spans', 'instrumentationLibrarySpans'];
/** Keys of answers that have traces within. */
const WRAPPERS = ['result', 'trace', 'traces', 'data'];

const keyWithin = (keys: readonly string[]): RegExp =>
  new RegExp(`^(\\[\\]\\.)?((${WRAPPERS.join('|')})(\\[\\])?\\.)*(${keys.join('|')})$`);
const RESOURCE_LIST = keyWithin(RESOURCE_LISTS);
const SCOPE_LIST = keyWithin(SCOPE_LISTS);

function signOfResources(json: JsonOutline): Sign | null {
  const ways = [...json.ways];
  const list = ways.find((way) => RESOURCE_LIST.test(way));
  if (list) return { sure: CERTAIN, why: `it has the key ${list}` };
  const scopes = ways.find((way) => SCOPE_LIST.test(way));
  if (scopes) return { sure: LIKELY, why: `it has the key ${scopes}` };
  return documentWay(json, 'trace') ? { sure: POSSIBLE, why: 'it has the key trace' } : null;
}

const OTHER = 0;
const RESOURCE_SPANS = 1;
const ATTRIBUTE = 2;
const ATTRIBUTE_KEY = 3;
const ATTRIBUTE_TEXT = 4;
const SPANS = 5;
const SPAN = 6;
const TRACE_ID = 7;
const SPAN_ID = 8;
const PARENT_SPAN_ID = 9;
const NAME = 10;
const START = 11;
const END = 12;
const DOCUMENT = 13;
const STATUS = 14;
const ERROR = 15;

const spansOf = (keys: {
  readonly trace: string;
  readonly span: string;
  readonly parent: string;
  readonly start: string;
  readonly end: string;
}): Shape => ({
  id: OTHER,
  element: {
    id: OTHER,
    members: [
      member('spans', {
        id: SPANS,
        element: {
          id: SPAN,
          isRecord: true,
          members: [
            member(keys.trace, scalar(TRACE_ID)),
            member(keys.span, scalar(SPAN_ID)),
            member(keys.parent, scalar(PARENT_SPAN_ID)),
            member('name', scalar(NAME)),
            member(keys.start, scalar(START)),
            member(keys.end, scalar(END)),
          ],
        },
      }),
    ],
  },
});
const scopesShape = spansOf({
  trace: 'traceId',
  span: 'spanId',
  parent: 'parentSpanId',
  start: 'startTimeUnixNano',
  end: 'endTimeUnixNano',
});
const resourceShape: Shape = {
  id: OTHER,
  members: [
    member('attributes', {
      id: OTHER,
      element: {
        id: ATTRIBUTE,
        members: [
          member('key', scalar(ATTRIBUTE_KEY)),
          member('value', {
            id: OTHER,
            members: [
              member('stringValue', scalar(ATTRIBUTE_TEXT)),
              member('string_value', scalar(ATTRIBUTE_TEXT)),
            ],
          }),
        ],
      },
    }),
  ],
};
const resourceMembers = [
  member('resource', resourceShape),
  member('scopeSpans', scopesShape),
  member('instrumentationLibrarySpans', scopesShape),
  member(
    'scope_spans',
    spansOf({
      trace: 'trace_id',
      span: 'span_id',
      parent: 'parent_span_id',
      start: 'start_time_unix_nano',
      end: 'end_time_unix_nano',
    }),
  ),
] as const;
const resourcesShape: Shape = {
  id: OTHER,
  element: { id: RESOURCE_SPANS, members: resourceMembers },
};

/** @param wrappings how many answers may stand one in the other */
function documentShape(wrappings: number): Shape {
  const members = [
    ...RESOURCE_LISTS.map((key) => member(key, resourcesShape)),
    // A document may be one resource itself.
    ...resourceMembers,
    member('status', scalar(STATUS)),
    member('error', { id: ERROR, members: [], scalar: true }),
  ];
  if (wrappings > 0) {
    const within = documentShape(wrappings - 1);
    for (const key of WRAPPERS) members.push(member(key, { ...within, element: within }));
  }
  return { id: DOCUMENT, members };
}
const oneDocument = documentShape(2);
const rootShape: Shape = { ...oneDocument, element: oneDocument };

const SERVICE_NAME = encodeUtf8('service.name');
/** Tempo's word for a trace of which it holds back a part. */
const PARTIAL = encodeUtf8('PARTIAL');

function readOtlpJson(context: ReaderContext): SpanReader {
  const log = createSpanLog(context.fileName, context.ledger);
  const spans = createOtlpSpans(context, log, true);
  let inResource = false;
  /** Whether spans stand in the document itself, in no resource of a list. */
  let isResource = false;
  let inSpan = false;
  /** The attribute that is being read: whether it is the service's name, and its text. */
  let isServiceName = false;
  let text = new Uint8Array(0);
  let textLength = 0;
  let unfinished = false;

  /** Ends a resource of a list, or the document where that is one. */
  const endResource = (): void => {
    if (inResource || isResource) {
      spans.endResource();
      spans.startResource();
    }
    inResource = false;
    isResource = false;
    inSpan = false;
  };
  const notePartial = (): void =>
    context.ledger.add('partial-answer', 1, () => ({
      file: context.fileName,
      line: reader.documentLine(),
    }));

  const sink: ShapeSink = {
    enter: (id) => {
      if (id === SPAN) {
        inSpan = true;
        spans.startSpan();
      } else if (id === SPANS) {
        log.startList(reader);
        isResource = !inResource;
      } else if (id === RESOURCE_SPANS) {
        inResource = true;
        spans.startResource();
      } else if (id === ATTRIBUTE) {
        isServiceName = false;
        textLength = 0;
      } else if (id === DOCUMENT) spans.startResource();
      else if (id === ERROR) notePartial();
    },
    leave: (id, faulty) => {
      if (id === SPAN) {
        inSpan = false;
        spans.endSpan(faulty);
      } else if (id === RESOURCE_SPANS || id === DOCUMENT) endResource();
      else if (id === ATTRIBUTE && isServiceName) spans.service(text, 0, textLength);
    },
    text: (id, bytes, start, end) => {
      switch (id) {
        case TRACE_ID:
          spans.traceId(bytes, start, end);
          break;
        case SPAN_ID:
          spans.spanId(bytes, start, end);
          break;
        case PARENT_SPAN_ID:
          spans.parentSpanId(bytes, start, end);
          break;
        case NAME:
          spans.name(bytes, start, end);
          break;
        case START:
          parseNanos(bytes, start, end, spans.start);
          break;
        case END:
          parseNanos(bytes, start, end, spans.end);
          break;
        case STATUS:
          if (equalBytes(PARTIAL, bytes, start, end)) notePartial();
          break;
        case ERROR:
          if (end > start) notePartial();
          break;
        case ATTRIBUTE_KEY:
          isServiceName = equalBytes(SERVICE_NAME, bytes, start, end);
          break;
        case ATTRIBUTE_TEXT:
          textLength = end - start <= MAX_NAME_BYTES ? end - start : 0;
          if (textLength > text.length) text = new Uint8Array(textLength);
          text.set(bytes.subarray(start, start + textLength));
      }
    },
    number: (id, bytes, start, end) => {
      if (id === START) parseNanos(bytes, start, end, spans.start);
      else if (id === END) parseNanos(bytes, start, end, spans.end);
    },
    truth: () => undefined,
    stray: (id) => {
      if (id === SPAN || id === SPANS || id === RESOURCE_SPANS) log.loseAt('malformed-row', reader);
    },
    broken: ({ byte, line }) => {
      if (inSpan) log.loseUnfinished('malformed-row', byte);
      else log.loseAt('malformed-row', reader, { byte, line });
      endResource();
    },
    cutOff: ({ byte }) => {
      unfinished = true;
      if (inSpan) log.loseUnfinished('truncated-file', byte);
      else log.loseAt('truncated-file', reader, { byte });
      endResource();
    },
  };

  const reader = createShapeReader(context.fileName, rootShape, sink);
  return {
    read: reader.push,
    finish: () => {
      const failure = reader.finish();
      if (failure || log.spansRead() > 0 || unfinished) return failure;
      return {
        what: 'OTLP JSON, but no span in it',
        where: context.fileName,
        advice: 'A span stands in "resourceSpans", there in "scopeSpans", there in "spans".',
      };
    },
    spansRead: log.spansRead,
    locate: log.locate,
  };
}
