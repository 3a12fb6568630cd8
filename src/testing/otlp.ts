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

export interface OtlpAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: number;
    readonly boolValue?: boolean;
  };
}

/** A resource and its spans in protobuf. */
export interface ProtobufResource {
  readonly service?: string;
  /** Of the resource, after its service. */
  readonly attributes?: readonly OtlpAttribute[];
  readonly spans: readonly OtlpSpan[];
  /** Whether the resource is written after its spans. */
  readonly resourceLast?: boolean;
}

/** TracesData. */
export function tracesData(resources: readonly ProtobufResource[]): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const { service, attributes, spans, resourceLast } of resources) {
    writer.tag(1, WireType.LengthDelimited).fork();
    if (!resourceLast) writeResource(writer, service, attributes);
    writer.tag(2, WireType.LengthDelimited).fork();
    for (const span of spans) writeSpan(writer, span);
    writer.join();
    if (resourceLast) writeResource(writer, service, attributes);
    writer.join();
  }
  return Uint8Array.from(writer.finish());
}

function writeResource(
  writer: BinaryWriter,
  service: string | undefined,
  attributes: readonly OtlpAttribute[] = [],
): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  if (service !== undefined) {
    writeAttribute(writer, 1, { key: 'service.name', value: { stringValue: service } });
  }
  for (const attribute of attributes) writeAttribute(writer, 1, attribute);
  writer.join();
}

/** Values of other kinds are empty. */
function writeAttribute(writer: BinaryWriter, field: number, { key, value }: OtlpAttribute): void {
  const { stringValue, intValue, boolValue } = value;
  writer.tag(field, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(key);
  writer.tag(2, WireType.LengthDelimited).fork();
  if (stringValue !== undefined) writer.tag(1, WireType.LengthDelimited).string(stringValue);
  if (boolValue !== undefined) writer.tag(2, WireType.Varint).bool(boolValue);
  if (intValue !== undefined) writer.tag(3, WireType.Varint).int64(intValue);
  writer.join().join();
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
  writer.tag(6, WireType.Varint).uint32(typeof span.kind === 'number' ? span.kind : 2);
  const fixed = (field: number, nanos: unknown): void => {
    if (nanos === undefined) return;
    writer.tag(field, WireType.Bit64).fixed64(BigInt(String(nanos)));
  };
  fixed(7, span.startTimeUnixNano);
  fixed(8, span.endTimeUnixNano);
  for (const attribute of (span.attributes ?? []) as readonly OtlpAttribute[]) {
    writeAttribute(writer, 9, attribute);
  }
  const { code } = (span.status ?? {}) as { readonly code?: number };
  writer.tag(15, WireType.LengthDelimited).fork();
  if (code !== undefined) writer.tag(3, WireType.Varint).uint32(code);
  writer.join();
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
