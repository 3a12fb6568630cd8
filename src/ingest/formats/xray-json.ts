/**
 * Segments of AWS X-Ray, as its API gives them (BatchGetTraces: `Traces[].Segments[].Document`, each a
 * JSON text) or as they are sent: a segment a line, a list of them, a subsegment alone. Times are
 * seconds with a fraction. The service is the name of the segment, for its subsegments too; the
 * operation is the name of the segment or subsegment itself.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import type { Reason } from '../../trace/ledger.ts';
import { NO_PARENT } from '../../trace/span-columns.ts';
import { kindCode, statusCode } from '../../trace/span-facts.ts';
import { labelCode } from '../../trace/trace-set.ts';
import type { Head } from '../head.ts';
import type { JsonPlace } from '../json-handler.ts';
import { documentWay } from '../json-outline.ts';
import {
  createShapeReader,
  member,
  type Shape,
  type ShapeReader,
  type ShapeSink,
  scalar,
} from '../json-shapes.ts';
import { createSpanLog, type TreePosition, UNKNOWN_SERVICE } from '../span-log.ts';
import { isDuration, MAX_NAME_BYTES, type ReaderContext, type SpanReader } from '../span-reader.ts';
import { CERTAIN, LIKELY, POSSIBLE, type Sign, type TraceFormat } from '../trace-format.ts';
import {
  createSegmentCollector,
  FIRST_FREE_ID,
  NONE,
  SEGMENT,
  type Segment,
  type SegmentCollector,
  segmentShape,
} from '../xray-segments.ts';

export const xrayJson: TraceFormat = {
  id: 'xray-json',
  label: 'AWS X-Ray segments',
  writer: 'AWS X-Ray',
  gives: 'spans',
  recognise: signOfSegments,
  open: readXrayJson,
};

const OWN_KEYS = ['trace_id', 'id', 'name', 'start_time'] as const;
/** A list of documents that are texts, as the command line's --query gives them. */
const TEXTS = /^\[\s*(\[\s*)*"\{\s*\\"/;

const TRACE_ID_TEXT = /"trace_id"\s*:\s*"1-[0-9a-f]{8}-[0-9a-f]{24}"/i;
const SECONDS = /"start_time"\s*:\s*\d{9,10}(\.|[eE,\s}])/;

function signOfSegments({ json, text }: Head): Sign | null {
  const document = documentWay(json, 'Traces[].Segments[].Document', 'Segments[].Document');
  if (document) return { sure: CERTAIN, why: `it has the key ${document}` };
  const isList = TEXTS.test(text) && OWN_KEYS.every((key) => text.includes(`\\"${key}\\"`));
  if (isList) return { sure: CERTAIN, why: 'it is a list of segments as texts' };
  if (!OWN_KEYS.every((key) => documentWay(json, key)) || documentWay(json, 'span_id')) return null;
  // Other tools have such keys as well; the trace id of X-Ray says when the trace began.
  const sure = TRACE_ID_TEXT.test(text) ? CERTAIN : SECONDS.test(text) ? LIKELY : POSSIBLE;
  return { sure, why: `it has the keys ${OWN_KEYS.join(', ')}` };
}

const LIST = FIRST_FREE_ID;
const OTHER = FIRST_FREE_ID + 1;
const TRACE = FIRST_FREE_ID + 2;
const TRACE_ID = FIRST_FREE_ID + 3;

/** A document may be a text, or the segment itself where a tool has unpacked it. */
const documentShape: Shape = { ...segmentShape, scalar: true };
const segmentsShape: Shape = {
  id: LIST,
  element: { id: OTHER, members: [member('Document', documentShape)] },
};
const answerMembers = [
  ...segmentShape.members!,
  member('Id', scalar(TRACE_ID)),
  member('Segments', segmentsShape),
  member('Traces', {
    id: OTHER,
    element: {
      id: TRACE,
      members: [member('Id', scalar(TRACE_ID)), member('Segments', segmentsShape)],
    },
  }),
];
const rowShape: Shape = { ...documentShape, members: answerMembers };
const rootShape: Shape = {
  ...rowShape,
  asList: {
    id: LIST,
    element: { ...rowShape, asList: { id: LIST, element: documentShape } },
  },
};

const UNLABELLED = labelCode('unlabelled');
const ERROR = statusCode('error');
const [SERVER, CLIENT, INTERNAL] = (['server', 'client', 'internal'] as const).map(kindCode) as [
  number,
  number,
  number,
];
const STATUS_KEY = encodeUtf8('http.response.status_code');
const DATABASE_KEY = encodeUtf8('db.system');

/** A segment without an end: it counts where no other document of it has one. */
interface Unended {
  readonly segment: Segment;
  readonly trace: number;
  readonly parent: number;
  readonly service: number;
  readonly ordinal: number;
}

function readXrayJson({ fileName, table, ledger }: ReaderContext): SpanReader {
  const { facts } = table;
  const log = createSpanLog(fileName, ledger);
  const firstRow = table.length;
  const unended: Unended[] = [];
  /** Rows of subsegments in documents without their segment, whose service is its name. */
  const lone: number[] = [];
  let traceOfAnswer = NONE;
  let isListed = false;
  let unfinished = false;
  const position: TreePosition = {
    locate: (names, indices) => reader.locate(names, indices),
    documentLine: () => reader.documentLine(),
  };

  /** Adds a segment document: the segment, and what is in it. */
  const addDocument = (all: readonly Segment[], dropped: number): void => {
    const root = all[0];
    // An envelope, or another line of a log.
    if (!root || (root.trace === NONE && root.span === NONE)) return;
    for (const [i, segment] of all.entries()) {
      if (i === 0) log.startSpan();
      else log.startAnother();
      addSegment(segment, root);
    }
    for (let i = 0; i < dropped; i++) {
      log.startAnother();
      log.lose('malformed-row');
    }
  };

  const addSegment = (segment: Segment, root: Segment): void => {
    const trace = root.trace === NONE ? traceOfAnswer : root.trace;
    const fault = findFault(segment, trace);
    if (fault) {
      log.lose(fault, () => (trace === NONE ? undefined : table.traceIds.text(trace)));
      return;
    }
    const { inside } = segment;
    const above = inside ? inside.span : segment.parent;
    // What is in a segment without an id is nobody's root.
    const parent = above === NONE && inside ? table.spanIds.internText('(no id)') : above;
    const service = root.isSubsegment ? NONE : root.service;
    if (Number.isNaN(segment.endUs)) {
      unended.push({ segment, trace, parent, service, ordinal: log.spansRead() });
    } else addRow(segment, trace, parent, service, log.spansRead());
  };

  const findFault = (segment: Segment, trace: number): Reason | null => {
    if (segment.faulty) return unfinished ? 'truncated-file' : 'malformed-row';
    if (trace === NONE) return 'missing-trace-id';
    if (segment.span === NONE) return 'missing-span-id';
    if (segment.operation === NONE) return 'missing-operation';
    const durationUs = Math.abs(segment.endUs - segment.startUs);
    return isDuration(durationUs) || Number.isNaN(segment.endUs) ? null : 'bad-duration';
  };

  const addRow = (
    segment: Segment,
    trace: number,
    parent: number,
    service: number,
    ordinal: number,
  ): void => {
    const durationUs = segment.endUs - segment.startUs;
    if (durationUs < 0) log.mend('clamped-duration', ordinal, () => table.traceIds.text(trace));
    if (service === NONE) lone.push(table.length);
    sayFacts(segment);
    table.add(
      trace,
      segment.span,
      parent === NONE ? NO_PARENT : parent,
      Math.max(0, service),
      segment.operation,
      segment.startUs,
      // Without an end there is none.
      Math.max(0, durationUs || 0),
      UNLABELLED,
      ordinal,
    );
  };

  const sayFacts = (segment: Segment): void => {
    const { inside, isSubsegment, isCall, failed, httpStatus, database } = segment;
    facts.startSpan();
    facts.sayKind(isCall ? CLIENT : inside || isSubsegment ? INTERNAL : SERVER);
    if (failed) facts.sayStatus(ERROR);
    sayAttribute(STATUS_KEY, Number.isNaN(httpStatus) ? '' : String(httpStatus));
    sayAttribute(DATABASE_KEY, database);
  };
  const sayAttribute = (key: Uint8Array, text: string): void => {
    const kept = facts.key(key, 0, key.length);
    const value = encodeUtf8(text);
    if (kept !== NONE && text !== '') facts.say(kept, value, 0, value.length);
  };

  /** A number, for there are many. */
  const keyOf = (trace: number, span: number): number => trace * 2 ** 32 + span;

  /** A segment that is sent when it begins and when it ends is there twice: the whole one counts. */
  const addUnended = (): void => {
    if (unended.length === 0) return;
    const links = table.linksFrom(firstRow);
    const ended = new Set(Array.from(links.trace, (each, row) => keyOf(each, links.span[row]!)));
    for (const { segment, trace, parent, service, ordinal } of unended) {
      const key = keyOf(trace, segment.span);
      const traceId = (): string => table.traceIds.text(trace);
      if (ended.has(key)) {
        log.mend('duplicate-span-id', ordinal, traceId);
        continue;
      }
      ended.add(key);
      log.mend('missing-duration', ordinal, traceId);
      addRow(segment, trace, parent, service, ordinal);
    }
  };

  /** Files subsegments that came alone under the service of the segment that they are in. */
  const findServices = (): void => {
    if (lone.length === 0) return;
    const { trace, span, parent, service } = table.linksFrom(firstRow);
    const rowOf = new Map(Array.from(trace, (each, row) => [keyOf(each, span[row]!), row]));
    const nameless = new Set(lone.map((row) => row - firstRow));
    const unseen = new Set(nameless);
    for (const first of nameless) {
      const way: number[] = [];
      let at: number | undefined = first;
      while (at !== undefined && unseen.has(at)) {
        way.push(at);
        unseen.delete(at);
        at = rowOf.get(keyOf(trace[at]!, parent[at]!));
      }
      if (at === undefined || nameless.has(at)) continue;
      for (const row of way) {
        service[row] = service[at]!;
        nameless.delete(row);
      }
    }
    const unknown = table.services.internText(UNKNOWN_SERVICE);
    for (const row of nameless) {
      service[row] = unknown;
      const line = table.lineOf(firstRow + row);
      log.mend('unknown-service', line, () => table.traceIdOf(firstRow + row));
    }
  };

  /** The document of a segment, as a text within the answer. */
  const readText = (bytes: Uint8Array, start: number, end: number): void => {
    const before = log.spansRead();
    const collector = createSegmentCollector(table);
    const reader = createShapeReader(fileName, segmentShape, {
      ...sinkOf(collector),
      broken: () => addDocument(collector.breakOff(), collector.dropped()),
      cutOff: () => addDocument(collector.breakOff(), collector.dropped()),
    });
    const failure = reader.push(bytes.subarray(start, end)) ?? reader.finish();
    if (failure) addDocument(collector.breakOff(), collector.dropped());
    if (log.spansRead() === before) log.loseAt('malformed-row', position);
  };

  const sinkOf = (collector: SegmentCollector): Omit<ShapeSink, 'broken' | 'cutOff'> => ({
    enter: (id) => {
      if (id === SEGMENT) collector.enter();
    },
    leave: (id, faulty) => {
      if (id === SEGMENT) addDocument(collector.leave(faulty) ?? [], collector.dropped());
    },
    text: collector.text,
    number: collector.number,
    truth: collector.truth,
    stray: () => undefined,
  });

  const collector = createSegmentCollector(table);
  const segments = sinkOf(collector);
  const breakOff = (reason: Reason, place: Partial<JsonPlace>): void => {
    const before = log.spansRead();
    addDocument(collector.breakOff(), collector.dropped());
    if (log.spansRead() === before) log.loseAt(reason, reader, place);
    isListed = false;
  };
  const reader: ShapeReader = createShapeReader(fileName, rootShape, {
    ...segments,
    enter: (id) => {
      if (id === LIST) {
        isListed = true;
        // What has segments within is none itself.
        collector.breakOff();
        log.startList(reader);
      } else if (id === TRACE) traceOfAnswer = NONE;
      else if (id === SEGMENT && !isListed && !collector.isOpen()) {
        traceOfAnswer = NONE;
        log.startList(reader);
      }
      segments.enter(id);
    },
    leave: (id, faulty) => {
      if (id === LIST) isListed = false;
      segments.leave(id, faulty);
    },
    text: (id, bytes, start, end) => {
      if (id === SEGMENT) readText(bytes, start, end);
      else if (id !== TRACE_ID) collector.text(id, bytes, start, end);
      else if (end - start <= MAX_NAME_BYTES) {
        traceOfAnswer = table.traceIds.internId(bytes, start, end);
      }
    },
    number: (id, bytes, start, end) => {
      if (id === SEGMENT) log.loseAt('malformed-row', reader);
      else collector.number(id, bytes, start, end);
    },
    truth: (id, value) => {
      if (id === SEGMENT) log.loseAt('malformed-row', reader);
      else collector.truth(id, value);
    },
    stray: (id) => {
      if (id === SEGMENT) log.loseAt('malformed-row', reader);
    },
    broken: (place) => breakOff('malformed-row', place),
    cutOff: ({ byte }) => {
      unfinished = true;
      breakOff('truncated-file', { byte });
    },
  });

  return {
    read: reader.push,
    finish: () => {
      const failure = reader.finish();
      if (failure) return failure;
      addUnended();
      findServices();
      if (log.spansRead() > 0 || unfinished) return null;
      return {
        what: 'segments of AWS X-Ray, but none in it',
        where: fileName,
        advice: 'Give what BatchGetTraces answers, or the documents of the segments.',
      };
    },
    spansRead: log.spansRead,
    locate: log.locate,
  };
}
