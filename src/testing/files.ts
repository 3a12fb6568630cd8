/**
 * Files for tests, as a browser would give them, cut into chunks as the test likes.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { ImportedTraces, ImportFailure, SourceFile } from '../ingest/import.ts';
import { importFiles } from '../ingest/import-files.ts';

export function sourceFile(
  name: string,
  content: string | Uint8Array,
  chunkBytes = 64 * 1024,
): SourceFile {
  const bytes = typeof content === 'string' ? encodeUtf8(content) : content;
  return {
    name,
    size: bytes.length,
    stream: () => {
      let at = 0;
      return new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (at >= bytes.length) controller.close();
          else controller.enqueue(bytes.slice(at, at + chunkBytes));
          at += chunkBytes;
        },
      });
    },
  };
}

/** A file of parts that are handed on as they are: for one that is larger than a test likes to hold. */
export function sourceFileOf(name: string, parts: readonly Uint8Array<ArrayBuffer>[]): SourceFile {
  return {
    name,
    size: parts.reduce((sum, part) => sum + part.length, 0),
    stream: () => {
      let at = 0;
      return new ReadableStream<Uint8Array>({
        pull: (controller) => {
          const part = parts[at++];
          if (part) controller.enqueue(part);
          else controller.close();
        },
      });
    },
  };
}

const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

/** The traces, or an error with the failure in its message. */
export async function importedFrom(...files: readonly SourceFile[]): Promise<ImportedTraces> {
  const result = await importFiles(files, quiet);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** The failure; an error if there is none. */
export async function failureOf(...files: readonly SourceFile[]): Promise<ImportFailure> {
  const result = await importFiles(files, quiet);
  if (result.ok) throw new Error('the import succeeded');
  return result.error;
}
