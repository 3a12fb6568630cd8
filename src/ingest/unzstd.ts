/**
 * Streaming Zstandard (RFC 8878), frames one after another, skippable ones among them. The check
 * sum of a frame is not verified: the library knows no XXH64, and a damaged block shows itself by
 * its structure in nearly every case.
 */
import { Decompress, type ZstdError, ZstdErrorCode } from 'fzstd';
import type { Failure } from '../base/result.ts';
import {
  type ByteDecoder,
  type CutShort,
  inSlices,
  isTooMuch,
  MAX_PRODUCED_BYTES,
  type OnBytes,
  tooMuch,
} from './unpacking.ts';

/**
 * The library moves its window of up to 32 MiB once a block, so a file of a great many tiny blocks
 * would keep it busy for hours. Compressors fill blocks up to 128 KiB.
 */
const FREE_BLOCKS = 512;
const LEAST_BLOCK_BYTES = 1024;

const ADVICE = 'Fetch or compress the file again.';

export const isZstd = (head: Uint8Array): boolean =>
  head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;

export function createUnzstd(
  fileName: string,
  onBytes: OnBytes,
  { maxProducedBytes = MAX_PRODUCED_BYTES }: { readonly maxProducedBytes?: number } = {},
): ByteDecoder {
  let failure: Failure | null = null;
  let consumed = 0;
  let produced = 0;
  let blocks = 0;
  const where = (): string => `${fileName}, after ${consumed} bytes`;

  const failureOf = (code: number | undefined): Failure | CutShort => {
    if (code === ZstdErrorCode.UnexpectedEOF) {
      const what = 'a truncated zstd file';
      return { what, where: where(), advice: ADVICE, cutAtByte: consumed };
    }
    if (code === ZstdErrorCode.WindowSizeTooLarge) {
      return {
        what: 'a zstd file with a window of more than 32 MiB',
        where: where(),
        advice: 'Compress it without --long or --ultra.',
      };
    }
    return { what: 'a damaged zstd file', where: where(), advice: ADVICE };
  };

  const decoder = new Decompress((bytes) => {
    produced += bytes.length;
    blocks += 1;
    if (isTooMuch(produced, consumed, maxProducedBytes)) {
      failure = tooMuch('zstd file', produced, where());
    } else if (blocks > FREE_BLOCKS && produced < blocks * LEAST_BLOCK_BYTES) {
      failure = {
        what: `a zstd file of blocks under ${LEAST_BLOCK_BYTES} bytes`,
        where: where(),
        advice: 'Compress the file again, all at once.',
      };
    } else {
      failure = onBytes(bytes);
    }
    // A slice may hold thousands of blocks: the library stops at the first that is not wanted.
    if (failure) throw new Error('stopped');
  });

  const push = (slice: Uint8Array, final: boolean): void => {
    consumed += slice.length;
    try {
      decoder.push(slice, final);
    } catch (error) {
      failure ??= failureOf((error as Partial<ZstdError>).code);
    }
  };

  return inSlices((slice, final) => {
    push(slice, final);
    return failure;
  });
}
