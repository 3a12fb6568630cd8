/** Bytes by name into one zip file and out again, off the page's thread. */

import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { nextTask } from '../base/next-task.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { SourceFile } from './import.ts';
import { listZip } from './unzip.ts';

export interface PackedFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Fast; columns of numbers pack little better with more effort. */
const LEVEL = 1;

/**
 * The first file stands unpacked, so that the zip file can be told by its first bytes.
 *
 * @returns the zip file, or null when it was cancelled
 */
export async function packFiles(
  files: readonly PackedFile[],
  signal: AbortSignal,
): Promise<Blob | null> {
  const parts: Blob[] = [];
  const zip = new Zip((fault, bytes) => {
    if (fault) throw fault;
    parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  });
  for (const [i, { path, bytes }] of files.entries()) {
    if (signal.aborted) return null;
    const entry = i === 0 ? new ZipPassThrough(path) : new ZipDeflate(path, { level: LEVEL });
    zip.add(entry);
    entry.push(bytes, true);
    await nextTask();
  }
  zip.end();
  return new Blob(parts, { type: 'application/zip' });
}

/** All files of a zip file, within the bounds of an import. */
export async function unpackFiles(
  archive: SourceFile,
  signal: AbortSignal,
): Promise<Result<PackedFile[] | null, Failure>> {
  const listed = await listZip(archive);
  if (!listed.ok) return listed;
  const files: PackedFile[] = [];
  for (const file of listed.value) {
    if (signal.aborted) return ok(null);
    const opened = await file.open();
    if (!opened.ok) return opened;
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    const decoder = file.createDecoder((bytes) => {
      pieces.push(bytes.slice());
      return null;
    });
    for (;;) {
      const chunk = await opened.value.next();
      const failure = chunk === null ? decoder.finish() : decoder.push(chunk);
      if (failure !== null) return err(failure);
      if (chunk === null) break;
    }
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    files.push({ path: file.name.slice(archive.name.length + 1), bytes });
  }
  return ok(files);
}
