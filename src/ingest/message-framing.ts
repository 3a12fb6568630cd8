/**
 * Messages that each stand behind their length, 4 bytes, big-endian: what the Collector's file
 * exporter writes where it packs every message by zstd, and around JSON that is packed as a whole.
 * Out come the messages alone, JSON with a line feed behind each; protobuf messages one behind the
 * other are one message.
 */
import type { Failure } from '../base/result.ts';
import {
  type ByteDecoder,
  type CutShort,
  isCutShort,
  isTooMuch,
  type OnBytes,
  passOn,
  tooMuch,
} from './unpacking.ts';
import { createUnzstd, isZstd } from './unzstd.ts';

const LENGTH_BYTES = 4;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const LINE_FEED = Uint8Array.of(10);
/** Bytes that tell whether a file is framed so. */
export const FRAMED_HEAD_BYTES = LENGTH_BYTES + 4;

const lengthAt = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

/** Whether zstd frames stand behind lengths. */
export const isFramedZstd = (head: Uint8Array): boolean =>
  head.length >= FRAMED_HEAD_BYTES && lengthAt(head) >= 4 && isZstd(head.subarray(LENGTH_BYTES));

/** Whether JSON objects stand behind lengths; text never begins so, because a length has a NUL. */
export function isFramedJson(head: Uint8Array): boolean {
  if (head.length < FRAMED_HEAD_BYTES || head[0] !== 0 || head[LENGTH_BYTES] !== OPEN_BRACE) {
    return false;
  }
  const last = head[LENGTH_BYTES + lengthAt(head) - 1];
  return last === undefined || last === CLOSE_BRACE || last === LINE_FEED[0];
}

/** @param packing of each message */
export function createUnframed(
  fileName: string,
  packing: 'zstd' | 'none',
  onBytes: OnBytes,
): ByteDecoder {
  const length = new Uint8Array(LENGTH_BYTES);
  let lengthFilled = 0;
  let left = 0;
  let decoder: ByteDecoder | null = null;
  let isJson: boolean | null = null;
  let consumed = 0;
  let produced = 0;
  const where = (): string => `${fileName}, after ${consumed} bytes`;

  const onMessage: OnBytes = (bytes) => {
    if (bytes.length === 0) return null;
    isJson ??= bytes[0] === OPEN_BRACE;
    produced += bytes.length;
    return isTooMuch(produced, consumed)
      ? tooMuch('file of packed messages', produced, where())
      : onBytes(bytes);
  };
  const endMessage = (): Failure | null => {
    const failure = decoder?.finish() ?? null;
    decoder = null;
    lengthFilled = 0;
    if (failure) return isCutShort(failure) ? damaged(where()) : failure;
    return isJson ? onBytes(LINE_FEED) : null;
  };

  return {
    push: (chunk) => {
      for (let at = 0; at < chunk.length; ) {
        if (decoder === null) {
          length[lengthFilled++] = chunk[at++]!;
          consumed += 1;
          if (lengthFilled < LENGTH_BYTES) continue;
          left = lengthAt(length);
          decoder = packing === 'zstd' ? createUnzstd(fileName, onMessage) : passOn(onMessage);
        } else {
          const part = chunk.subarray(at, at + left);
          at += part.length;
          left -= part.length;
          consumed += part.length;
          const failure = decoder.push(part);
          if (failure) return failure;
        }
        const failure = left === 0 ? endMessage() : null;
        if (failure) return failure;
      }
      return null;
    },
    finish: () => {
      if (decoder === null && lengthFilled === 0) return null;
      const cut: CutShort = {
        what: 'a file that ends within a message',
        where: where(),
        advice: 'Fetch the file again.',
        cutAtByte: consumed,
      };
      return cut;
    },
  };
}

const damaged = (where: string): Failure => ({
  what: 'a message that ends too early',
  where,
  advice: 'Fetch the file again.',
});
