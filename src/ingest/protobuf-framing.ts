/**
 * Whether a file is OTLP protobuf, and how its messages are framed. Protobuf has no magic number:
 * what tells is that the lengths of the first nested messages fit into one another.
 */
import { peekVarint } from './protobuf-varint.ts';

/** What stands before each TracesData message. */
export type ProtobufFraming =
  /** Nothing: the file is one message. */
  | 'none'
  /** Its length as a varint, as protobuf's own delimited streams have it. */
  | 'varint'
  /** Its length as 4 bytes, big-endian, as the Collector's file exporter writes. */
  | 'uint32'
  /** A tag and its length: it is the trace of Tempo's TraceByIDResponse. */
  | 'tempo';

const LENGTH_DELIMITED = 2;
const tag = (field: number): number => field * 8 + LENGTH_DELIMITED;

/**
 * TracesData.resource_spans → ResourceSpans.resource or .scope_spans → Resource.attributes or
 * ScopeSpans.scope or .spans: the fields that may come first on each level.
 */
const FIRST_FIELDS: readonly (readonly number[])[] = [[tag(1)], [tag(1), tag(2)], [tag(1), tag(2)]];

/** Null where it is no OTLP protobuf. */
export function protobufFraming(head: Uint8Array): ProtobufFraming | null {
  if (isNested(head, 0, Number.POSITIVE_INFINITY)) return isAnswer(head) ? 'tempo' : 'none';
  const varint = peekVarint(head, 0, head.length);
  if (varint && varint.value > 0 && isNested(head, varint.next, varint.value)) return 'varint';
  if (head.length < 4) return null;
  const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
  return length > 0 && isNested(head, 4, length) ? 'uint32' : null;
}

/** @param length of the message that begins at `start` */
function isNested(head: Uint8Array, start: number, length: number): boolean {
  let at = start;
  let end = start + length;
  for (const fields of FIRST_FIELDS) {
    // An empty message is no evidence, but it is none against it either.
    if (at === end) return at > start + 2;
    if (!fields.includes(head[at]!)) return false;
    const inner = peekVarint(head, at + 1, head.length);
    if (!inner || inner.next + inner.value > end) return false;
    at = inner.next;
    end = at + inner.value;
  }
  return true;
}

/** What begins with the bytes of a message that is the field of another; null where it is none. */
function messageAt(head: Uint8Array, at: number, end: number, field: number): Bounds | null {
  if (at >= end || head[at] !== tag(field)) return null;
  const length = peekVarint(head, at + 1, head.length);
  if (!length || length.next + length.value > end) return null;
  return { at: length.next, end: length.next + length.value };
}
interface Bounds {
  readonly at: number;
  readonly end: number;
}

/**
 * TraceByIDResponse.trace → Trace.resource_spans → ResourceSpans: one message more than in TracesData,
 * whose first fields have the same numbers. It tells that a resource has no field 2 with a length, and
 * that what is a KeyValue in the one is its key, a text, in the other.
 */
function isAnswer(head: Uint8Array): boolean {
  const trace = messageAt(head, 0, Number.POSITIVE_INFINITY, 1);
  const spans = trace && messageAt(head, trace.at, trace.end, 1);
  if (!spans) return false;
  if (messageAt(head, spans.at, spans.end, 2)) return true;
  const resource = messageAt(head, spans.at, spans.end, 1);
  if (!resource) return false;
  if (resource.at === resource.end) return messageAt(head, resource.end, spans.end, 2) !== null;
  const attribute = messageAt(head, resource.at, resource.end, 1);
  return attribute !== null && messageAt(head, attribute.at, attribute.end, 1) !== null;
}
