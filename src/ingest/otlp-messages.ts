/**
 * The two messages of OTLP protobuf that are read as a whole, field by field: a span and a resource.
 * The wire reader throws where bytes are no message; only its own work is within reach of the catch.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { encodeUtf8 } from '../base/bytes.ts';
import { equalBytes } from './json-shapes.ts';
import { fixedNanos } from './nanoseconds.ts';
import type { OtlpSpans } from './otlp-spans.ts';

const SERVICE_NAME = encodeUtf8('service.name');

/** Hands the fields of a span on; whether the bytes are one. */
export function readSpan(bytes: Uint8Array, spans: OtlpSpans): boolean {
  const fields = parsed(() => spanFields(new BinaryReader(bytes), spans));
  if (fields === null) return false;
  const { traceId, spanId, parentSpanId, name } = fields;
  if (traceId) spans.traceId(traceId, 0, traceId.length);
  if (spanId) spans.spanId(spanId, 0, spanId.length);
  if (parentSpanId) spans.parentSpanId(parentSpanId, 0, parentSpanId.length);
  if (name) spans.name(name, 0, name.length);
  return true;
}

/** Hands the service of a resource on; whether the bytes are one. */
export function readResource(bytes: Uint8Array, spans: OtlpSpans): boolean {
  const fields = parsed(() => resourceFields(new BinaryReader(bytes)));
  if (fields === null) return false;
  if (fields.service) spans.service(fields.service, 0, fields.service.length);
  return true;
}

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

/** opentelemetry.proto.trace.v1.Span; its times go to `times`. */
function spanFields(reader: BinaryReader, times: Pick<OtlpSpans, 'start' | 'end'>): SpanFields {
  const fields: SpanFields = {};
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) {
      const bytes = reader.bytes();
      if (field === 1) fields.traceId = bytes;
      else if (field === 2) fields.spanId = bytes;
      else if (field === 4) fields.parentSpanId = bytes;
      else if (field === 5) fields.name = bytes;
    } else if (wireType === WireType.Bit64 && (field === 7 || field === 8)) {
      const low = reader.fixed32();
      fixedNanos(low, reader.fixed32(), field === 7 ? times.start : times.end);
    } else reader.skip(wireType, field);
  }
  return fields;
}

/** opentelemetry.proto.resource.v1.Resource */
function resourceFields(reader: BinaryReader): { readonly service: Uint8Array | null } {
  let service: Uint8Array | null = null;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) {
      service = serviceOf(new BinaryReader(reader.bytes())) ?? service;
    } else reader.skip(wireType, field);
  }
  return { service };
}

/** opentelemetry.proto.common.v1.KeyValue; null if it is another attribute. */
function serviceOf(reader: BinaryReader): Uint8Array | null {
  let isServiceName = false;
  let text: Uint8Array | null = null;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, field);
      continue;
    }
    const bytes = reader.bytes();
    if (field === 1) isServiceName = equalBytes(SERVICE_NAME, bytes, 0, bytes.length);
    else if (field === 2) text = stringValue(new BinaryReader(bytes));
  }
  return isServiceName ? text : null;
}

/** opentelemetry.proto.common.v1.AnyValue; null if it is no string. */
function stringValue(reader: BinaryReader): Uint8Array | null {
  let text: Uint8Array | null = null;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) text = reader.bytes();
    else reader.skip(wireType, field);
  }
  return text;
}
