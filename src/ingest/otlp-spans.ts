/**
 * Where the spans of OTLP end up, whether they come as JSON or as protobuf: fields of one span at a
 * time in, rows of the span table out. The service is an attribute of the enclosing resource, which
 * may stand behind its spans; it is filled in when the resource ends.
 */
import type { Reason } from '../trace/ledger.ts';
import { NO_PARENT } from '../trace/span-columns.ts';
import { labelCode } from '../trace/trace-set.ts';
import type { TakeAttribute } from './attribute-pairs.ts';
import { isBlank } from './csv-fields.ts';
import {
  epochMicros,
  isZeroTime,
  microsBetween,
  type Nanoseconds,
  nanoseconds,
} from './nanoseconds.ts';
import { createOtlpIds, SPAN_ID_BYTES, TRACE_ID_BYTES } from './otlp-ids.ts';
import { type SpanLog, UNKNOWN_SERVICE } from './span-log.ts';
import { isDuration, MAX_NAME_BYTES, type ReaderContext } from './span-reader.ts';

const UNLABELLED = labelCode('unlabelled');
const NONE = -1;

/** A field's bytes are valid in the call only; a field that comes twice counts as it came last. */
export interface OtlpSpans {
  startResource(): void;
  service(bytes: Uint8Array, start: number, end: number): void;
  /** An attribute of the resource, its service's name among them, by what SpanFactsTable calls its key. */
  readonly resourceAttribute: TakeAttribute;
  endResource(): void;
  startSpan(): void;
  traceId(bytes: Uint8Array, start: number, end: number): void;
  spanId(bytes: Uint8Array, start: number, end: number): void;
  parentSpanId(bytes: Uint8Array, start: number, end: number): void;
  name(bytes: Uint8Array, start: number, end: number): void;
  /** For the reader to set. */
  readonly start: Nanoseconds;
  readonly end: Nanoseconds;
  /** @param faulty whether the span is not what its format says */
  endSpan(faulty: boolean): void;
}

/** @param idsAreText whether ids come as hexadecimal or base64 text, or as bytes */
export function createOtlpSpans(
  { table }: ReaderContext,
  log: SpanLog,
  idsAreText: boolean,
): OtlpSpans {
  const ids = createOtlpIds();
  const start = nanoseconds();
  const end = nanoseconds();
  const serviceKey = table.facts.serviceKey;
  const shared = table.facts.shared();
  let firstRow = 0;
  let service = NONE;
  let trace = NONE;
  let span = NONE;
  let parent = NO_PARENT;
  let operation = NONE;

  const readId = (bytes: Uint8Array, from: number, to: number, idBytes: number): number => {
    if (to - from > MAX_NAME_BYTES) return 0;
    if (!idsAreText) return ids.fromBytes(bytes, from, to);
    return isBlank(bytes, from, to) ? 0 : ids.fromText(bytes, from, to, idBytes);
  };
  const internName = (
    dictionary: typeof table.services,
    bytes: Uint8Array,
    from: number,
    to: number,
  ): number =>
    to - from > MAX_NAME_BYTES || isBlank(bytes, from, to)
      ? NONE
      : dictionary.intern(bytes, from, to);

  /** Negative where the span ends before it starts, NaN where an end is missing. */
  const duration = (): number =>
    isZeroTime(end) && !isZeroTime(start) ? Number.NaN : microsBetween(start, end);

  const findFault = (durationUs: number): Reason | null => {
    if (trace === NONE) return 'missing-trace-id';
    if (span === NONE) return 'missing-span-id';
    if (operation === NONE) return 'missing-operation';
    return isDuration(Math.abs(durationUs)) ? null : 'bad-duration';
  };

  return {
    start,
    end,
    startResource: () => {
      firstRow = table.length;
      service = NONE;
    },
    service: (bytes, from, to) => {
      service = internName(table.services, bytes, from, to);
    },
    resourceAttribute: (key, bytes, from, to, isText) => {
      if (key === serviceKey) {
        service = isText ? internName(table.services, bytes, from, to) : NONE;
      }
      table.facts.share(shared, key, bytes, from, to);
    },
    endResource: () => {
      if (service === NONE) {
        service = table.services.internText(UNKNOWN_SERVICE);
        for (let row = firstRow; row < table.length; row++) {
          log.mend('unknown-service', table.lineOf(row), () => table.traceIdOf(row));
        }
      }
      table.fillService(firstRow, service);
      table.facts.fill(shared, firstRow, table.length);
      shared.fill(0);
      table.settle();
      firstRow = table.length;
    },
    startSpan: () => {
      log.startSpan();
      table.facts.startSpan();
      trace = NONE;
      span = NONE;
      parent = NO_PARENT;
      operation = NONE;
      // Protobuf leaves a 0 out; an end at 0 is a span that never ended.
      start.seconds = 0;
      start.nanos = 0;
      end.seconds = Number.NaN;
      end.nanos = 0;
    },
    traceId: (bytes, from, to) => {
      const length = readId(bytes, from, to, TRACE_ID_BYTES);
      trace = length === 0 ? NONE : table.traceIds.internId(ids.text(), 0, length);
    },
    spanId: (bytes, from, to) => {
      const length = readId(bytes, from, to, SPAN_ID_BYTES);
      span = length === 0 ? NONE : table.spanIds.internId(ids.text(), 0, length);
    },
    parentSpanId: (bytes, from, to) => {
      const length = readId(bytes, from, to, SPAN_ID_BYTES);
      parent = length === 0 ? NO_PARENT : table.spanIds.internId(ids.text(), 0, length);
    },
    name: (bytes, from, to) => {
      operation = internName(table.operations, bytes, from, to);
    },
    endSpan: (faulty) => {
      const durationUs = duration();
      const fault = faulty ? 'malformed-row' : findFault(durationUs);
      const traceId = (): string | undefined =>
        trace === NONE ? undefined : table.traceIds.text(trace);
      if (fault) {
        log.lose(fault, traceId);
        return;
      }
      if (durationUs < 0) log.mend('clamped-duration', log.spansRead(), traceId);
      table.add(
        trace,
        span,
        parent,
        0,
        operation,
        epochMicros(start),
        Math.max(0, durationUs),
        UNLABELLED,
        log.spansRead(),
      );
    },
  };
}
