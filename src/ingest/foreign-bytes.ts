/**
 * What a file of bytes is that no format recognises, by its first bytes: what people drop by mistake,
 * and what other tools write that could be turned into traces.
 */
import type { Foreign } from './foreign-json-kinds.ts';

const text = (word: string): readonly number[] => Array.from(word, (each) => each.charCodeAt(0));

const UNPACK = 'Unpack it, or give what is in it in a zip archive or packed by gzip.';
const AS_TABLE = 'Write the table as Parquet or CSV, with a span in each row.';
const AS_PARQUET = 'Write the table as Parquet (df.to_parquet) or CSV, with a span in each row.';
const TRACING_SYSTEM =
  'Export traces from a tracing system, such as Jaeger, Tempo or the OpenTelemetry Collector.';
const AS_JSON = 'Ask for the same traces as JSON.';

/** First bytes, what such a file is, and what to do; null for the usual advice. */
const MAGIC: readonly (readonly [readonly number[], what: string, advice: string | null])[] = [
  [[0x89, 0x50, 0x4e, 0x47], 'an image (PNG)', null],
  [[0xff, 0xd8, 0xff], 'an image (JPEG)', null],
  [text('%PDF'), 'a PDF document', null],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive inside a packed file; unpack it once', null],
  [[0x1f, 0x8b], 'a gzip file inside a gzip file; unpack it once', null],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a zstd file inside a packed file; unpack it once', null],
  [
    [0x42, 0x5a, 0x68],
    'a bzip2 file, not read here; unpack it with bunzip2, or pack it by gzip',
    UNPACK,
  ],
  [
    [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    'an xz file inside an archive or a packed file; unpack it once',
    null,
  ],
  [
    [0x04, 0x22, 0x4d, 0x18],
    'an lz4 file, not read here; unpack it with unlz4, or pack it by gzip',
    UNPACK,
  ],
  [
    [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
    'a 7z archive, not read here; pack its files in a zip archive',
    UNPACK,
  ],
  [
    [0x52, 0x61, 0x72, 0x21, 0x1a],
    'a rar archive, not read here; pack its files in a zip archive',
    UNPACK,
  ],
  [
    text('SQLite format 3'),
    'a database of SQLite',
    'Export the table with the spans: sqlite3 -csv -header FILE "SELECT * FROM spans".',
  ],
  [text('Obj\u0001'), 'an Avro file', AS_TABLE],
  [text('ORC'), 'an ORC file', AS_TABLE],
  [text('ARROW1'), 'an Arrow (Feather) file', AS_PARQUET],
  [[0xff, 0xff, 0xff, 0xff, 0x10, 0x01], 'a stream of Arrow', AS_PARQUET],
  [[0x80, 0x02], 'a Python pickle', AS_PARQUET],
  [[0x80, 0x03], 'a Python pickle', AS_PARQUET],
  [[0x80, 0x04, 0x95], 'a Python pickle', AS_PARQUET],
  [[0x80, 0x05, 0x95], 'a Python pickle', AS_PARQUET],
  [text('\u0093NUMPY'), 'an array of NumPy', AS_PARQUET],
  [text('\u0089HDF'), 'an HDF5 file', AS_PARQUET],
  [text('PERFILE2'), 'a profile of perf, not traces', TRACING_SYSTEM],
  [text('Nettrace'), 'an event trace of .NET (one program), not spans', TRACING_SYSTEM],
  [
    text('FLR\u0000'),
    'a recording of Java’s Flight Recorder (one program), not spans',
    TRACING_SYSTEM,
  ],
  [[0xd4, 0xc3, 0xb2, 0xa1], 'a capture of network packets (pcap), not traces', TRACING_SYSTEM],
  [[0x0a, 0x0d, 0x0d, 0x0a], 'a capture of network packets (pcapng), not traces', TRACING_SYSTEM],
  [[0xc1, 0x1f, 0xfc, 0xc1], 'a kernel trace (Common Trace Format), not spans', TRACING_SYSTEM],
  [
    [0x0c, 0x00, 0x01, 0x0b, 0x00, 0x01],
    'a batch of Jaeger in Thrift, not read here',
    `${AS_JSON} Jaeger’s page and API (/api/traces) give it.`,
  ],
  [
    [0x0c, 0x00, 0x00],
    'a list of Zipkin’s spans in Thrift, not read here',
    `${AS_JSON} Zipkin’s API (/api/v2/traces) gives it.`,
  ],
];

/** Null where it is nothing that is known. */
export function foreignBytes(bytes: Uint8Array, advice: string): Foreign | null {
  const magic = MAGIC.find(([own]) => own.every((byte, i) => bytes[i] === byte));
  if (magic) return { what: magic[1], advice: magic[2] ?? advice };
  return foreignProtobuf(bytes);
}

/** Tags of protobuf: a field, and that its length follows; of its bytes as they are. */
const field = (number: number): number => number * 8 + 2;
const [FIRST, SECOND, THIRD, FIFTH] = [1, 2, 3, 5].map(field) as [number, number, number, number];
const KIND_TAG = 4 * 8;
const TIMESTAMP_TAG = 6 * 8 + 1;
const SPAN_ID_BYTES = 8;

/**
 * Spans of Zipkin or Jaeger: messages in the first field, which begin with a trace id of 8 or 16
 * bytes and go on with an id of 8. What follows tells whose they are.
 */
function foreignProtobuf(bytes: Uint8Array): Foreign | null {
  if (bytes[0] !== FIRST) return null;
  // The length of the first span has one byte or two.
  let at = bytes[1]! < 0x80 ? 2 : 3;
  const idBytes = bytes[at + 1]!;
  if (bytes[at] !== FIRST || (idBytes !== 8 && idBytes !== 16)) return null;
  at += 2 + idBytes;
  const isId = (tag: number): boolean => bytes[at] === tag && bytes[at + 1] === SPAN_ID_BYTES;
  const second = isId(SECOND);
  if (second) at += 2 + SPAN_ID_BYTES;
  if (isId(THIRD)) {
    const next = bytes[at + 2 + SPAN_ID_BYTES]!;
    if ([KIND_TAG, FIFTH, TIMESTAMP_TAG].includes(next)) {
      return {
        what: 'spans of Zipkin in protobuf, not read here',
        advice: `${AS_JSON} Zipkin’s API (/api/v2/traces) gives it.`,
      };
    }
  }
  return second && bytes[at] === THIRD
    ? {
        what: 'spans of Jaeger in protobuf, not read here',
        advice: `${AS_JSON} Jaeger’s page and API (/api/traces) give it.`,
      }
    : null;
}
