/**
 * OTLP JSON (opentelemetry-proto, TracesData and ExportTraceServiceRequest in protobuf's JSON
 * mapping): one document, a list of them, or one per line as the Collector's file exporter writes.
 * Spans stand in `resourceSpans[].scopeSpans[].spans[]`; `instrumentationLibrarySpans` is what
 * scopeSpans were called before version 0.15, `batches` what Tempo calls resourceSpans, and its
 * answer may have all of it within `trace`. Enums, attributes, events and links are passed over.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import { documentWay } from '../json-outline.ts';
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
import { CERTAIN, POSSIBLE, type TraceFormat } from '../trace-format.ts';

export const otlpJson: TraceFormat = {
  id: 'otlp-json',
  label: 'OTLP JSON',
  writer: 'OpenTelemetry',
  gives: 'spans',
  recognise: ({ json }) => {
    const own = documentWay(
      json,
      'resourceSpans',
      'batches',
      'trace.resourceSpans',
      'trace.batches',
    );
    if (own) return { sure: CERTAIN, why: `it has the key ${own}` };
    return documentWay(json, 'trace') ? { sure: POSSIBLE, why: 'it has the key trace' } : null;
  },
  open: readOtlpJson,
};

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

const spanShape: Shape = {
  id: SPAN,
  isRecord: true,
  members: [
    member('traceId', scalar(TRACE_ID)),
    member('spanId', scalar(SPAN_ID)),
    member('parentSpanId', scalar(PARENT_SPAN_ID)),
    member('name', scalar(NAME)),
    member('startTimeUnixNano', scalar(START)),
    member('endTimeUnixNano', scalar(END)),
  ],
};
const scopesShape: Shape = {
  id: OTHER,
  element: { id: OTHER, members: [member('spans', { id: SPANS, element: spanShape })] },
};
const resourceShape: Shape = {
  id: OTHER,
  members: [
    member('attributes', {
      id: OTHER,
      element: {
        id: ATTRIBUTE,
        members: [
          member('key', scalar(ATTRIBUTE_KEY)),
          member('value', { id: OTHER, members: [member('stringValue', scalar(ATTRIBUTE_TEXT))] }),
        ],
      },
    }),
  ],
};
const resourcesShape: Shape = {
  id: OTHER,
  element: {
    id: RESOURCE_SPANS,
    members: [
      member('resource', resourceShape),
      member('scopeSpans', scopesShape),
      member('instrumentationLibrarySpans', scopesShape),
    ],
  },
};
const documentMembers = [
  member('resourceSpans', resourcesShape),
  member('batches', resourcesShape),
] as const;
const documentShape: Shape = {
  id: OTHER,
  members: [...documentMembers, member('trace', { id: OTHER, members: documentMembers })],
};
const rootShape: Shape = { ...documentShape, element: documentShape };

const SERVICE_NAME = encodeUtf8('service.name');

function readOtlpJson(context: ReaderContext): SpanReader {
  const log = createSpanLog(context.fileName, context.ledger);
  const spans = createOtlpSpans(context, log, true);
  let inResource = false;
  let inSpan = false;
  /** The attribute that is being read: whether it is the service's name, and its text. */
  let isServiceName = false;
  let text = new Uint8Array(0);
  let textLength = 0;
  let unfinished = false;

  const endResource = (): void => {
    if (inResource) spans.endResource();
    inResource = false;
    inSpan = false;
  };

  const sink: ShapeSink = {
    enter: (id) => {
      if (id === SPAN) {
        inSpan = true;
        spans.startSpan();
      } else if (id === SPANS) log.startList(reader);
      else if (id === RESOURCE_SPANS) {
        inResource = true;
        spans.startResource();
      } else if (id === ATTRIBUTE) {
        isServiceName = false;
        textLength = 0;
      }
    },
    leave: (id, faulty) => {
      if (id === SPAN) {
        inSpan = false;
        spans.endSpan(faulty);
      } else if (id === RESOURCE_SPANS) endResource();
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
