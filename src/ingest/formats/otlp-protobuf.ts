/**
 * OTLP protobuf (opentelemetry-proto, trace/v1/trace.proto): a TracesData or
 * ExportTraceServiceRequest, which are the same on the wire, a stream of them with their lengths, or
 * one that is the trace of an answer of Tempo (tempopb.TraceByIDResponse).
 *
 * Only resources and spans are ever held as a whole; the messages around them are followed by their
 * lengths alone, so that memory does not follow the size of the file.
 */
import { WireType } from '@bufbuild/protobuf/wire';
import { grown } from '../../base/bytes.ts';
import type { Failure } from '../../base/result.ts';
import { readResource, readSpan } from '../otlp-messages.ts';
import { createOtlpSpans } from '../otlp-spans.ts';
import { type ProtobufFraming, protobufFraming } from '../protobuf-framing.ts';
import { peekVarint } from '../protobuf-varint.ts';
import { createSpanLog, type TreePosition } from '../span-log.ts';
import type { ReaderContext, SpanReader } from '../span-reader.ts';
import { LIKELY, type TraceFormat } from '../trace-format.ts';

export const otlpProtobuf: TraceFormat = {
  id: 'otlp-protobuf',
  label: 'OTLP protobuf',
  writer: 'OpenTelemetry',
  gives: 'spans',
  recognise: ({ bytes }) =>
    protobufFraming(bytes)
      ? { sure: LIKELY, why: 'the lengths of its first messages fit into one another' }
      : null,
  open: readOtlpProtobuf,
};

/** A larger span or resource is lost; it is not held either. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Enough to tell the framing, and any tag with its length. */
const HEAD_BYTES = 64;
const HEADER_BYTES = 15;

/** What is open, outermost first: each level has its end. */
const FILE = 0;
const MESSAGE = 1;
const RESOURCE_SPANS = 2;
const SCOPE_SPANS = 3;

/** The field of a level that holds the next one, and the field that is read as a whole. */
const INNER_FIELD = [1, 1, 2, 0];
const WHOLE_FIELD = [0, 0, 1, 2];
/** ResourceSpans.instrumentation_library_spans, before version 0.15. */
const LIBRARY_SPANS_FIELD = 1000;
/** TraceByIDResponse.status, and its value for a trace of which Tempo holds back a part. */
const STATUS_FIELD = 3;
const PARTIAL = 1;

function readOtlpProtobuf(context: ReaderContext): SpanReader {
  const { fileName } = context;
  const { facts } = context.table;
  const log = createSpanLog(fileName, context.ledger);
  const spans = createOtlpSpans(context, log, false);

  let framing: ProtobufFraming | 'unknown' = 'unknown';
  let buffer = new Uint8Array(0);
  let filled = 0;
  /** Bytes of the file before the buffer. */
  let offset = 0;
  /** Bytes to pass over before the next header. */
  let skip = 0;
  let level = FILE;
  /** By level: the byte of the file at which it ends, and how many of it there were so far. */
  const end = [Infinity, Infinity, 0, 0];
  const count = [0, 0, 0, 0];
  let failure: Failure | null = null;

  const position: TreePosition = {
    locate: (names, indices) => {
      names.length = 0;
      indices.length = 0;
      if (framing === 'tempo') names.push('trace');
      else if (framing !== 'none') {
        names.push(-1);
        indices.push(count[MESSAGE]! - 1);
      }
      ['resourceSpans', 'scopeSpans'].slice(0, Math.max(0, level - 1)).forEach((name, i) => {
        names.push(name, -1);
        indices.push(count[RESOURCE_SPANS + i]! - 1);
      });
      if (level === SCOPE_SPANS) names.push('spans');
    },
    documentLine: () => 1,
  };

  const enter = (next: number, endByte: number): void => {
    level = next;
    end[level] = endByte;
    count[level]! += 1;
    if (level < SCOPE_SPANS) count.fill(0, level + 1);
    if (level === RESOURCE_SPANS) spans.startResource();
    else if (level === SCOPE_SPANS) log.startList(position);
  };
  const leave = (): void => {
    if (level === RESOURCE_SPANS) spans.endResource();
    level -= 1;
  };

  /** A message whose fields do not fit in: what is left of it is passed over. */
  const breakOff = (byte: number): void => {
    const last = end[level]!;
    if (last === Infinity) {
      failure = {
        what: 'OTLP protobuf with a message that is broken',
        where: `${fileName}, byte ${byte}`,
        advice: 'Check that the file is whole and that it is OTLP protobuf.',
      };
      return;
    }
    log.loseAt('malformed-row', position, { byte });
    skip = last - byte;
  };

  /** Reads a span or a resource as a whole. */
  const readWhole = (start: number, length: number): void => {
    const bytes = buffer.subarray(start, start + length);
    if (level === RESOURCE_SPANS) {
      if (!readResource(bytes, spans, facts)) {
        log.loseAt('malformed-row', position, { byte: offset + start });
      }
      return;
    }
    spans.startSpan();
    spans.endSpan(!readSpan(bytes, spans, facts));
  };

  /** Reads one header, and what it announces; the byte that comes next, -1 to wait for more. */
  const step = (at: number, final: boolean): number => {
    const byte = offset + at;
    if (byte >= end[level]!) {
      leave();
      return at;
    }
    // Where a whole header cannot be missing bytes, one that does not read is broken.
    const isWhole = filled - at >= HEADER_BYTES || final;
    if (level === FILE && framing !== 'tempo') return startMessage(at, isWhole);

    const tag = peekVarint(buffer, at, filled);
    if (!tag) return isWhole && filled - at >= 5 ? broken(at) : -1;
    const field = tag.value >>> 3;
    const wireType = tag.value & 7;
    if (field === 0) return broken(at);
    if (wireType === WireType.Varint) {
      let last = tag.next;
      while (last < filled && buffer[last]! >= 128) last += 1;
      if (last - tag.next > 9 || offset + last >= end[level]!) return broken(at);
      if (last === filled) return -1;
      if (level === FILE && field === STATUS_FIELD && buffer[tag.next] === PARTIAL) {
        context.ledger.add('partial-answer', 1, () => ({ file: fileName, byte }));
      }
      return last + 1;
    }
    if (wireType === WireType.Bit64 || wireType === WireType.Bit32) {
      const width = wireType === WireType.Bit64 ? 8 : 4;
      if (offset + tag.next + width > end[level]!) return broken(at);
      skip = width;
      return tag.next;
    }
    if (wireType !== WireType.LengthDelimited) return broken(at);

    const length = peekVarint(buffer, tag.next, filled);
    if (!length) return isWhole && filled - tag.next >= 5 ? broken(at) : -1;
    const endByte = offset + length.next + length.value;
    if (endByte > end[level]!) return broken(at);
    const isInner =
      field === INNER_FIELD[level] || (level === RESOURCE_SPANS && field === LIBRARY_SPANS_FIELD);
    if (isInner) {
      enter(level + 1, endByte);
      return length.next;
    }
    if (field !== WHOLE_FIELD[level]) {
      skip = length.value;
      return length.next;
    }
    if (length.value > MAX_MESSAGE_BYTES) {
      log.loseAt('malformed-row', position, { byte });
      skip = length.value;
      return length.next;
    }
    if (length.next + length.value > filled) return -1;
    readWhole(length.next, length.value);
    return length.next + length.value;
  };

  const broken = (at: number): number => {
    breakOff(offset + at);
    return at;
  };

  const startMessage = (at: number, isWhole: boolean): number => {
    if (framing === 'none') {
      enter(MESSAGE, Infinity);
      return at;
    }
    if (framing === 'uint32') {
      if (filled - at < 4) return -1;
      const length = new DataView(buffer.buffer, at).getUint32(0);
      enter(MESSAGE, offset + at + 4 + length);
      return at + 4;
    }
    const length = peekVarint(buffer, at, filled);
    if (!length) return isWhole && filled - at >= 5 ? broken(at) : -1;
    enter(MESSAGE, offset + length.next + length.value);
    return length.next;
  };

  /** Reads what is there; the first byte that has to be kept. */
  const scan = (final: boolean): number => {
    if (framing === 'unknown') {
      if (filled < HEAD_BYTES && !final) return 0;
      framing = protobufFraming(buffer.subarray(0, filled)) ?? 'none';
    }
    let at = 0;
    while (failure === null) {
      if (skip > 0) {
        const passed = Math.min(skip, filled - at);
        skip -= passed;
        at += passed;
      }
      if (at >= filled && (skip > 0 || offset + at < end[level]! || level === FILE)) return at;
      const next = step(at, final);
      if (next < 0) return at;
      at = next;
    }
    return at;
  };

  /** The file ends within a message: whether that is within a span. */
  const cutOff = (): void => {
    const byte = offset + filled;
    const isSpan = level === SCOPE_SPANS && filled > 0 && buffer[0] === 8 * WHOLE_FIELD[level]! + 2;
    if (isSpan) {
      log.startSpan();
      log.loseUnfinished('truncated-file', byte);
    } else log.loseAt('truncated-file', position, { byte });
    while (level > FILE) leave();
  };

  return {
    read: (chunk) => {
      buffer = grown(buffer, filled + chunk.length);
      buffer.set(chunk, filled);
      filled += chunk.length;
      const kept = scan(false);
      buffer.copyWithin(0, kept, filled);
      filled -= kept;
      offset += kept;
      return failure;
    },
    finish: () => {
      const kept = scan(true);
      if (failure) return failure;
      buffer.copyWithin(0, kept, filled);
      filled -= kept;
      offset += kept;
      const isWhole = filled === 0 && skip === 0 && end[level] === Infinity;
      if (!isWhole) cutOff();
      if (log.spansRead() > 0) return null;
      return {
        what: 'OTLP protobuf, but no span in it',
        where: fileName,
        advice: 'Check that the traces were exported at all.',
      };
    },
    spansRead: log.spansRead,
    locate: log.locate,
  };
}
