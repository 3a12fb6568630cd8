/**
 * Streaming gunzip, with the checks that make a damaged file one clear failure.
 *
 * fflate's Gunzip rather than DecompressionStream: it reads files of several members (what `cat`
 * and bgzip make), which engines disagree about; it is synchronous, so output is bounded chunk by
 * chunk; and it says how far it came. It checks neither CRC nor length, so both are checked here.
 */
import { Gunzip } from 'fflate';
import { crc32 } from '../base/crc32.ts';
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

/** CRC-32 and length of a member, 4 bytes each, little-endian. */
const TRAILER_BYTES = 8;
/** Kept behind the reader: a trailer and the next member's header, whose extra field has 64 KiB. */
const RECENT_BYTES = 80 * 1024;

export interface GunzipOptions {
  readonly maxProducedBytes?: number;
  /** Told once of bytes behind the last member that are neither a member nor padding. */
  readonly onRest?: () => void;
}

const GZIP = [0x1f, 0x8b];

export const isGzip = (head: Uint8Array): boolean => GZIP.every((byte, i) => head[i] === byte);

export function createGunzip(
  fileName: string,
  onBytes: OnBytes,
  { maxProducedBytes = MAX_PRODUCED_BYTES, onRest }: GunzipOptions = {},
): ByteDecoder {
  let failure: Failure | null = null;
  let consumed = 0;
  let produced = 0;
  let memberBytes = 0;
  let memberCrc = 0;
  /** The last bytes pushed, and where they begin: a member's trailer is behind the reader. */
  let recent = new Uint8Array(0);
  let recentStart = 0;
  /** Whether the last member is behind us. */
  let isOver = false;
  /** The first of the bytes behind it, without zeros before them: at most as many as {@link GZIP} has. */
  let rest: number[] = [];

  const fail = (what: string, advice: string): void => {
    failure ??= { what, where: `${fileName}, after ${consumed} bytes`, advice };
  };
  const failTruncated = (): void => {
    const cut: CutShort = {
      what: 'a truncated gzip file',
      where: `${fileName}, after ${consumed} bytes`,
      advice: 'Fetch or compress the file again; it ends too early.',
      cutAtByte: consumed,
    };
    failure ??= cut;
  };

  /** @param end where the member's trailer ends, in the compressed file */
  const checkTrailer = (end: number): void => {
    const at = end - TRAILER_BYTES - recentStart;
    if (at < 0) {
      failTruncated();
      return;
    }
    const trailer = new DataView(recent.buffer, recent.byteOffset + at, TRAILER_BYTES);
    const intact =
      trailer.getUint32(0, true) === memberCrc && trailer.getUint32(4, true) === memberBytes >>> 0;
    if (!intact) {
      fail(
        'a truncated or damaged gzip file (its check sum does not match)',
        'Fetch or compress the file again.',
      );
    }
    memberBytes = 0;
    memberCrc = 0;
  };

  /**
   * Whether the last member has ended: its trailer stands somewhere in the last bytes. All behind it
   * is padding, as tapes have it, or a rest that is no member.
   */
  const isWhole = (): boolean => {
    const view = new DataView(recent.buffer, recent.byteOffset, recent.length);
    for (let at = recent.length - TRAILER_BYTES; at >= 0; at--) {
      const isTrailer =
        view.getUint32(at, true) === memberCrc &&
        view.getUint32(at + 4, true) === memberBytes >>> 0;
      if (!isTrailer) continue;
      rest = [];
      takeRest(recent.subarray(at + TRAILER_BYTES));
      // Of an empty member the trailer is but zeros, which may be anything.
      return memberBytes > 0 || rest.length === 0;
    }
    return false;
  };
  /** A member behind padding, or one that is damaged, is no rest that could be left out. */
  const takeRest = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length && rest.length < GZIP.length; at++) {
      if (rest.length > 0 || bytes[at] !== 0) rest.push(bytes[at]!);
    }
  };

  const gunzip = new Gunzip((bytes) => {
    if (failure || bytes.length === 0) return;
    produced += bytes.length;
    memberBytes = (memberBytes + bytes.length) % 2 ** 32;
    memberCrc = crc32(bytes, memberCrc);
    if (isTooMuch(produced, consumed, maxProducedBytes)) {
      failure = tooMuch('gzip file', produced, `${fileName}, after ${consumed} bytes`);
      return;
    }
    failure = onBytes(bytes);
  });
  gunzip.onmember = (start) => {
    if (!failure) checkTrailer(start);
  };

  const inflate = (slice: Uint8Array, final: boolean): void => {
    const tail = recent.subarray(-RECENT_BYTES);
    recentStart = consumed - tail.length;
    recent = new Uint8Array(tail.length + slice.length);
    recent.set(tail);
    recent.set(slice, tail.length);
    consumed += slice.length;
    if (isOver) {
      takeRest(slice);
      return;
    }
    try {
      gunzip.push(slice, final);
    } catch (error) {
      if (failure) return;
      isOver = isWhole();
      if (isOver) return;
      if (error instanceof Error && error.message === 'unexpected EOF') failTruncated();
      else fail('a damaged gzip file', 'Fetch or compress the file again.');
    }
  };

  return inSlices((slice, final) => {
    inflate(slice, final);
    if (!final || failure) return failure;
    if (!isOver && !isWhole()) checkTrailer(consumed);
    if (isGzip(Uint8Array.from(rest))) {
      fail('a damaged gzip file', 'Fetch or compress the file again.');
    } else if (rest.length > 0 && !failure) onRest?.();
    return failure;
  });
}
