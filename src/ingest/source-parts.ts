/**
 * From the files that were given to those that are read: an archive becomes the files inside.
 */
import { type Failure, ok, type Result } from '../base/result.ts';
import type { ImportedFile, SourceFile } from './import.ts';
import { type ByteDecoder, type OnBytes, passOn } from './unpacking.ts';
import { listZip } from './unzip.ts';
import { isZip } from './zip-directory.ts';

export interface SourcePart {
  /** Of a file in an archive or a folder: its path, from the archive's name on. */
  readonly name: string;
  /** As given (compressed, if it was). */
  readonly bytes: number;
  readonly container: ImportedFile['container'];
  open(): Promise<Result<ReadableStream<Uint8Array>, Failure>>;
  createDecoder(onBytes: OnBytes): ByteDecoder;
  /** The file itself, where the part is all of it. */
  readonly file: SourceFile | null;
}

/** Whoever gives an archive or a folder may not know of all that is in it. */
export const isAmongOthers = ({ name }: SourcePart): boolean => name.includes('/');

export async function partsOf(file: SourceFile): Promise<Result<SourcePart[], Failure>> {
  if (!isZip(await readHead(file, 4))) return ok([wholeFile(file)]);
  const zipped = await listZip(file);
  if (!zipped.ok) return zipped;
  return ok(
    zipped.value.map(({ name, compressedBytes, open, createDecoder }) => ({
      name,
      bytes: compressedBytes,
      container: 'zip',
      open,
      createDecoder,
      file: null,
    })),
  );
}

const wholeFile = (file: SourceFile): SourcePart => ({
  name: file.name,
  bytes: file.size,
  container: 'plain',
  open: async () => ok(file.stream()),
  createDecoder: passOn,
  file,
});

const readHead = async (file: SourceFile, bytes: number): Promise<Uint8Array> =>
  new Uint8Array(await file.slice(0, bytes).arrayBuffer());
