/**
 * The files of a zip archive: each is read as if it had been given by itself, but what they unpack
 * to is bounded for the archive as a whole, because its entries may share their bytes.
 */
import { Inflate, inflateSync } from 'fflate';
import { crc32 } from '../base/crc32.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type ByteChunks, chunksOf, oneChunk } from './byte-chunks.ts';
import type { SourceFile } from './import.ts';
import { MANY_FILES, SMALL_BYTES } from './read-ahead.ts';
import { createReadWindow, type ReadBytes, readDirectly } from './read-window.ts';
import {
  type ByteDecoder,
  inSlices,
  isTooMuch,
  MAX_PRODUCED_BYTES,
  type OnBytes,
  passOn,
  tooMuch,
} from './unpacking.ts';
import { createUnzstd } from './unzstd.ts';
import { findEntryStart, readZipDirectory, type ZipEntry } from './zip-directory.ts';

export interface ZippedFile {
  /** The archive's name and the path within it. */
  readonly name: string;
  readonly compressedBytes: number;
  /** The entry's bytes as they lie in the archive. */
  open(): Promise<Result<ByteChunks, Failure>>;
  createDecoder(onBytes: OnBytes): ByteDecoder;
}

export interface UnzipOptions {
  readonly maxProducedBytes?: number;
}

const STORED = 0;
const DEFLATED = 8;
const ZSTD = 93;
const METHODS: ReadonlySet<number> = new Set([STORED, DEFLATED, ZSTD]);

/** Folders, and what operating systems leave in them, are no files of anyone's. */
export const isFile = (path: string): boolean =>
  !path.endsWith('/') &&
  !path.split('/').some((part) => part.startsWith('.') && part !== '.') &&
  !path.startsWith('__MACOSX/');

export async function listZip(
  archive: SourceFile,
  options: UnzipOptions = {},
): Promise<Result<ZippedFile[], Failure>> {
  const directory = await readZipDirectory(archive);
  if (!directory.ok) return directory;
  const entries = directory.value.filter(({ name }) => isFile(name));
  if (entries.length === 0) return err(refusal('an empty zip archive', archive.name, 'Add files.'));
  for (const entry of entries) {
    const where = `${archive.name}/${entry.name}`;
    if (entry.encrypted) {
      return err(refusal('an encrypted zip archive', where, 'Pack it again without a password.'));
    }
    if (!METHODS.has(entry.method)) {
      const what = `a zip archive packed by method ${entry.method}`;
      return err(refusal(what, where, 'Pack it again with the usual one, deflate.'));
    }
  }
  const spent = createArchiveBudget(archive, options.maxProducedBytes ?? MAX_PRODUCED_BYTES);
  const read = entries.length < MANY_FILES ? readDirectly(archive) : createReadWindow(archive);
  const isWhole = ({ bytes, compressedBytes }: ZipEntry): boolean =>
    entries.length >= MANY_FILES && Math.max(bytes, compressedBytes) <= SMALL_BYTES;
  return ok(entries.map((entry) => zippedFile(archive, entry, read, isWhole(entry), spent)));
}

const refusal = (what: string, where: string, advice: string): Failure => ({ what, where, advice });

/** Counts what all entries have produced; the failure once it is too much. */
type Spend = (bytes: number, where: string) => Failure | null;

function createArchiveBudget({ size }: SourceFile, maxProducedBytes: number): Spend {
  let produced = 0;
  return (bytes, where) => {
    produced += bytes;
    return isTooMuch(produced, size, maxProducedBytes)
      ? tooMuch('zip archive', produced, where)
      : null;
  };
}

/** @param isWhole read and unpacked at once: small, and one of many */
function zippedFile(
  archive: SourceFile,
  entry: ZipEntry,
  read: ReadBytes,
  isWhole: boolean,
  spend: Spend,
): ZippedFile {
  const name = `${archive.name}/${entry.name}`;
  return {
    name,
    compressedBytes: entry.compressedBytes,
    open: async () => {
      const start = await findEntryStart(archive, read, entry);
      if (!start.ok) return start;
      const end = start.value + entry.compressedBytes;
      return ok(
        isWhole
          ? oneChunk(await read(start.value, end))
          : chunksOf(archive.slice(start.value, end).stream()),
      );
    },
    createDecoder: (onBytes) => {
      let produced = 0;
      let crc = 0;
      const checked: OnBytes = (bytes) => {
        produced += bytes.length;
        crc = crc32(bytes, crc);
        return spend(bytes.length, name) ?? onBytes(bytes);
      };
      const decoder =
        entry.method === DEFLATED
          ? isWhole
            ? createWholeInflate(name, entry, checked)
            : createInflate(name, checked)
          : entry.method === ZSTD
            ? createUnzstd(name, checked)
            : passOn(checked);
      return {
        push: decoder.push,
        finish: () => {
          const failure = decoder.finish();
          if (failure) return failure;
          return crc === entry.crc && produced === entry.bytes ? null : damaged(name, produced);
        },
      };
    },
  };
}

const damaged = (name: string, produced: number): Failure => ({
  what: 'a damaged zip archive (a check sum does not match)',
  where: `${name}, after ${produced} unpacked bytes`,
  advice: 'Fetch or pack the archive again.',
});

/** Raw deflate. */
function createInflate(name: string, onBytes: OnBytes): ByteDecoder {
  let failure: Failure | null = null;
  let produced = 0;
  const inflate = new Inflate((bytes) => {
    if (failure || bytes.length === 0) return;
    produced += bytes.length;
    failure = onBytes(bytes);
  });
  const push = (slice: Uint8Array, final: boolean): void => {
    try {
      inflate.push(slice, final);
    } catch {
      failure ??= damaged(name, produced);
    }
  };
  return inSlices((slice, final) => {
    push(slice, final);
    return failure;
  });
}

/** Raw deflate of an entry whose packed bytes come in one piece: without windows that outlive it. */
function createWholeInflate(name: string, { bytes }: ZipEntry, onBytes: OnBytes): ByteDecoder {
  return {
    push: (packed) => {
      try {
        // What does not fit is dropped; one byte more than stated shows that there was more.
        return onBytes(inflateSync(packed, { out: new Uint8Array(bytes + 1) }));
      } catch {
        return damaged(name, 0);
      }
    },
    finish: () => null,
  };
}
