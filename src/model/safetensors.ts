/**
 * Safetensors, the format in which PyTorch users keep weights: the length of a header, the header as
 * JSON (dtype, shape and place of each tensor, and texts under "__metadata__"), and their numbers,
 * little-endian.
 */
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';

export type TensorData =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly NamedTensor[];
}

/** Widest numbers first: so each begins at a multiple of its size. */
const TYPES = [
  { dtype: 'F64', of: Float64Array },
  { dtype: 'F32', of: Float32Array },
  { dtype: 'I32', of: Int32Array },
  { dtype: 'U32', of: Uint32Array },
  { dtype: 'U16', of: Uint16Array },
  { dtype: 'U8', of: Uint8Array },
] as const;

const METADATA = '__metadata__';
const LENGTH_BYTES = 8;
/** The reference reader takes no more. */
const MOST_HEADER_BYTES = 100_000_000;

const typeOf = (data: TensorData): number => TYPES.findIndex(({ of }) => data instanceof of);

/** The numbers of the tensors one after another, as they are written. */
export function tensorBytes(tensors: readonly NamedTensor[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(tensors.reduce((sum, { data }) => sum + data.byteLength, 0));
  let at = 0;
  for (const { data } of inOrder(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const inOrder = (tensors: readonly NamedTensor[]): NamedTensor[] =>
  [...tensors].sort((a, b) => typeOf(a.data) - typeOf(b.data));

/** @param bytes of the same tensors */
export function writeSafetensors(
  { metadata, tensors }: Safetensors,
  bytes: Uint8Array = tensorBytes(tensors),
): Uint8Array<ArrayBuffer> {
  const header: [string, unknown][] = [[METADATA, metadata]];
  let at = 0;
  for (const { name, shape, data } of inOrder(tensors)) {
    const end = at + data.byteLength;
    header.push([name, { dtype: TYPES[typeOf(data)]!.dtype, shape, data_offsets: [at, end] }]);
    at = end;
  }
  const text = encodeUtf8(JSON.stringify(Object.fromEntries(header)));
  // blanks behind the JSON let the numbers begin at a multiple of 8
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + bytes.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, LENGTH_BYTES + text.length, LENGTH_BYTES + headerBytes);
  file.set(text, LENGTH_BYTES);
  file.set(bytes, LENGTH_BYTES + headerBytes);
  return file;
}

export interface OpenSafetensors extends Safetensors {
  /** The numbers as they were written. */
  readonly bytes: Uint8Array;
}

/** @returns the tensors, or in words why these are none */
export function readSafetensors(file: Uint8Array): Result<OpenSafetensors, string> {
  if (file.length < LENGTH_BYTES) return err('it ends in its first bytes');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > BigInt(MOST_HEADER_BYTES)) return err('it does not begin as safetensors do');
  const start = LENGTH_BYTES + Number(headerBytes);
  if (start > file.length) return err('it ends within its header');
  const header = parsed(file.subarray(LENGTH_BYTES, start));
  if (header === null) return err('its header is no JSON');

  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isTexts(metadata)) return err('its metadata are no texts');
  const bytes = file.subarray(start);
  const tensors: PlacedTensor[] = [];
  let most = 0;
  for (const [name, entry] of Object.entries(entries)) {
    const tensor = readTensor(name, entry, bytes);
    if (typeof tensor === 'string') return err(tensor);
    most = Math.max(most, tensor.end);
    tensors.push(tensor);
  }
  if (most < bytes.length) return err('it is longer than its header says');
  return ok({ metadata, tensors: tensors.map(({ end: _, ...tensor }) => tensor), bytes });
}

function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((text) => typeof text === 'string');

const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

interface PlacedTensor extends NamedTensor {
  /** Where it ends among the numbers of the file. */
  readonly end: number;
}

function readTensor(name: string, entry: unknown, bytes: Uint8Array): PlacedTensor | string {
  if (!isRecord(entry)) return `its header says nothing of ${name}`;
  const type = TYPES.find(({ dtype }) => dtype === entry.dtype);
  const { shape, data_offsets: offsets } = entry;
  if (type === undefined) return `${name} is of a type that is not read here`;
  if (!Array.isArray(shape) || !shape.every(isSize)) return `${name} has no shape`;
  if (!Array.isArray(offsets) || !offsets.every(isSize)) return `${name} has no place`;
  const [from = 0, end = 0] = offsets;
  const size = shape.reduce((product, length) => product * length, 1);
  if (end - from !== size * type.of.BYTES_PER_ELEMENT)
    return `${name} has another size than its shape`;
  if (end > bytes.length) return `it ends before ${name} does`;
  // a copy: so it is aligned, and the file is not held by each of its parts
  return { name, shape, data: new type.of(new Uint8Array(bytes.subarray(from, end)).buffer), end };
}
