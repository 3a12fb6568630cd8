/**
 * Streaming xz (the .xz format, LZMA2), streams one after another and padding behind them. The library
 * is WebAssembly and works on streams, so a file is unpacked before anything looks at it, and not by a
 * decoder as gzip and zstd are. It takes dictionaries of up to 64 MiB, which is what `xz -9` makes.
 */
import { XzReadableStream } from 'xz-decompress';
import type { Failure } from '../base/result.ts';
import type { ByteChunks } from './byte-chunks.ts';
import { isTooMuch, MAX_PRODUCED_BYTES, tooMuch } from './unpacking.ts';

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];

export const isXz = (head: Uint8Array): boolean => MAGIC.every((byte, i) => head[i] === byte);

/** Numbers that the library has for what is wrong, from xz-embedded. */
const TOO_MUCH_MEMORY = 4;
const UNKNOWN_OPTIONS = 6;
const NO_MORE_BYTES = 8;
const CODE = /error code (\d+)/;

/** The unpacked bytes. {@link ByteChunks.next} throws a Failure where the file is damaged. */
export function unxz(
  fileName: string,
  source: ByteChunks,
  { maxProducedBytes = MAX_PRODUCED_BYTES }: { readonly maxProducedBytes?: number } = {},
): ByteChunks {
  let consumed = 0;
  let produced = 0;
  let isAtEnd = false;
  const packed = (): ReadableStream<Uint8Array> =>
    new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const chunk = await source.next();
          isAtEnd = chunk === null;
          if (chunk === null) {
            controller.close();
            return;
          }
          consumed += chunk.length;
          controller.enqueue(chunk);
        },
        cancel: source.close,
      },
      { highWaterMark: 0 },
    );
  // One that is not read would keep the library's only context.
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;

  const failureOf = (error: unknown): unknown => {
    const code = error instanceof Error ? CODE.exec(error.message)?.[1] : undefined;
    // What the source throws is what it has to say.
    if (code === undefined && !isAtEnd) return error;
    return failure(Number(code ?? NO_MORE_BYTES));
  };
  const failure = (code: number): Failure => {
    const where = `${fileName}, after ${consumed} bytes`;
    switch (code) {
      case TOO_MUCH_MEMORY:
        return {
          what: 'an xz file with a dictionary of more than 64 MiB',
          where,
          advice: 'Compress it again with xz -9 or less.',
        };
      case UNKNOWN_OPTIONS:
        return {
          what: 'an xz file with a check sum or a filter that is not read here',
          where,
          advice: 'Compress it again with xz as it is, or by gzip.',
        };
      case NO_MORE_BYTES:
        return {
          what: 'a truncated or damaged xz file',
          where,
          advice: 'Fetch or compress the file again.',
        };
      default:
        return {
          what: 'a damaged xz file',
          where,
          advice: 'Fetch or compress the file again.',
        };
    }
  };

  return {
    next: async () => {
      reader ??= new XzReadableStream(packed()).getReader();
      for (;;) {
        const { value } = await reader.read().catch((error: unknown) => {
          throw failureOf(error);
        });
        if (value === undefined) return null;
        produced += value.length;
        if (isTooMuch(produced, consumed, maxProducedBytes)) {
          throw tooMuch('file packed by xz', produced, `${fileName}, after ${consumed} bytes`);
        }
        if (value.length > 0) return value;
      }
    },
    packed: () => consumed,
    close: () => {
      if (reader) reader.cancel().catch(() => undefined);
      else source.close();
    },
  };
}
