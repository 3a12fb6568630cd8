/**
 * Looks through the pages of a column before they are decoded. A run of a page states its own
 * length, and the decoder believes it: a changed byte could make it fill memory for minutes. Only
 * flat columns come here, so levels are single bits.
 *
 * Format: parquet.thrift (PageHeader) and Encodings.md (RLE / bit-packing hybrid).
 */
import type { ColumnMetaData, Compressors, SchemaElement } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
const PLAIN_DICTIONARY = 2;
const RLE = 3;
const RLE_DICTIONARY = 8;
const DELTA_BINARY_PACKED = 5;
const DELTA_BYTE_ARRAY = 7;
/** Bytes of a value; of one of any length those of its length. */
const LEAST_WIDTH: Readonly<Record<string, number>> = {
  BYTE_ARRAY: 4,
  INT32: 4,
  FLOAT: 4,
  INT64: 8,
  DOUBLE: 8,
  INT96: 12,
};
/** Writers give a dictionary up at a million bytes or so, but for one that was given to them. */
const MAX_DICTIONARY = 2 ** 22;
/** Writers use 128. */
const MAX_DELTA_BLOCK = 65_536;
/** Writers fill the last groups of eight bit-packed values; more than this is no padding. */
const MAX_PADDING = 512;

interface PageHeader {
  readonly type: number;
  readonly bytes: number;
  readonly compressedBytes: number;
  /** The header of its kind, by field number. */
  readonly own: (field: number) => number;
  readonly compressed: boolean;
}

/** @throws where a page does not hold what it says, as the decoder does on bytes it cannot read */
export function checkPages(
  chunk: Uint8Array,
  { codec }: ColumnMetaData,
  element: SchemaElement,
  rowCount: number,
  compressors: Compressors,
): void {
  const reader = { view: new DataView(chunk.buffer, chunk.byteOffset, chunk.length), offset: 0 };
  const optional = element.repetition_type === 'OPTIONAL';
  const unpack = (bytes: Uint8Array, length: number): Uint8Array =>
    codec === 'UNCOMPRESSED' ? bytes : (compressors[codec]?.(bytes, length) ?? bytes);

  for (let seen = 0; seen < rowCount && reader.offset < chunk.length - 1; ) {
    const header = readHeader(reader);
    const start = reader.offset;
    reader.offset += header.compressedBytes;
    const values = header.own(1);
    const limit =
      header.type === DICTIONARY_PAGE ? mostInDictionary(header, codec, element) : rowCount - seen;
    check(values >= 0 && values <= limit, `a page of ${values} values`);
    check(
      header.compressedBytes >= 0 && header.bytes >= 0 && reader.offset <= chunk.length,
      `a page of ${header.compressedBytes} bytes`,
    );
    const bytes = chunk.subarray(start, reader.offset);
    if (header.type === DATA_PAGE) {
      const page = unpack(bytes, header.bytes);
      const levelBytes = optional ? 4 + uint32(page) : 0;
      if (optional) checkRuns(page.subarray(4, levelBytes), 1, values);
      checkIndices(page.subarray(levelBytes), header.own(2), values);
      seen += values;
    } else if (header.type === DATA_PAGE_V2) {
      const [nulls, rows] = [header.own(2), header.own(3)];
      check(nulls >= 0 && nulls <= values, `a page of ${nulls} nulls`);
      check(rows === values, `a page of ${rows} rows`);
      const levelBytes = header.own(5) + header.own(6);
      check(
        header.own(5) >= 0 && header.own(6) === 0 && levelBytes <= bytes.length,
        `levels of ${levelBytes} bytes`,
      );
      if (optional) checkRuns(bytes.subarray(0, levelBytes), 1, values);
      const packed = bytes.subarray(levelBytes);
      const page = header.compressed ? unpack(packed, header.bytes - levelBytes) : packed;
      checkIndices(page, header.own(4), values - nulls);
      seen += values;
    }
  }
}

/**
 * A dictionary may have values that no row of the group has, as pandas writes those of a filtered
 * category: their bytes bound them.
 */
function mostInDictionary(
  { bytes, compressedBytes }: PageHeader,
  codec: ColumnMetaData['codec'],
  { type, type_length: length }: SchemaElement,
): number {
  const width = type === 'FIXED_LEN_BYTE_ARRAY' ? (length ?? 1) : (LEAST_WIDTH[type ?? ''] ?? 1);
  const held = codec === 'UNCOMPRESSED' ? Math.min(bytes, compressedBytes) : bytes;
  return Math.min(MAX_DICTIONARY, held / Math.max(1, width));
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Which field of a page header holds the one of its kind. */
const OWN_FIELD: Readonly<Record<number, number>> = {
  [DATA_PAGE]: 5,
  [DICTIONARY_PAGE]: 7,
  [DATA_PAGE_V2]: 8,
};

function readHeader(reader: { view: DataView; offset: number }): PageHeader {
  const fields: Readonly<Record<string, unknown>> = deserializeTCompactProtocol(reader);
  const type = numberOf(fields.field_1);
  const own = fields[`field_${OWN_FIELD[type] ?? 0}`];
  const ownFields = typeof own === 'object' && own !== null ? new Map(Object.entries(own)) : null;
  check(ownFields !== null, `a page of type ${type}`);
  return {
    type,
    bytes: numberOf(fields.field_2),
    compressedBytes: numberOf(fields.field_3),
    own: (field) => numberOf(ownFields?.get(`field_${field}`)),
    compressed: ownFields?.get('field_7') !== false,
  };
}

/** Every field here is required: an absent one is NaN, which no check lets through. */
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

const uint32 = (page: Uint8Array): number =>
  new DataView(page.buffer, page.byteOffset, page.length).getUint32(0, true);

/** Indices into a dictionary, and booleans, are runs too. */
function checkIndices(page: Uint8Array, encoding: number, values: number): void {
  if (encoding === RLE) checkRuns(page.subarray(4), 1, values);
  else if ((encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY) && page.length > 0) {
    checkRuns(page.subarray(1), page[0]!, values);
  } else if (encoding >= DELTA_BINARY_PACKED && encoding <= DELTA_BYTE_ARRAY) {
    // A block without miniblocks, or miniblocks without values, would never come to an end.
    const [blockValues, perBlock] = [varint(page, 0), varint(page, varintBytes(page, 0))];
    const fits = perBlock >= 1 && perBlock <= blockValues && blockValues <= MAX_DELTA_BLOCK;
    check(fits, `delta blocks of ${blockValues} values`);
  }
}

function varintBytes(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end]! >= 128) end += 1;
  return end + 1 - at;
}

function varint(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < varintBytes(bytes, at); i++) {
    value += ((bytes[at + i] ?? 0) & 127) * 2 ** (7 * i);
  }
  return value;
}

/** Adds up the lengths of the runs until there are as many values as the page has. */
function checkRuns(bytes: Uint8Array, bitWidth: number, values: number): void {
  check(bitWidth <= 32, `values of ${bitWidth} bits`);
  let at = 0;
  for (let seen = 0; seen < values && at < bytes.length; ) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      check(at < bytes.length && shift < 35, 'a run without an end');
      const byte = bytes[at++]!;
      header += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    const packed = header % 2 === 1;
    const count = packed ? (header - 1) * 4 : header / 2;
    check(count <= values - seen + (packed ? MAX_PADDING : 0), `a run of ${count} values`);
    at += packed ? Math.ceil((count * bitWidth) / 8) : (bitWidth + 7) >> 3;
    seen += count;
  }
}
