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
  const whole = typeof content === 'string' ? encodeUtf8(content) : content;
  const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> => {
    let at = 0;
    return new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, at + chunkBytes));
        at += chunkBytes;
      },
    });
  };
  return {
    name,
    size: whole.length,
    stream: () => streamOf(whole),
    slice: (start, end) => {
      // A copy with a buffer of its own, which a Node Buffer's slice is not.
      const part = new Uint8Array(whole.subarray(start, end));
      return { stream: () => streamOf(part), arrayBuffer: async () => part.buffer };
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
