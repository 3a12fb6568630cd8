/**
 * From the files that were given to those that are read: an archive becomes the files inside.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type ByteChunks, chunksOf, oneChunk } from './byte-chunks.ts';
import { createByteSource } from './byte-source.ts';
import { createGunzip, isGzip } from './gunzip.ts';
import type { ImportedFile, SourceFile } from './import.ts';
import type { FetchedFile } from './read-ahead.ts';
import { isTar, readTar, TAR_BLOCK, type TarredFile } from './tar.ts';
import { type ByteDecoder, type OnBytes, passOn } from './unpacking.ts';
import { isXz, unxz } from './unxz.ts';
import { listZip } from './unzip.ts';
import { createUnzstd, isZstd } from './unzstd.ts';
import { isZip } from './zip-directory.ts';

export interface SourcePart {
  /** Of a file in an archive or a folder: its path, from the archive's name on. */
  readonly name: string;
  /** As given (compressed, if it was). */
  readonly bytes: number;
  readonly container: ImportedFile['container'];
  open(): Promise<Result<ByteChunks, Failure>>;
  createDecoder(onBytes: OnBytes): ByteDecoder;
  /** The file itself, where the part is all of it. */
  readonly file: SourceFile | null;
  /** Files in its archive; null where only the end of it tells, or where it is in none. */
  readonly filesInArchive: number | null;
}

/** Packed bytes in which the first block of an archive ends: zstd gives blocks of up to 128 KiB. */
const MOST_PACKED_BYTES = 160 * 1024;
const PACKED_STEP = 32 * 1024;

/** Whoever gives an archive or a folder may not know of all that is in it. */
export const isAmongOthers = ({ name }: SourcePart): boolean => name.includes('/');

/**
 * To be read one after another, as they come; a failure ends them.
 *
 * @param onRest told of what stands behind the end of a tar archive and is none
 */
export async function* partsOf(
  fetched: FetchedFile,
  onRest: () => void,
): AsyncGenerator<Result<SourcePart, Failure>> {
  const { file } = fetched;
  const bytes = (await fetched.bytes?.()) ?? null;
  const head = bytes?.subarray(0, TAR_BLOCK) ?? (await readHead(file, TAR_BLOCK));
  if (isZip(head)) {
    yield* zippedParts(file);
    return;
  }
  const chunks = (): ByteChunks => (bytes === null ? chunksOf(file.stream()) : oneChunk(bytes));
  const open = isXz(head) ? () => unxz(file.name, chunks()) : chunks;
  const unpacking = isXz(head) ? await tarInXz(open()) : await tarUnpacking(file, head);
  if (unpacking === null) {
    yield ok(wholeFile(file, isXz(head) ? 'xz' : 'plain', open));
    return;
  }
  const source = createByteSource(open(), (onBytes) => unpacking(onBytes, onRest));
  try {
    let count = 0;
    for await (const tarred of readTar(file, source, onRest)) {
      count += 1;
      yield tarred.ok ? ok(tarredPart(tarred.value)) : tarred;
    }
    if (count === 0) yield err(emptyTar(file.name));
  } finally {
    source.close();
  }
}

async function* zippedParts(file: SourceFile): AsyncGenerator<Result<SourcePart, Failure>> {
  const zipped = await listZip(file);
  if (!zipped.ok) {
    yield zipped;
    return;
  }
  for (const { name, compressedBytes, open, createDecoder } of zipped.value) {
    yield ok({
      name,
      bytes: compressedBytes,
      container: 'zip',
      open,
      createDecoder,
      file: null,
      filesInArchive: zipped.value.length,
    });
  }
}

const tarredPart = ({ name, bytes, open }: TarredFile): SourcePart => ({
  name,
  bytes,
  container: 'tar',
  open: async () => ok(open()),
  createDecoder: passOn,
  file: null,
  filesInArchive: null,
});

const emptyTar = (where: string): Failure => ({
  what: 'an empty tar archive',
  where,
  advice: 'Add files.',
});

type Unpacking = (onBytes: OnBytes, onRest: () => void) => ByteDecoder;

/** How a tar archive is packed as a whole; null where the file is none. */
async function tarUnpacking(file: SourceFile, head: Uint8Array): Promise<Unpacking | null> {
  if (isTar(head)) return passOn;
  const unpacking: Unpacking | null = isGzip(head)
    ? (onBytes, onRest) => createGunzip(file.name, onBytes, { onRest })
    : isZstd(head)
      ? (onBytes) => createUnzstd(file.name, onBytes)
      : null;
  if (unpacking === null) return null;
  const block = new Uint8Array(TAR_BLOCK);
  let filled = 0;
  const decoder = unpacking(
    (bytes) => {
      const part = bytes.subarray(0, TAR_BLOCK - filled);
      block.set(part, filled);
      filled += part.length;
      return null;
    },
    () => undefined,
  );
  // What is wrong with the file is said where it is read.
  let packed = head;
  for (let at = 0; at < MOST_PACKED_BYTES; ) {
    if (packed.length === 0 || decoder.push(packed)) break;
    if (filled === TAR_BLOCK) break;
    at += packed.length;
    packed = new Uint8Array(await file.slice(at, at + PACKED_STEP).arrayBuffer());
  }
  return isTar(block) ? unpacking : null;
}

/** As {@link tarUnpacking}, of a file whose bytes come unpacked. */
async function tarInXz(chunks: ByteChunks): Promise<Unpacking | null> {
  const block = new Uint8Array(TAR_BLOCK);
  let filled = 0;
  try {
    while (filled < TAR_BLOCK) {
      const chunk = await chunks.next();
      if (chunk === null) break;
      const part = chunk.subarray(0, TAR_BLOCK - filled);
      block.set(part, filled);
      filled += part.length;
    }
  } catch {
    // What is wrong with the file is said where it is read.
    return null;
  } finally {
    chunks.close();
  }
  return isTar(block) ? passOn : null;
}

const wholeFile = (
  file: SourceFile,
  container: 'plain' | 'xz',
  open: () => ByteChunks,
): SourcePart => ({
  name: file.name,
  bytes: file.size,
  container,
  open: async () => ok(open()),
  createDecoder: passOn,
  // By place only what is not packed is read.
  file: container === 'plain' ? file : null,
  filesInArchive: null,
});

const readHead = async (file: SourceFile, bytes: number): Promise<Uint8Array> =>
  new Uint8Array(await file.slice(0, bytes).arrayBuffer());
