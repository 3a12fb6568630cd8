/**
 * Which format a file is in, from its content and never from its name; and what it is instead,
 * where it is not one of ours.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { FormatId } from './import.ts';

/** Formats that files come in. */
export type FileFormat = Exclude<FormatId, 'simulated' | 'prepared'>;

/** Bytes of the unzipped file that are enough to tell. */
export const SNIFF_BYTES = 1024;

const ADVICE = 'Give a CSV file in the TraceVAE layout or a Jaeger JSON file, plain or gzipped.';

/** Beginnings of files that people do drop by mistake. */
const MAGIC: readonly (readonly [readonly number[], string])[] = [
  [[0x89, 0x50, 0x4e, 0x47], 'an image (PNG)'],
  [[0xff, 0xd8, 0xff], 'an image (JPEG)'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive; unpack it and give the files inside'],
  [[0x1f, 0x8b], 'a gzip file inside a gzip file; unpack it once'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file'],
  [[0xff, 0xfe], 'text in UTF-16; save it as UTF-8'],
  [[0xfe, 0xff], 'text in UTF-16; save it as UTF-8'],
];

/**
 * @param head  the first {@link SNIFF_BYTES} of the unzipped file, or all of it
 * @param whole whether that is all of it
 */
export function sniffFormat(
  fileName: string,
  head: Uint8Array,
  whole: boolean,
): Result<FileFormat, Failure> {
  const not = (what: string): Result<FileFormat, Failure> =>
    err({ what, where: fileName, advice: ADVICE });

  for (const [magic, what] of MAGIC) {
    if (magic.every((byte, i) => head[i] === byte)) return not(what);
  }
  if (looksBinary(head)) return not('binary data, not traces');

  const text = decodeUtf8(head).replace(/^\uFEFF/, '');
  const start = text.trimStart();
  if (start === '') return not(whole ? 'an empty file' : 'nothing but white space');
  if (/^[[{]/.test(start)) return ok('jaeger-json');
  if (start.startsWith('<')) return not('an HTML or XML page, not traces');
  const literal = /^(null|true|false|-?\d+(\.\d+)?|"[^"]*")\s*$/.exec(start);
  if (whole && literal) return not(`JSON, but nothing in it: ${literal[1]!.slice(0, 40)}`);
  const firstLine = start.split(/\r?\n/, 1)[0]!;
  if (!firstLine.includes(',')) return not('plain text, neither CSV nor JSON');
  return ok('tracevae-csv');
}

/** NUL, or more control characters than any text has. */
function looksBinary(head: Uint8Array): boolean {
  let control = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) control += 1;
  }
  return control > head.length / 50;
}
