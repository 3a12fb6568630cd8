/**
 * The files of a tar archive, plain or packed as a whole (tar.gz, tar.zst). It has no directory, so
 * they come one after another, and each has to be read before the next.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { ByteChunks } from './byte-chunks.ts';
import type { ByteSource } from './byte-source.ts';
import type { SourceFile } from './import.ts';
import { isFile } from './unzip.ts';

export interface TarredFile {
  /** The archive's name and the path within it. */
  readonly name: string;
  readonly bytes: number;
  /** To be read before the next file is asked for. */
  open(): ByteChunks;
}

export const TAR_BLOCK = 512;
const SIZE_AT = 124;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const PREFIX_AT = 345;
/** Long names and extended headers of an entry. */
const MAX_HEADER_BYTES = 1024 ** 2;
const MAX_SIZE = 2 ** 43;
const [FILE, OLD_FILE, CONTIGUOUS] = ['0', '\0', '7'];
const LONG_NAME = 'L';
const EXTENDED = 'x';

/** Whether a block is the header of an entry: its check sum says so, in every kind of tar. */
export function isTar(block: Uint8Array): boolean {
  if (block.length < TAR_BLOCK || block[0] === 0) return false;
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK; at++) {
    sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 32 : block[at]!;
  }
  return octal(block, CHECKSUM_AT, 8) === sum;
}

/** An error ends the archive. */
export async function* readTar(
  archive: SourceFile,
  source: ByteSource,
  onRest: () => void,
): AsyncGenerator<Result<TarredFile, Failure>> {
  let longName: string | null = null;
  let hasEnded = false;
  for (;;) {
    const header = await source.take(TAR_BLOCK);
    if (!header.ok) return yield header;
    const block = header.value;
    if (block.length === 0) return;
    // Two blocks of zeros end an archive; some writers leave them out, and another may follow.
    if (block.every((byte) => byte === 0)) {
      hasEnded = true;
      continue;
    }
    if (hasEnded && !isTar(block)) return onRest();
    if (block.length < TAR_BLOCK) return yield err(cut(archive.name));
    if (!isTar(block)) return yield err(damaged(archive.name));
    const type = String.fromCharCode(block[TYPE_AT]!);
    const size = sizeOf(block);
    if (!(size >= 0 && size <= MAX_SIZE)) return yield err(damaged(archive.name));
    const padding = (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
    let left = size;
    if (type === LONG_NAME || type === EXTENDED) {
      if (size > MAX_HEADER_BYTES) return yield err(damaged(archive.name));
      const words = await source.take(size);
      if (!words.ok) return yield words;
      left = 0;
      const text = decodeUtf8(words.value).replace(/\0+$/, '');
      longName = type === LONG_NAME ? text : (extendedPath(text) ?? longName);
    } else {
      const path = longName ?? shortName(block);
      longName = null;
      if ([FILE, OLD_FILE, CONTIGUOUS].includes(type) && isFile(path)) {
        const next = async (): Promise<Uint8Array | null> => {
          if (left === 0) return null;
          const bytes = await source.some(left);
          if (!bytes.ok) throw bytes.error;
          if (bytes.value.length === 0) throw cut(archive.name);
          left -= bytes.value.length;
          return bytes.value;
        };
        const open = (): ByteChunks => ({ next, close: () => undefined });
        yield ok({ name: `${archive.name}/${path}`, bytes: size, open });
      }
    }
    const skipped = await source.skip(left + padding);
    if (!skipped.ok) return yield skipped;
  }
}

const textAt = (block: Uint8Array, at: number, length: number): string => {
  const bytes = block.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
};

function shortName(block: Uint8Array): string {
  const isUstar = textAt(block, 257, 5) === 'ustar';
  const prefix = isUstar ? textAt(block, PREFIX_AT, 155) : '';
  const name = textAt(block, 0, 100);
  return (prefix === '' ? name : `${prefix}/${name}`).replace(/^(\.?\/)+/, '');
}

/** Of pax: "27 path=a/long/name\n". */
const extendedPath = (text: string): string | null => /\d+ path=([^\n]*)\n/.exec(text)?.[1] ?? null;

/** Octal digits, or from 8 GiB on a number of bytes. */
function sizeOf(block: Uint8Array): number {
  if ((block[SIZE_AT]! & 0x80) === 0) return octal(block, SIZE_AT, 12);
  let size = block[SIZE_AT]! & 0x7f;
  for (let at = SIZE_AT + 1; at < SIZE_AT + 12; at++) size = size * 256 + block[at]!;
  return size;
}

function octal(block: Uint8Array, at: number, length: number): number {
  const text = textAt(block, at, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : text === '' ? 0 : Number.NaN;
}

const damaged = (where: string): Failure => ({
  what: 'a damaged tar archive',
  where,
  advice: 'Fetch or pack the archive again.',
});
const cut = (where: string): Failure => ({
  what: 'a truncated tar archive',
  where,
  advice: 'Fetch or pack the archive again; it ends too early.',
});
