/**
 * The two messages of OTLP protobuf that are read as a whole, field by field: a span and a resource.
 * The wire reader throws where bytes are no message; only its own work is within reach of the catch.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { encodeUtf8 } from '../base/bytes.ts';
import { SPAN_KINDS, SPAN_STATUSES } from '../trace/span-facts.ts';
import type { TakeAttribute } from './attribute-pairs.ts';
import { fixedNanos } from './nanoseconds.ts';
import type { OtlpSpans } from './otlp-spans.ts';
import type { SpanFactsTable } from './span-facts-table.ts';

/** Hands the fields of a span on; whether the bytes are one. */
export function readSpan(bytes: Uint8Array, spans: OtlpSpans, facts: SpanFactsTable): boolean {
  const say: TakeAttribute = (key, value, start, end) => facts.say(key, value, start, end);
  const fields = parsed(() => spanFields(new BinaryReader(bytes), spans, facts, say));
  if (fields === null) return false;
  const { traceId, spanId, parentSpanId, name } = fields;
  if (traceId) spans.traceId(traceId, 0, traceId.length);
  if (spanId) spans.spanId(spanId, 0, spanId.length);
  if (parentSpanId) spans.parentSpanId(parentSpanId, 0, parentSpanId.length);
  if (name) spans.name(name, 0, name.length);
  return true;
}

/** Hands the attributes of a resource on; whether the bytes are one. */
export const readResource = (bytes: Uint8Array, spans: OtlpSpans, facts: SpanFactsTable): boolean =>
  parsed(() => resourceFields(new BinaryReader(bytes), facts, spans.resourceAttribute)) !== null;

function parsed<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}

interface SpanFields {
  traceId?: Uint8Array;
  spanId?: Uint8Array;
  parentSpanId?: Uint8Array;
  name?: Uint8Array;
}

/** opentelemetry.proto.trace.v1.Span; its times go to `times`, what it carries to `facts`. */
function spanFields(
  reader: BinaryReader,
  times: Pick<OtlpSpans, 'start' | 'end'>,
  facts: SpanFactsTable,
  say: TakeAttribute,
): SpanFields {
  const fields: SpanFields = {};
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) {
      const bytes = reader.bytes();
      if (field === 1) fields.traceId = bytes;
      else if (field === 2) fields.spanId = bytes;
      else if (field === 4) fields.parentSpanId = bytes;
      else if (field === 5) fields.name = bytes;
      else if (field === 9) readAttribute(bytes, facts, say);
      else if (field === 15) facts.sayStatus(statusOf(new BinaryReader(bytes)));
    } else if (wireType === WireType.Bit64 && (field === 7 || field === 8)) {
      const low = reader.fixed32();
      fixedNanos(low, reader.fixed32(), field === 7 ? times.start : times.end);
    } else if (field === 6 && wireType === WireType.Varint) facts.sayKind(kindOf(reader.uint32()));
    else reader.skip(wireType, field);
  }
  return fields;
}

const kindOf = (kind: number): number => (kind < SPAN_KINDS.length ? kind : 0);

/** opentelemetry.proto.trace.v1.Status */
function statusOf(reader: BinaryReader): number {
  let code = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 3 && wireType === WireType.Varint) code = reader.uint32();
    else reader.skip(wireType, field);
  }
  return code < SPAN_STATUSES.length ? code : 0;
}

/** opentelemetry.proto.resource.v1.Resource */
function resourceFields(reader: BinaryReader, facts: SpanFactsTable, take: TakeAttribute): true {
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) {
      readAttribute(reader.bytes(), facts, take);
    } else reader.skip(wireType, field);
  }
  return true;
}

/** The tag of a KeyValue's key, and the lengths that are one byte. */
const KEY_TAG = 0x0a;
const SHORT = 128;

/** opentelemetry.proto.common.v1.KeyValue */
function readAttribute(bytes: Uint8Array, facts: SpanFactsTable, take: TakeAttribute): void {
  const length = bytes[1] ?? SHORT;
  // Most attributes are not wanted, and their key stands first: it is all that is looked at.
  const isPlain = bytes[0] === KEY_TAG && length < SHORT && length + 2 <= bytes.length;
  if (isPlain && facts.key(bytes, 2, 2 + length) < 0) return;
  const reader = new BinaryReader(bytes);
  let key = -1;
  let value: AnyText | null = null;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, field);
      continue;
    }
    const part = reader.bytes();
    if (field === 1) key = facts.key(part, 0, part.length);
    else if (field === 2) value = anyText(new BinaryReader(part));
  }
  if (key >= 0 && value !== null) take(key, value.text, 0, value.text.length, value.isText);
}

interface AnyText {
  readonly text: Uint8Array;
  /** Whether it was one from the beginning. */
  readonly isText: boolean;
}

/** opentelemetry.proto.common.v1.AnyValue as text; null where it is a list, a map or bytes. */
function anyText(reader: BinaryReader): AnyText | null {
  let value: AnyText | null = null;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) {
      value = { text: reader.bytes(), isText: true };
    } else if (field === 2 && wireType === WireType.Varint) value = textOf(reader.bool());
    else if (field === 3 && wireType === WireType.Varint) value = textOf(reader.int64());
    else if (field === 4 && wireType === WireType.Bit64) value = textOf(reader.double());
    else reader.skip(wireType, field);
  }
  return value;
}

const textOf = (value: boolean | number | bigint | string): AnyText => ({
  text: encodeUtf8(String(value)),
  isText: false,
});
