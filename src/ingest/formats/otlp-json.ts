/**
 * OTLP JSON (opentelemetry-proto, TracesData and ExportTraceServiceRequest in protobuf's JSON
 * mapping): one document, a list of them, or one per line as the Collector's file exporter writes.
 * Spans stand in `resourceSpans[].scopeSpans[].spans[]`; `instrumentationLibrarySpans` is what
 * scopeSpans were called before version 0.15, `batches` what Tempo calls resourceSpans. All of it may
 * stand within `result` (Jaeger's API v3, with an error in place of a chunk), within `trace` (Tempo),
 * or be a ResourceSpans alone, as the logging exporters write a line. Keys may be in snake_case.
 * Of attributes the few are read that are kept or that tell a status; events and links are passed over.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import { createAttributePairs, type TakeAttribute } from '../attribute-pairs.ts';
import { parseClock } from '../console-times.ts';
import { readKind, readStatus } from '../fact-words.ts';
import { documentWay, type JsonOutline } from '../json-outline.ts';
import { createPairsReader } from '../json-pairs.ts';
import { createShapeReader, equalBytes, type ShapeSink } from '../json-shapes.ts';
import { parseNanos } from '../nanoseconds.ts';
import { createOtlpParts } from '../otlp-parts.ts';
import {
  ATTRIBUTE,
  ATTRIBUTE_KEY,
  ATTRIBUTE_OTHER,
  ATTRIBUTE_TEXT,
  DOCUMENT,
  END,
  ERROR,
  KIND,
  NAME,
  OF_OTHERS,
  PARENT_SPAN_ID,
  RESOURCE_LISTS,
  RESOURCE_SPANS,
  rootShape,
  SCOPE_LISTS,
  SPAN,
  SPAN_ATTRIBUTE,
  SPAN_ATTRIBUTE_KEY,
  SPAN_ATTRIBUTE_VALUE,
  SPAN_ID,
  SPANS,
  START,
  STATUS,
  STATUS_CODE,
  TRACE_ID,
  WRAPPERS,
} from '../otlp-shapes.ts';
import { createOtlpSpans } from '../otlp-spans.ts';
import { createSpanLog } from '../span-log.ts';
import type { ReaderContext, SpanReader } from '../span-reader.ts';
import { CERTAIN, LIKELY, POSSIBLE, type Sign, type TraceFormat } from '../trace-format.ts';

export const otlpJson: TraceFormat = {
  id: 'otlp-json',
  label: 'OTLP JSON',
  writer: 'OpenTelemetry',
  gives: 'spans',
  recognise: ({ json }) => signOfResources(json),
  open: readOtlpJson,
};

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
  const isTrace =
    documentWay(json, 'trace') && !json.values.has('trace') && !json.values.has('[].trace');
  return isTrace ? { sure: POSSIBLE, why: 'it has the key trace' } : null;
}

/** Whether it is an id or a time, which may come in parts. */
const hasParts = (id: number): boolean => id >= TRACE_ID && id <= END && id !== NAME;

/** Tempo's word for a trace of which it holds back a part. */
const PARTIAL = encodeUtf8('PARTIAL');

function readOtlpJson(context: ReaderContext): SpanReader {
  const log = createSpanLog(context.fileName, context.ledger);
  const spans = createOtlpSpans(context, log, true);
  let inResource = false;
  /** Whether spans stand in the document itself, in no resource of a list. */
  let isResource = false;
  let inSpan = false;
  const { facts } = context.table;
  const say: TakeAttribute = (key, bytes, start, end) => facts.say(key, bytes, start, end);
  const ofSpan = createAttributePairs(facts, say);
  const ofResource = createAttributePairs(facts, spans.resourceAttribute);
  const readOfSpan = createPairsReader(facts, say);
  const readOfResource = createPairsReader(facts, spans.resourceAttribute);

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
  const noteOthers = (): void =>
    context.ledger.add('left-out-document', 1, () => ({
      file: context.fileName,
      line: reader.documentLine(),
    }));

  const parts = createOtlpParts();
  const endParts = (id: number): void => {
    if (id === START) parts.time(spans.start);
    else if (id === END) parts.time(spans.end);
    else {
      const { text, length } = parts.id();
      if (id === TRACE_ID) spans.traceId(text, 0, length);
      else if (id === SPAN_ID) spans.spanId(text, 0, length);
      else spans.parentSpanId(text, 0, length);
    }
  };

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
      } else if (id === SPAN_ATTRIBUTE) ofSpan.start();
      else if (id === ATTRIBUTE) ofResource.start();
      else if (id === DOCUMENT) spans.startResource();
      else if (id === ERROR) notePartial();
      else if (id === OF_OTHERS) noteOthers();
      else if (hasParts(id)) parts.start();
    },
    leave: (id, faulty) => {
      if (id === SPAN) {
        inSpan = false;
        spans.endSpan(faulty);
      } else if (id === RESOURCE_SPANS || id === DOCUMENT) endResource();
      else if (id === SPAN_ATTRIBUTE) ofSpan.end();
      else if (id === ATTRIBUTE) ofResource.end();
      else if (hasParts(id)) endParts(id);
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
          parseClock(bytes, start, end, spans.start);
          break;
        case END:
          parseClock(bytes, start, end, spans.end);
          break;
        case STATUS:
          if (equalBytes(PARTIAL, bytes, start, end)) notePartial();
          break;
        case ERROR:
          if (end > start) notePartial();
          break;
        case OF_OTHERS:
          noteOthers();
          break;
        case KIND:
          facts.sayKind(readKind(bytes, start, end));
          break;
        case STATUS_CODE:
          facts.sayStatus(readStatus(bytes, start, end));
          break;
        case SPAN_ATTRIBUTE_KEY:
          ofSpan.key(bytes, start, end);
          break;
        case SPAN_ATTRIBUTE_VALUE:
          ofSpan.value(bytes, start, end, true);
          break;
        case ATTRIBUTE_KEY:
          ofResource.key(bytes, start, end);
          break;
        case ATTRIBUTE_TEXT:
        case ATTRIBUTE_OTHER:
          ofResource.value(bytes, start, end, id === ATTRIBUTE_TEXT);
      }
    },
    number: (id, bytes, start, end) => {
      if (id === START) parseNanos(bytes, start, end, spans.start);
      else if (id === END) parseNanos(bytes, start, end, spans.end);
      else if (id === KIND) facts.sayKind(readKind(bytes, start, end));
      else if (id === STATUS_CODE) facts.sayStatus(readStatus(bytes, start, end));
      else if (id === SPAN_ATTRIBUTE_VALUE) ofSpan.value(bytes, start, end, true);
      else if (id === ATTRIBUTE_OTHER || id === ATTRIBUTE_TEXT) {
        ofResource.value(bytes, start, end, false);
      } else parts.number(id, bytes, start, end);
    },
    truth: (id, value) => {
      if (id === SPAN_ATTRIBUTE_VALUE) ofSpan.truth(value);
      else if (id === ATTRIBUTE_OTHER || id === ATTRIBUTE_TEXT) ofResource.truth(value);
    },
    direct: (id, bytes, at, filled) =>
      (id === SPAN_ATTRIBUTE ? readOfSpan : readOfResource)(bytes, at, filled),
    wants: (id) => (id === SPAN_ATTRIBUTE_VALUE ? ofSpan : ofResource).isWanted(),
    stray: (id) => {
      if (id === SPAN || id === SPANS || id === RESOURCE_SPANS) log.loseAt('malformed-row', reader);
    },
    broken: (place) => {
      log.loseRest('malformed-row', inSpan, reader, place);
      endResource();
    },
    cutOff: (place) => {
      log.loseRest('truncated-file', inSpan, reader, place);
      endResource();
    },
  };

  const reader = createShapeReader(context.fileName, rootShape, sink);
  return {
    read: reader.push,
    finish: () =>
      reader.finish() ??
      log.nothing(
        'OTLP JSON, but no span in it',
        'A span stands in "resourceSpans", there in "scopeSpans", there in "spans".',
      ),
    spansRead: log.spansRead,
    locate: log.locate,
  };
}
