/**
 * The two messages of OTLP protobuf that are read as a whole, field by field: a span and a resource.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { encodeUtf8 } from '../base/bytes.ts';
import { equalBytes } from './json-shapes.ts';
import { fixedNanos } from './nanoseconds.ts';
import type { OtlpSpans } from './otlp-spans.ts';

/** Hands the fields of a span on; whether the bytes are one. */
export const readSpan = (bytes: Uint8Array, spans: OtlpSpans): boolean =>
  follows(() => takeSpan(new BinaryReader(bytes), spans));

/** Hands the service of a resource on; whether the bytes are one. */
export const readResource = (bytes: Uint8Array, spans: OtlpSpans): boolean =>
  follows(() => takeResource(new BinaryReader(bytes), spans));

/** Whether the bytes are what `read` takes them for: the wire reader throws where they are not. */
function follows(read: () => void): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** opentelemetry.proto.trace.v1.Span */
function takeSpan(reader: BinaryReader, spans: OtlpSpans): void {
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) {
      const bytes = reader.bytes();
      if (field === 1) spans.traceId(bytes, 0, bytes.length);
      else if (field === 2) spans.spanId(bytes, 0, bytes.length);
      else if (field === 4) spans.parentSpanId(bytes, 0, bytes.length);
      else if (field === 5) spans.name(bytes, 0, bytes.length);
    } else if (wireType === WireType.Bit64 && (field === 7 || field === 8)) {
      const low = reader.fixed32();
      fixedNanos(low, reader.fixed32(), field === 7 ? spans.start : spans.end);
    } else reader.skip(wireType, field);
  }
}

const SERVICE_NAME = encodeUtf8('service.name');

/** opentelemetry.proto.resource.v1.Resource */
function takeResource(reader: BinaryReader, spans: OtlpSpans): void {
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) {
      takeAttribute(new BinaryReader(reader.bytes()), spans);
    } else reader.skip(wireType, field);
  }
}

/** opentelemetry.proto.common.v1.KeyValue, whose value is an AnyValue. */
function takeAttribute(reader: BinaryReader, spans: OtlpSpans): void {
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
  if (isServiceName && text) spans.service(text, 0, text.length);
}

function stringValue(reader: BinaryReader): Uint8Array | null {
  let text: Uint8Array | null = null;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) text = reader.bytes();
    else reader.skip(wireType, field);
  }
  return text;
}
