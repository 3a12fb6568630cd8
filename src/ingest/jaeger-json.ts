/**
 * Jaeger JSON, as its UI and its query API give it: `{"data": [trace, ...]}`, an array of traces,
 * or one trace `{traceID, spans, processes}`. Times and durations are in microseconds. The parent is
 * the first CHILD_OF or FOLLOWS_FROM reference to a span of the trace.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import type { LedgerExample, Reason } from '../trace/ledger.ts';
import { NO_PARENT } from '../trace/span-columns.ts';
import { labelCode } from '../trace/trace-set.ts';
import { createJsonSlicer } from './json-slices.ts';
import { isDuration, MAX_NAME_BYTES, type ReaderContext, type SpanReader } from './span-reader.ts';

type Json = Readonly<Record<string, unknown>>;

const UNLABELLED = labelCode('unlabelled');
export const UNKNOWN_SERVICE = 'unknown-service';
/** Every span has this key once, so it counts the spans of an object that cannot be parsed. */
const SPAN_KEY = '"operationName"';

export function readJaegerJson({ fileName, table, ledger }: ReaderContext): SpanReader {
  let spansRead = 0;
  let objects = 0;
  let cutOff = false;
  /** Per trace object its path and the spans before it: from a span's ordinal to its place. */
  const pathOfTrace: string[] = [];
  const spansBefore: number[] = [];

  const example = (path: string, traceId?: string): LedgerExample => ({
    file: fileName,
    ...(path === '' ? {} : { path }),
    ...(traceId === undefined ? {} : { traceId }),
  });
  const lose = (reason: Reason, spans: number, path: string): void => {
    spansRead += spans;
    ledger.add(reason, spans, () => example(path));
  };

  const readTrace = (bytes: Uint8Array, path: string): void => {
    const text = decodeUtf8(bytes);
    const trace = parse(text);
    if (!isObject(trace)) {
      lose('malformed-row', countSpanKeys(text), path);
      return;
    }
    if (!Array.isArray(trace.spans)) {
      lose('malformed-row', 1, path);
      return;
    }
    objects += 1;
    pathOfTrace.push(path);
    spansBefore.push(spansRead);
    const processes = isObject(trace.processes) ? trace.processes : {};
    const spans: readonly unknown[] = trace.spans;
    const ids = new Set(spans.map((span) => (isObject(span) ? span.spanID : undefined)));
    for (const span of spans) {
      spansRead += 1;
      const traceId = nameOf(trace.traceID) ?? (isObject(span) ? nameOf(span.traceID) : undefined);
      const reason = readSpan(span, traceId, ids, processes);
      if (reason) ledger.add(reason, 1, () => example(placeOf(spansRead), traceId));
    }
  };

  /** Adds the span to the table, or says why not. */
  const readSpan = (
    span: unknown,
    traceId: string | undefined,
    ids: ReadonlySet<unknown>,
    processes: Json,
  ): Reason | null => {
    if (!isObject(span)) return 'malformed-row';
    if (traceId === undefined) return 'missing-trace-id';
    const id = nameOf(span.spanID);
    if (id === undefined) return 'missing-span-id';
    const operation = nameOf(span.operationName);
    if (operation === undefined) return 'missing-operation';
    const { duration, startTime } = span;
    if (typeof duration !== 'number' || !isDuration(duration)) return 'bad-duration';
    const service = serviceOf(span, processes);
    if (service === undefined) {
      ledger.add('unknown-service', 1, () => example(placeOf(spansRead), traceId));
    }
    const parent = parentOf(span, traceId, ids);
    table.add(
      table.traceIds.internText(traceId),
      table.spanIds.internText(id),
      parent === null ? NO_PARENT : table.spanIds.internText(parent),
      table.services.internText(service ?? UNKNOWN_SERVICE),
      table.operations.internText(operation),
      typeof startTime === 'number' ? startTime : Number.NaN,
      duration,
      UNLABELLED,
      spansRead,
    );
    return null;
  };

  /** @param ordinal 1-based, over the file */
  const placeOf = (ordinal: number): string => {
    let low = 0;
    for (let high = spansBefore.length; high - low > 1; ) {
      const middle = (low + high) >>> 1;
      if (spansBefore[middle]! < ordinal) low = middle;
      else high = middle;
    }
    const path = pathOfTrace[low]!;
    return `${path}${path === '' ? '' : '.'}spans[${ordinal - spansBefore[low]! - 1}]`;
  };

  const slicer = createJsonSlicer(fileName, {
    onObject: readTrace,
    onStray: (path) => lose('malformed-row', 1, path),
    onCutOff: (bytes, path) => {
      cutOff = true;
      lose('truncated-file', countSpanKeys(decodeUtf8(bytes)), path);
    },
  });

  return {
    read: (chunk) => slicer.push(chunk),
    finish: () => {
      slicer.finish();
      return objects === 0 && !cutOff ? noTrace(fileName) : null;
    },
    spansRead: () => spansRead,
    locate: (ordinal) => example(placeOf(ordinal)),
  };
}

const noTrace = (fileName: string): Failure => ({
  what: 'JSON, but no Jaeger trace in it',
  where: fileName,
  advice: 'A Jaeger file holds {"data": [...]} or {"traceID", "spans", "processes"}.',
});

/** The first reference to a span of the trace; else an id that is not there, or null for a root. */
function parentOf(span: Json, traceId: string, ids: ReadonlySet<unknown>): string | null {
  if (!Array.isArray(span.references)) return null;
  let absent: string | null = null;
  for (const reference of span.references as readonly unknown[]) {
    if (!isObject(reference)) continue;
    const { refType } = reference;
    if (refType !== 'CHILD_OF' && refType !== 'FOLLOWS_FROM') continue;
    const id = nameOf(reference.spanID);
    if (id === undefined) continue;
    const elsewhere = nameOf(reference.traceID) ?? traceId;
    if (elsewhere === traceId && ids.has(id)) return id;
    // Two traces may use the same span id; a reference into another one must not find this one's.
    absent ??= elsewhere === traceId ? id : `${elsewhere}:${id}`;
  }
  return absent;
}

function serviceOf(span: Json, processes: Json): string | undefined {
  const { processID } = span;
  // hasOwn: a process named "constructor" is not one that every object has.
  const listed =
    typeof processID === 'string' && Object.hasOwn(processes, processID)
      ? processes[processID]
      : undefined;
  const process = isObject(listed) ? listed : span.process;
  return isObject(process) ? nameOf(process.serviceName) : undefined;
}

/** A usable name or id, else undefined. */
const nameOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' && value.length <= MAX_NAME_BYTES
    ? value
    : undefined;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** At least 1: something was lost. */
function countSpanKeys(text: string): number {
  let count = 0;
  for (let at = text.indexOf(SPAN_KEY); at >= 0; at = text.indexOf(SPAN_KEY, at + 1)) count += 1;
  return Math.max(1, count);
}
