/**
 * Jaeger JSON, as its UI and its query API give it: `{"data": [trace, ...]}`, an array of traces,
 * or one trace `{traceID, spans, processes}`. Times and durations are in microseconds. The parent is
 * the first CHILD_OF or FOLLOWS_FROM reference to a span of the trace. A trace may be of any size:
 * none is ever held as a whole.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import type { Reason } from '../../trace/ledger.ts';
import { NO_PARENT } from '../../trace/span-columns.ts';
import { labelCode } from '../../trace/trace-set.ts';
import { isBlank, parseDecimal } from '../csv-fields.ts';
import {
  DOCUMENT,
  DURATION,
  indexShape,
  OF_OTHERS,
  OLD_PARENT,
  OPERATION,
  OWN_SERVICE,
  PROCESS,
  PROCESS_ID,
  REFERENCE,
  REFERENCE_SPAN_ID,
  REFERENCE_TRACE_ID,
  REFERENCE_TYPE,
  ROW,
  rootShape,
  SERVICE,
  SPAN,
  SPAN_ID,
  SPAN_TRACE_ID,
  SPANS,
  START,
  TRACE,
  TRACE_ID,
  WITHIN,
} from '../jaeger-shapes.ts';
import { createJaegerTags } from '../jaeger-tags.ts';
import { documentWay, type JsonOutline } from '../json-outline.ts';
import { createShapeReader, equalBytes, type Shape, type ShapeSink } from '../json-shapes.ts';
import { createProcessServices } from '../process-services.ts';
import { createSpanLog, UNKNOWN_SERVICE } from '../span-log.ts';
import { isDuration, MAX_NAME_BYTES, type ReaderContext, type SpanReader } from '../span-reader.ts';
import { createSpanReferences } from '../span-references.ts';
import { CERTAIN, LIKELY, POSSIBLE, type Sign, type TraceFormat } from '../trace-format.ts';

/** Of one trace. */
const TRACE_KEYS = ['traceID', 'spans', 'processes'] as const;

export const jaegerJson: TraceFormat = {
  id: 'jaeger-json',
  label: 'Jaeger JSON',
  writer: 'Jaeger',
  gives: 'spans',
  recognise: ({ json, whole }) => signOfTraces(json, whole),
  open: (context) => readJaegerJson(context, rootShape),
};

/** Jaeger's spans as its Elasticsearch storage keeps them: dumps, answers of a search, bare spans. */
export const jaegerElasticsearch: TraceFormat = {
  id: 'jaeger-elasticsearch',
  label: 'Jaeger spans from Elasticsearch',
  writer: 'Jaeger',
  gives: 'spans',
  recognise: ({ json }) => signOfIndex(json),
  open: (context) => readJaegerJson(context, indexShape),
};

function signOfIndex(json: JsonOutline): Sign | null {
  const span = documentWay(json, '_source.spanID', 'hits.hits[]._source.spanID');
  if (span) return { sure: CERTAIN, why: `it has the key ${span}` };
  const own = ['traceID', 'spanID', 'operationName', 'process'];
  return own.every((key) => documentWay(json, key))
    ? { sure: CERTAIN, why: `it has the keys ${own.join(', ')}` }
    : null;
}

/** Names that other tools have for a span's id, or for what holds it. */
const OTHER_IDS = ['spanId', 'span_id', 'id', 'context', 'span-id'];

const OWN_IN_SPAN = ['traceID', 'traceId', 'operationName', 'processID', 'references'];

/** Rows that have a trace id each, and spans whose ids have another name. */
function isOfOthers(json: JsonOutline, within: string): boolean {
  const has = (way: string): boolean =>
    documentWay(json, within === '' ? way : `${within}.${way}`) !== undefined;
  if (!has('spans')) return within !== '' && has('spanID');
  if (has('spans[].spanID')) return false;
  const isOtherObject = has('spans[].name') && !OWN_IN_SPAN.some((key) => has(`spans[].${key}`));
  return isOtherObject || OTHER_IDS.some((key) => has(`spans[].${key}`));
}

/** An envelope around traces, traces, or what has a key of either. */
function signOfTraces(json: JsonOutline, whole: boolean): Sign | null {
  for (const within of ['data[]', 'data']) {
    const keys = TRACE_KEYS.filter((key) => documentWay(json, `${within}.${key}`));
    if (keys.length > 0 && !isOfOthers(json, within)) {
      return { sure: CERTAIN, why: `its data have ${keys.join(', ')}` };
    }
  }
  const own = isOfOthers(json, '') ? [] : TRACE_KEYS.filter((key) => documentWay(json, key));
  if (own.length > 1) return { sure: LIKELY, why: `it has the keys ${own.join(', ')}` };
  // An error may name the trace that it is about.
  const isBare = own.length === 1 && own[0] === 'traceID' && whole;
  if (own.length === 1 && !isBare) return { sure: POSSIBLE, why: `it has the key ${own[0]}` };
  return null;
}

const UNLABELLED = labelCode('unlabelled');
const NONE = -1;
/** References of one span that are looked at. */
const MAX_REFERENCES = 64;
const PARENT_TYPES = ['CHILD_OF', 'FOLLOWS_FROM'].map(encodeUtf8);

function readJaegerJson({ fileName, table, ledger }: ReaderContext, shape: Shape): SpanReader {
  const { facts } = table;
  const log = createSpanLog(fileName, ledger);
  const references = createSpanReferences(table, table.length);
  const processes = createProcessServices(facts);
  const tags = createJaegerTags(facts, processes.attribute);
  let traces = 0;
  let inSpan = false;
  /** Whether the document or element that is being read may be a span itself. */
  let inRow = false;
  let inList = false;
  let unfinished = false;

  let firstRow = table.length;
  let traceOfDocument = NONE;
  let hasSpans = false;
  let process = NONE;

  let trace = NONE;
  let span = NONE;
  let operation = NONE;
  let startUs = Number.NaN;
  let durationUs = Number.NaN;
  let processOfSpan = NONE;
  let ownService = NONE;
  /** Of a span without references. */
  let oldParent = NONE;
  /** References to parents: their spans, and their traces where they name one. */
  const parents: number[] = [];
  const tracesOfParents: number[] = [];
  let isParent = false;
  let referenceTrace = NONE;
  let referenceSpan = NONE;

  const startTrace = (): void => {
    firstRow = table.length;
    processes.startTrace(firstRow);
    traceOfDocument = NONE;
    hasSpans = false;
  };

  /** Files the spans of the trace under their services, now that all its processes are known. */
  const endTrace = (): void => {
    let service = NONE;
    let first = firstRow;
    for (let row = firstRow; row < table.length; row++) {
      const own = processes.serviceOf(row);
      if (own === NONE) {
        log.mend('unknown-service', table.lineOf(row), () => table.traceIdOf(row));
      }
      const next = own === NONE ? table.services.internText(UNKNOWN_SERVICE) : own;
      if (next === service) continue;
      table.fillService(first, Math.max(0, service));
      first = row;
      service = next;
    }
    table.fillService(first, Math.max(0, service));
    processes.fillAttributes(table.length);
    // rows that wait for another parent have to stay where they are
    if (!references.areOpen() && table.settle()) {
      processes.startTrace(table.length);
      traceOfDocument = NONE;
      trace = NONE;
    }
    firstRow = table.length;
  };

  const startSpan = (): void => {
    inSpan = true;
    facts.startSpan();
    trace = traceOfDocument;
    span = NONE;
    operation = NONE;
    startUs = Number.NaN;
    durationUs = Number.NaN;
    processOfSpan = NONE;
    ownService = NONE;
    oldParent = NONE;
    parents.length = 0;
    tracesOfParents.length = 0;
  };

  const findFault = (): Reason | null => {
    if (trace === NONE) return 'missing-trace-id';
    if (span === NONE) return 'missing-span-id';
    if (operation === NONE) return 'missing-operation';
    return isDuration(durationUs) ? null : 'bad-duration';
  };

  const endSpan = (faulty: boolean): void => {
    inSpan = false;
    const fault = faulty ? 'malformed-row' : findFault();
    if (fault) {
      log.lose(fault, () => (trace === NONE ? undefined : table.traceIds.text(trace)));
      return;
    }
    const row = table.length;
    processes.addRow(row, processOfSpan, ownService);
    table.add(
      trace,
      span,
      parentOf(),
      0,
      operation,
      startUs,
      durationUs,
      UNLABELLED,
      log.spansRead(),
    );
    if (parents.length > 1) {
      const near = parents.filter((_, i) => isNear(i));
      if (near.length > 0) references.add(row, near);
    }
  };

  /** A row with neither id is something else, as a line before each document of a bulk file. */
  const endRow = (faulty: boolean): void => {
    if (inRow && (trace !== NONE || span !== NONE)) {
      log.startSpan();
      endSpan(faulty);
    }
    inRow = false;
    inSpan = false;
  };
  const loseSpan = (reason: Reason, byte: number): void => {
    if (inRow) log.startSpan();
    log.loseUnfinished(reason, byte);
  };

  const parentOf = (): number => {
    if (parents.length > 0) return isNear(0) ? parents[0]! : farParent();
    return oldParent === NONE ? NO_PARENT : oldParent;
  };
  const isNear = (reference: number): boolean => {
    const elsewhere = tracesOfParents[reference]!;
    return elsewhere === NONE || elsewhere === trace;
  };
  /** Two traces may use the same span id; a reference into another one must not find this one's. */
  const farParent = (): number => {
    const elsewhere = table.traceIds.text(tracesOfParents[0]!);
    return table.spanIds.internText(`${elsewhere}:${table.spanIds.text(parents[0]!)}`);
  };

  /** Zeros, as some tools write that there is no parent. */
  const isNone = (bytes: Uint8Array, start: number, end: number): boolean => {
    for (let at = start; at < end; at++) if (bytes[at] !== 48) return false;
    return true;
  };
  type Dictionary = typeof table.spanIds;
  const intern = (dictionary: Dictionary, bytes: Uint8Array, start: number, end: number): number =>
    end - start > MAX_NAME_BYTES || isBlank(bytes, start, end)
      ? NONE
      : dictionary.intern(bytes, start, end);
  const internId = (dictionary: Dictionary, bytes: Uint8Array, start: number, end: number) =>
    end - start > MAX_NAME_BYTES || isBlank(bytes, start, end)
      ? NONE
      : dictionary.internId(bytes, start, end);

  const sink: ShapeSink = {
    enter: (id) => {
      switch (id) {
        case SPAN:
          inRow = false;
          log.startSpan();
          startSpan();
          break;
        case ROW:
          startTrace();
          startSpan();
          inRow = true;
          if (inList) break;
          traces += 1;
          log.startList(reader);
          break;
        case WITHIN:
          inRow = false;
          inSpan = false;
          break;
        case REFERENCE:
          isParent = false;
          referenceTrace = NONE;
          referenceSpan = NONE;
          break;
        case SPANS:
          hasSpans = true;
          inList = true;
          traces += 1;
          log.startList(reader);
          break;
        case TRACE:
          // A document may be a trace itself, and have others within.
          endTrace();
          startTrace();
          break;
        case DOCUMENT:
          startTrace();
          break;
        case OF_OTHERS:
          ledger.add('left-out-document', 1, () => ({
            file: fileName,
            line: reader.documentLine(),
          }));
          break;
        case PROCESS:
          process = processes.process(reader.key(), 0, reader.key().length);
          processes.define(process, NONE);
          break;
        default:
          tags.enter(id);
      }
    },
    leave: (id, faulty) => {
      switch (id) {
        case SPAN:
          endSpan(faulty);
          break;
        case SPANS:
          inList = false;
          break;
        case ROW:
          endRow(faulty);
          endTrace();
          break;
        case REFERENCE:
          if (!isParent || referenceSpan === NONE || parents.length === MAX_REFERENCES) break;
          parents.push(referenceSpan);
          tracesOfParents.push(referenceTrace);
          break;
        case TRACE:
          if (!hasSpans) log.loseAt('malformed-row', reader);
          endTrace();
          break;
        case DOCUMENT:
          endTrace();
          break;
        default:
          tags.leave(id);
      }
    },
    text: (id, bytes, start, end) => {
      switch (id) {
        case TRACE_ID:
          traceOfDocument = internId(table.traceIds, bytes, start, end);
          break;
        case SPAN_TRACE_ID:
          if (traceOfDocument === NONE) trace = internId(table.traceIds, bytes, start, end);
          break;
        case SPAN_ID:
          span = internId(table.spanIds, bytes, start, end);
          break;
        case OPERATION:
          operation = intern(table.operations, bytes, start, end);
          break;
        case PROCESS_ID:
          processOfSpan = processes.process(bytes, start, Math.min(end, start + MAX_NAME_BYTES));
          break;
        case OWN_SERVICE:
          ownService = intern(table.services, bytes, start, end);
          break;
        case REFERENCE_TYPE:
          isParent = PARENT_TYPES.some((type) => equalBytes(type, bytes, start, end));
          break;
        case REFERENCE_TRACE_ID:
          referenceTrace = internId(table.traceIds, bytes, start, end);
          break;
        case REFERENCE_SPAN_ID:
          referenceSpan = internId(table.spanIds, bytes, start, end);
          break;
        case OLD_PARENT:
          oldParent = isNone(bytes, start, end) ? NONE : internId(table.spanIds, bytes, start, end);
          break;
        case START:
          startUs = parseDecimal(bytes, start, end);
          break;
        case DURATION:
          durationUs = parseDecimal(bytes, start, end);
          break;
        case SERVICE:
          processes.define(process, intern(table.services, bytes, start, end));
          break;
        default:
          tags.text(id, bytes, start, end);
      }
    },
    number: (id, bytes, start, end) => {
      if (id === START) startUs = parseDecimal(bytes, start, end);
      else if (id === DURATION) durationUs = parseDecimal(bytes, start, end);
      else tags.number(id, bytes, start, end);
    },
    truth: tags.truth,
    direct: tags.direct,
    wants: tags.wants,
    wantsKey: tags.wantsKey,
    stray: (id) => {
      if (id === SPANS) hasSpans = true;
      if (id === SPAN || id === SPANS || id === TRACE) log.loseAt('malformed-row', reader);
    },
    broken: ({ byte, line }) => {
      if (inSpan) loseSpan('malformed-row', byte);
      else log.loseAt('malformed-row', reader, { byte, line });
      inSpan = false;
      inRow = false;
      inList = false;
      endTrace();
    },
    cutOff: ({ byte }) => {
      unfinished = true;
      if (inSpan) loseSpan('truncated-file', byte);
      else log.loseAt('truncated-file', reader, { byte });
      endTrace();
    },
  };

  const reader = createShapeReader(fileName, shape, sink);
  return {
    read: reader.push,
    finish: () => {
      const failure = reader.finish();
      if (failure) return failure;
      references.resolve();
      if (traces > 0 || unfinished) return null;
      return {
        what: 'Jaeger JSON, but no trace in it',
        where: fileName,
        advice: 'A Jaeger file holds {"data": [...]} or {"traceID", "spans", "processes"}.',
      };
    },
    spansRead: log.spansRead,
    locate: log.locate,
  };
}
