/** OTLP for tests: small documents as objects, and their bytes in protobuf. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export interface OtlpSpan {
  readonly traceId?: unknown;
  readonly spanId?: unknown;
  readonly parentSpanId?: unknown;
  readonly name?: unknown;
  readonly startTimeUnixNano?: unknown;
  readonly endTimeUnixNano?: unknown;
  readonly [field: string]: unknown;
}

export const SAMPLE_TRACE_ID = '0123456789abcdef0123456789abcdef';

/** A span of 1 ms; ids of two digits at least, repeated to their size. */
export const otlpSpan = (
  id: string,
  parent: string,
  name: string,
  more: OtlpSpan = {},
): OtlpSpan => ({
  traceId: SAMPLE_TRACE_ID,
  spanId: id.padStart(16, '0'),
  parentSpanId: parent === '' ? '' : parent.padStart(16, '0'),
  name,
  kind: 2,
  startTimeUnixNano: '1706678909209712000',
  endTimeUnixNano: '1706678909210712000',
  attributes: [{ key: 'a "key"', value: { kvlistValue: { values: [{ key: '{[', value: {} }] } } }],
  status: {},
  ...more,
});

export const resourceOf = (service: string): object => ({
  attributes: [
    { key: 'telemetry.sdk.name', value: { stringValue: 'opentelemetry' } },
    { key: 'service.name', value: { stringValue: service } },
  ],
});

export const resourceSpans = (service: string, ...spans: readonly OtlpSpan[]): object => ({
  resource: resourceOf(service),
  scopeSpans: [{ scope: { name: 'tests' }, spans }],
});

/** A resource and its spans in protobuf. */
export interface ProtobufResource {
  readonly service?: string;
  readonly spans: readonly OtlpSpan[];
  /** Whether the resource is written after its spans. */
  readonly resourceLast?: boolean;
}

/** TracesData. */
export function tracesData(resources: readonly ProtobufResource[]): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const { service, spans, resourceLast } of resources) {
    writer.tag(1, WireType.LengthDelimited).fork();
    if (!resourceLast) writeResource(writer, service);
    writer.tag(2, WireType.LengthDelimited).fork();
    for (const span of spans) writeSpan(writer, span);
    writer.join();
    if (resourceLast) writeResource(writer, service);
    writer.join();
  }
  return Uint8Array.from(writer.finish());
}

function writeResource(writer: BinaryWriter, service: string | undefined): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  if (service !== undefined) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string('service.name');
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(service);
    writer.join().join();
  }
  writer.join();
}

function writeSpan(writer: BinaryWriter, span: OtlpSpan): void {
  writer.tag(2, WireType.LengthDelimited).fork();
  const hex = (field: number, id: unknown): void => {
    if (typeof id !== 'string' || id === '') return;
    writer.tag(field, WireType.LengthDelimited).bytes(Uint8Array.from(Buffer.from(id, 'hex')));
  };
  hex(1, span.traceId);
  hex(2, span.spanId);
  hex(4, span.parentSpanId);
  if (typeof span.name === 'string') writer.tag(5, WireType.LengthDelimited).string(span.name);
  writer.tag(6, WireType.Varint).uint32(2);
  const fixed = (field: number, nanos: unknown): void => {
    if (nanos === undefined) return;
    writer.tag(field, WireType.Bit64).fixed64(BigInt(String(nanos)));
  };
  fixed(7, span.startTimeUnixNano);
  fixed(8, span.endTimeUnixNano);
  writer.join();
}

/** Messages with their lengths before them, as varints or as 4 bytes big-endian. */
export function delimited(
  framing: 'varint' | 'uint32',
  messages: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const parts = messages.flatMap((message) => {
    const length =
      framing === 'varint'
        ? new BinaryWriter().uint32(message.length).finish()
        : Uint8Array.of(0, 0, message.length >> 8, message.length & 255);
    return [length, message];
  });
  return Uint8Array.from(Buffer.concat(parts));
}
