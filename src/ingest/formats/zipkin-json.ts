/**
 * Zipkin JSON, version 2 (zipkin2-api.yaml) and version 1 (zipkin-api.yaml), whose kinds, services and
 * part of the times are annotations: a list of spans, a list of traces that are lists of spans, or a
 * span per line.
 * Times are microseconds. Ids are 64-bit, trace ids 64- or 128-bit, hexadecimal; a 128-bit id whose
 * upper half is 0 is the 64-bit one. Name, timestamp and duration may be missing: Zipkin says so of
 * spans that were reported in part or that are one message, so such spans are kept.
 */
import { encodeUtf8, grown } from '../../base/bytes.ts';
import type { Reason } from '../../trace/ledger.ts';
import { NO_PARENT } from '../../trace/span-columns.ts';
import { kindCode } from '../../trace/span-facts.ts';
import { labelCode } from '../../trace/trace-set.ts';
import { isBlank, parseDecimal } from '../csv-fields.ts';
import { readKind } from '../fact-words.ts';
import type { Head } from '../head.ts';
import type { JsonOutline } from '../json-outline.ts';
import {
  createShapeReader,
  type Member,
  member,
  type Shape,
  type ShapeSink,
  scalar,
} from '../json-shapes.ts';
import { createTagsReader } from '../json-tags.ts';
import { separateSharedSpans } from '../shared-spans.ts';
import { joinShortTraceIds } from '../short-trace-ids.ts';
import { createSpanLog, UNKNOWN_OPERATION, UNKNOWN_SERVICE } from '../span-log.ts';
import { isDuration, MAX_NAME_BYTES, type ReaderContext, type SpanReader } from '../span-reader.ts';
import { CERTAIN, LIKELY, POSSIBLE, type Sign, type TraceFormat } from '../trace-format.ts';
import { createZipkinAnnotations } from '../zipkin-annotations.ts';

export const zipkinJson: TraceFormat = {
  id: 'zipkin-json',
  label: 'Zipkin JSON',
  writer: 'Zipkin',
  gives: 'spans',
  recognise: signOfSpans,
  open: (context) => readZipkinJson(context, listShape(spanMembers), false),
};

/** Keys as its API has them, or as its Thrift has. */
export const zipkinV1Json: TraceFormat = {
  id: 'zipkin-v1-json',
  label: 'Zipkin v1 JSON',
  writer: 'Zipkin',
  gives: 'spans',
  recognise: ({ json }) => signOfAnnotations(json),
  open: (context) => readZipkinJson(context, listShape(v1Members), true),
};

const hasKey = ({ ways }: JsonOutline, key: string): boolean =>
  ways.has(`[].${key}`) || ways.has(`[][].${key}`) || ways.has(key);

function signOfAnnotations(json: JsonOutline): Sign | null {
  if (!hasKey(json, 'traceId') && !hasKey(json, 'trace_id')) return null;
  const key = ['annotations[].endpoint', 'binaryAnnotations', 'binary_annotations'].find((each) =>
    hasKey(json, each),
  );
  return key ? { sure: CERTAIN, why: `it is a list of objects with ${key}` } : null;
}

/** Keys of flat rows that other tools write; a span of Zipkin has `id`, and a service in its endpoint. */
const COLUMNS_OF_OTHERS = ['spanId', 'parentSpanId', 'service', 'serviceName', 'service.name'];

/** One of them at least is in any list of spans; a time alone is in any table. */
const OWN_KEYS = ['traceId', 'localEndpoint', 'remoteEndpoint'];
/** Of traces that have their spans in a list, and of spans that have their ids in an object. */
const NO_SPANS = ['spans', 'spanContext'];
const V2_KEYS = ['traceId', 'id', 'parentId', 'localEndpoint', 'remoteEndpoint', 'timestamp'];

/** The first time: Zipkin's are whole microseconds, a date of our years has 16 digits of them. */
const FIRST_TIME = /"timestamp"\s*:\s*("?[^\s,}]+)/;
const MICROSECONDS = /^\d{16}$/;

/** A span is in a list, or says where it was: {"id": 1, "data": [...]} is none. */
function signOfSpans({ json, text }: Head): Sign | null {
  const keys = V2_KEYS.filter((key) => hasKey(json, key));
  if (!OWN_KEYS.some((key) => keys.includes(key))) return null;
  if (NO_SPANS.some((key) => hasKey(json, key))) return null;
  const isAlone = V2_KEYS.some((key) => json.ways.has(key));
  if (isAlone) {
    return ['traceId', 'id', 'localEndpoint'].every((key) => json.ways.has(key))
      ? { sure: LIKELY, why: `its objects have the keys ${keys.join(', ')}` }
      : null;
  }
  const time = FIRST_TIME.exec(text)?.[1];
  const isOther =
    COLUMNS_OF_OTHERS.some((key) => hasKey(json, key)) ||
    (time !== undefined && !hasKey(json, 'localEndpoint') && !MICROSECONDS.test(time));
  const sure = ['traceId', 'id'].every((key) => keys.includes(key)) && !isOther ? LIKELY : POSSIBLE;
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
const OTHER = 11;
const ANNOTATION = 12;
const BINARY_ANNOTATION = 13;
const ANNOTATION_VALUE = 14;
const ANNOTATION_TIME = 15;
const ANNOTATION_SERVICE = 16;
const BINARY_VALUE = 17;
const TAGS = 18;
const TAG = 19;

const spanMembers = [
  member('traceId', scalar(TRACE_ID)),
  member('parentId', scalar(PARENT_ID)),
  member('id', scalar(ID)),
  member('kind', scalar(KIND)),
  member('name', scalar(NAME)),
  member('timestamp', scalar(TIMESTAMP)),
  member('duration', scalar(DURATION)),
  member('localEndpoint', { id: OTHER, members: [member('serviceName', scalar(SERVICE))] }),
  member('tags', {
    id: TAGS,
    isDirect: true,
    isRecord: true,
    asks: true,
    anyMember: scalar(TAG),
  }),
  member('shared', scalar(SHARED)),
];
/** @param own members that say what the annotation is */
const annotationsShape = (id: number, ...own: readonly Member[]): Shape => ({
  id: OTHER,
  element: {
    id,
    members: [
      ...own,
      member('timestamp', scalar(ANNOTATION_TIME)),
      member('endpoint', {
        id: OTHER,
        members: [
          member('serviceName', scalar(ANNOTATION_SERVICE)),
          member('service_name', scalar(ANNOTATION_SERVICE)),
        ],
      }),
      member('host', { id: OTHER, members: [member('service_name', scalar(ANNOTATION_SERVICE))] }),
    ],
  },
});
const binaryShape = annotationsShape(
  BINARY_ANNOTATION,
  member('key', scalar(ANNOTATION_VALUE)),
  member('value', scalar(BINARY_VALUE)),
);
const v1Members = [
  ...spanMembers,
  member('annotations', annotationsShape(ANNOTATION, member('value', scalar(ANNOTATION_VALUE)))),
  member('binaryAnnotations', binaryShape),
  member('trace_id', scalar(TRACE_ID)),
  member('parent_id', scalar(PARENT_ID)),
  member('binary_annotations', binaryShape),
];
function listShape(members: readonly Member[]): Shape {
  const spanShape: Shape = { id: SPAN, isRecord: true, members };
  const spansShape: Shape = { id: SPANS, element: spanShape };
  return {
    ...spanShape,
    asList: { id: SPANS, element: { ...spanShape, asList: spansShape } },
  };
}

const UNLABELLED = labelCode('unlabelled');
const NONE = -1;
/** Hexadecimal digits of 64 bits. */
const HALF_ID = 16;
const ZERO = 48;
const LETTER_S = 83;
const SERVER = kindCode('server');
const [TRUE, FALSE] = ['true', 'false'].map(encodeUtf8) as [Uint8Array, Uint8Array];

function readZipkinJson(
  { fileName, table, ledger }: ReaderContext,
  shape: Shape,
  isV1: boolean,
): SpanReader {
  const { facts } = table;
  const log = createSpanLog(fileName, ledger);
  const annotations = createZipkinAnnotations();
  const readTags = createTagsReader(facts);
  const firstRow = table.length;
  /** [rows of the file] */
  let serverSide = new Uint8Array(0);
  let inSpan = false;
  let lists = 0;
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
  /** Of the annotation that is being read: two bytes of what it says, and how many it has. */
  let first = 0;
  let second = 0;
  let length = 0;
  let annotatedUs = Number.NaN;
  let annotatedService = NONE;
  /** What it, or a tag, is to the facts of the span; and its value where it is. */
  let fact = NONE;
  let value = new Uint8Array(0);
  let valueLength = 0;

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
    annotations.startSpan();
    facts.startSpan();
  };

  const findFault = (): Reason | null => {
    if (trace === NONE) return 'missing-trace-id';
    if (span === NONE) return 'missing-span-id';
    return isDuration(durationUs) || durationUs === Number.POSITIVE_INFINITY
      ? null
      : 'bad-duration';
  };
  const traceId = (): string | undefined =>
    trace === NONE ? undefined : table.traceIds.text(trace);

  const endSpan = (faulty: boolean): void => {
    inSpan = false;
    // Between spans that are lines there are other lines.
    if (lists === 0 && trace === NONE && span === NONE) {
      log.forgetSpan();
      return;
    }
    const fault = faulty ? 'malformed-row' : findFault();
    if (fault) {
      log.lose(fault, traceId);
      return;
    }
    if (!isV1) {
      if (isServer) facts.sayKind(SERVER);
      addSide(service, isServer, startUs, durationUs);
      return;
    }
    for (const [i, side] of annotations.sides(startUs, durationUs).entries()) {
      if (i > 0) log.startAnother();
      facts.sayKind(side.kind);
      addSide(
        side.service === NONE ? service : side.service,
        side.isServer || isServer,
        side.startUs,
        side.durationUs,
      );
    }
  };

  /** @param us duration as {@link durationUs}, negative where two annotations are in the wrong order */
  const addSide = (
    serviceOfSide: number,
    isServerSide: boolean,
    atUs: number,
    us: number,
  ): void => {
    const mend = (reason: Reason): void => log.mend(reason, log.spansRead(), traceId);
    const isMissing = us === Number.POSITIVE_INFINITY;
    if (!isMissing && !isDuration(Math.abs(us))) {
      log.lose('bad-duration', traceId);
      return;
    }
    if (serviceOfSide === NONE) mend('unknown-service');
    if (operation === NONE) mend('unknown-operation-name');
    if (isMissing) mend('missing-duration');
    if (us < 0) mend('clamped-duration');
    serverSide = grown(serverSide, table.length - firstRow + 1);
    serverSide[table.length - firstRow] = isServerSide ? 1 : 0;
    table.add(
      trace,
      span,
      parent,
      serviceOfSide === NONE ? table.services.internText(UNKNOWN_SERVICE) : serviceOfSide,
      operation === NONE ? table.operations.internText(UNKNOWN_OPERATION) : operation,
      atUs,
      isMissing ? 0 : Math.max(0, us),
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
      if (id === SPAN) {
        if (lists === 0) log.startList(reader);
        startSpan();
      } else if (id === SPANS) {
        lists += 1;
        log.startList(reader);
      } else if (id === ANNOTATION || id === BINARY_ANNOTATION) {
        length = 0;
        annotatedUs = Number.NaN;
        annotatedService = NONE;
        fact = NONE;
        valueLength = 0;
      }
    },
    leave: (id, faulty) => {
      if (id === SPAN) endSpan(faulty);
      else if (id === SPANS) lists -= 1;
      else if (id === ANNOTATION) {
        annotations.annotation(first, second, length, annotatedUs, annotatedService);
      } else if (id === BINARY_ANNOTATION) {
        annotations.binaryAnnotation(first, second, length, annotatedService);
        if (fact !== NONE) facts.say(fact, value, 0, valueLength);
      }
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
          facts.sayKind(readKind(bytes, start, end));
          break;
        case TAG:
          facts.say(fact, bytes, start, end);
          break;
        case ANNOTATION_VALUE:
          first = bytes[start]!;
          second = bytes[start + 1]!;
          length = end - start;
          fact = facts.key(bytes, start, end);
          break;
        case BINARY_VALUE:
          valueLength = end - start <= MAX_NAME_BYTES ? end - start : 0;
          value = grown(value, valueLength);
          value.set(bytes.subarray(start, start + valueLength));
          break;
        case ANNOTATION_SERVICE:
          annotatedService = internName(table.services, bytes, start, end);
          break;
        case TIMESTAMP:
        case DURATION:
        case ANNOTATION_TIME:
          sink.number(id, bytes, start, end);
      }
    },
    number: (id, bytes, start, end) => {
      switch (id) {
        case TIMESTAMP:
          startUs = parseDecimal(bytes, start, end);
          break;
        case DURATION:
          durationUs = parseDecimal(bytes, start, end);
          break;
        case ANNOTATION_TIME:
          annotatedUs = parseDecimal(bytes, start, end);
          break;
        case TRACE_ID:
        case ID:
        case PARENT_ID:
        case BINARY_VALUE:
        case TAG:
          // Ids as Thrift has them: decimal numbers of 64 bits.
          sink.text(id, bytes, start, end);
      }
    },
    truth: (id, isTrue) => {
      if (id === SHARED) isServer ||= isTrue;
      else if (id === BINARY_VALUE || id === TAG) {
        const word = isTrue ? TRUE : FALSE;
        sink.text(id, word, 0, word.length);
      }
    },
    direct: (_, bytes, at, filled) => readTags(bytes, at, filled),
    wantsKey: (_, bytes, start, end) => {
      fact = facts.key(bytes, start, end);
      return fact !== NONE;
    },
    stray: (id) => {
      if (id === SPAN || id === SPANS) log.loseAt('malformed-row', reader);
    },
    broken: (place) => {
      log.loseRest('malformed-row', inSpan, reader, place);
      inSpan = false;
      lists = 0;
    },
    cutOff: (place) => log.loseRest('truncated-file', inSpan, reader, place),
  };

  const reader = createShapeReader(fileName, shape, sink);
  return {
    read: reader.push,
    finish: () => {
      const failure = reader.finish();
      if (failure) return failure;
      for (const row of joinShortTraceIds(table, firstRow)) {
        log.mend('padded-id', table.lineOf(row), () => table.traceIdOf(row));
      }
      separateSharedSpans(table, firstRow, serverSide);
      return log.nothing(
        'Zipkin JSON, but no span in it',
        'A Zipkin file is a list of spans, a list of traces that are lists of spans, or lines.',
      );
    },
    spansRead: log.spansRead,
    locate: log.locate,
  };
}

function isZeroOrBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== ZERO && bytes[at] !== 32) return false;
  return true;
}
