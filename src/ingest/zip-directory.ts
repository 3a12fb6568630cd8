/**
 * The central directory of a zip archive (PKWARE's APPNOTE 6.3), with the Zip64 fields. Archives
 * are read from it and not from front to back, because only the directory tells for certain where
 * an entry ends and what its check sum is.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { SourceFile } from './import.ts';
import type { ReadBytes } from './read-window.ts';

export interface ZipEntry {
  /** Path within the archive. */
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly compressedBytes: number;
  /** As the archive states it. */
  readonly bytes: number;
  /** Of the local header that stands before the entry's bytes. */
  readonly offset: number;
}

const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const END = 0x06054b50;
const LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const ZIP64_FIELD = 1;
/** Room for 65,535 entries of long paths. */
const MAX_DIRECTORY_BYTES = 64 * 1024 ** 2;

/** A local header, or the end of an empty archive. */
export const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);

export async function readZipDirectory(file: SourceFile): Promise<Result<ZipEntry[], Failure>> {
  const damaged = (what: string): Result<never, Failure> =>
    err({
      what,
      where: `${file.name}, after ${file.size} bytes`,
      advice: 'Fetch or pack the archive again.',
    });
  const truncated = damaged('a truncated zip archive (its directory is not there)');

  const tailStart = Math.max(0, file.size - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES);
  const tail = await viewOf(file, tailStart, file.size);
  const endAt = findEnd(tail);
  if (endAt < 0) return truncated;
  const small = {
    bytes: tail.getUint32(endAt + 12, true),
    offset: tail.getUint32(endAt + 16, true),
    end: tailStart + endAt,
  };
  const place = (await readEnd64(file, tail, endAt)) ?? small;
  // Whatever was put before the archive shifts it: offsets count from its own beginning.
  const shift = place.end - place.bytes - place.offset;
  if (shift < 0 || !Number.isSafeInteger(shift)) return truncated;
  if (place.bytes > MAX_DIRECTORY_BYTES) {
    return damaged(`a zip archive with a directory of ${place.bytes} bytes`);
  }
  const entries = parseEntries(await viewOf(file, place.offset + shift, place.end), shift);
  return entries ? ok(entries) : damaged('a damaged zip archive (its directory cannot be read)');
}

/** Where the bytes of an entry begin: its local header has a length of its own. */
export async function findEntryStart(
  file: SourceFile,
  read: ReadBytes,
  entry: ZipEntry,
): Promise<Result<number, Failure>> {
  const bytes = await read(entry.offset, entry.offset + LOCAL_BYTES);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (header.byteLength === LOCAL_BYTES && header.getUint32(0, true) === LOCAL) {
    const start =
      entry.offset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    if (start + entry.compressedBytes <= file.size) return ok(start);
  }
  return err({
    what: 'a damaged zip archive (an entry is not where its directory says)',
    where: `${file.name}/${entry.name}, byte ${entry.offset}`,
    advice: 'Fetch or pack the archive again.',
  });
}

const viewOf = async (file: SourceFile, start: number, end: number): Promise<DataView> =>
  new DataView(await file.slice(start, end).arrayBuffer());

/** From the back, because a comment may hold anything, this record's signature too. */
function findEnd(tail: DataView): number {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength) return at;
  }
  return -1;
}

interface DirectoryPlace {
  readonly bytes: number;
  readonly offset: number;
  /** Where the directory ends and the record that describes it begins. */
  readonly end: number;
}

/** Null where the archive has no Zip64 record. */
async function readEnd64(
  file: SourceFile,
  tail: DataView,
  endAt: number,
): Promise<DirectoryPlace | null> {
  const at = endAt - LOCATOR_BYTES;
  if (at < 0 || tail.getUint32(at, true) !== LOCATOR) return null;
  const end = Number(tail.getBigUint64(at + 8, true));
  const record = await viewOf(file, end, end + END64_BYTES);
  if (record.byteLength < END64_BYTES || record.getUint32(0, true) !== END64) return null;
  return {
    bytes: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
    end,
  };
}

/** Null if the directory is broken. */
function parseEntries(view: DataView, shift: number): ZipEntry[] | null {
  const entries: ZipEntry[] = [];
  for (let at = 0; at < view.byteLength; ) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY) return null;
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const nameAt = at + ENTRY_BYTES;
    const next = nameAt + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > view.byteLength) return null;
    const large = createZip64Reader(view, nameAt + nameBytes, extraBytes);
    // The Zip64 field holds those values that did not fit, in this order.
    const bytes = large(view.getUint32(at + 24, true));
    const compressedBytes = large(view.getUint32(at + 20, true));
    const offset = large(view.getUint32(at + 42, true));
    entries.push({
      name: decodeUtf8(new Uint8Array(view.buffer, view.byteOffset + nameAt, nameBytes)),
      method: view.getUint16(at + 10, true),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      crc: view.getUint32(at + 16, true),
      compressedBytes,
      bytes,
      offset: offset + shift,
    });
    at = next;
  }
  return entries;
}

/** Gives a 32-bit value back, or the next one of the Zip64 field where it says "see there". */
function createZip64Reader(
  view: DataView,
  extraAt: number,
  extraBytes: number,
): (value: number) => number {
  let at = -1;
  for (let field = extraAt; field + 4 <= extraAt + extraBytes; ) {
    if (view.getUint16(field, true) === ZIP64_FIELD) at = field + 4;
    field += 4 + view.getUint16(field + 2, true);
  }
  return (value) => {
    if (value !== 0xffffffff || at < 0 || at + 8 > extraAt + extraBytes) return value;
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  };
}
