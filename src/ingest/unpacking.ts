/**
 * What the decoders of compressed bytes share: their shape, and how much they may produce. Sizes
 * that a file states about itself are never trusted; only bytes really produced count.
 */
import type { Failure } from '../base/result.ts';

export interface ByteDecoder {
  /** Hands what the chunk unpacks to on to the decoder's `onBytes`; its failure, or its own. */
  push(chunk: Uint8Array): Failure | null;
  finish(): Failure | null;
}

/** The packed file ends too early: what it unpacked to so far is sound. */
export interface CutShort extends Failure {
  /** Packed bytes that there are. */
  readonly cutAtByte: number;
}

export const isCutShort = (failure: Failure): failure is CutShort => 'cutAtByte' in failure;

export type OnBytes = (bytes: Uint8Array) => Failure | null;

/** Compressed bytes inflated at once: at deflate's limit of 1032 to 1 this is 33 MB of output. */
const SLICE_BYTES = 32 * 1024;
/** Beyond this no file of traces goes. */
export const MAX_PRODUCED_BYTES = 8 * 1024 ** 3;
/**
 * Past the first 64 MiB, output over input; deflate cannot exceed 1032. Real traces reach 10 to 50,
 * a file of one repeated byte about 1000.
 */
export const MAX_RATIO = 400;
const RATIO_FREE_BYTES = 64 * 1024 ** 2;

export const isTooMuch = (
  producedBytes: number,
  consumedBytes: number,
  maxProducedBytes: number = MAX_PRODUCED_BYTES,
): boolean =>
  producedBytes > maxProducedBytes ||
  (producedBytes > RATIO_FREE_BYTES && producedBytes > MAX_RATIO * consumedBytes);

/** @param container such as "gzip file" */
export const tooMuch = (container: string, producedBytes: number, where: string): Failure => ({
  what: `a ${container} that unpacks to more than ${producedBytes} bytes`,
  where,
  advice: 'Split the file, or check that it is what it should be.',
});

/**
 * Packed bytes a slice at a time, until one fails.
 *
 * @param unpack takes a slice; its answer is the failure so far
 */
export function inSlices(
  unpack: (slice: Uint8Array, final: boolean) => Failure | null,
): ByteDecoder {
  let failure: Failure | null = null;
  return {
    push: (chunk) => {
      for (let at = 0; at < chunk.length && !failure; at += SLICE_BYTES) {
        failure = unpack(chunk.subarray(at, at + SLICE_BYTES), false);
      }
      return failure;
    },
    finish: () => {
      failure ??= unpack(new Uint8Array(0), true);
      return failure;
    },
  };
}

/** Bytes that are not packed at all. */
export const passOn = (onBytes: OnBytes): ByteDecoder => ({ push: onBytes, finish: () => null });
