/**
 * Text in UTF-16, as Windows PowerShell, spreadsheets and SQL Server write it: told from its byte
 * order mark, or, without one, from letters that each have a NUL beside them; handed on in UTF-8, so
 * that what reads it knows one encoding only.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { ByteDecoder, OnBytes } from './unpacking.ts';

export type Utf16 = 'utf-16le' | 'utf-16be';

/** Code units that have to look like text where there is no mark. */
const FEWEST_UNITS = 32;
/** Decoded at once, so that neither text nor bytes are held for a whole file. */
const SLICE_BYTES = 64 * 1024;

/** Null where the file is not UTF-16. */
export function utf16Of(head: Uint8Array): Utf16 | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (isAscii(head, 0)) return 'utf-16le';
  return isAscii(head, 1) ? 'utf-16be' : null;
}

/** Whether the first units are all printable ASCII or white space. @param low which byte of a unit holds it */
function isAscii(head: Uint8Array, low: 0 | 1): boolean {
  if (head.length < 2 * FEWEST_UNITS) return false;
  for (let at = 0; at < 2 * FEWEST_UNITS; at += 2) {
    const byte = head[at + low]!;
    const isText = (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13;
    if (!isText || head[at + 1 - low] !== 0) return false;
  }
  return true;
}

/** Half a surrogate pair, and half a unit at the end of a cut file, become U+FFFD. */
export function createUtf8(encoding: Utf16, onBytes: OnBytes): ByteDecoder {
  const decoder = new TextDecoder(encoding);
  const give = (text: string) => (text === '' ? null : onBytes(encodeUtf8(text)));
  return {
    push: (bytes) => {
      for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
        const slice = bytes.subarray(at, at + SLICE_BYTES);
        const failure = give(decoder.decode(slice, { stream: true }));
        if (failure) return failure;
      }
      return null;
    },
    finish: () => give(decoder.decode()),
  };
}
