/**
 * Which format a file is in, from its content and never from its name; and what it is instead,
 * where it is not one of ours.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { csvFormatOf } from './csv-formats.ts';
import { createCsvRows } from './csv-rows.ts';
import { headerOf } from './csv-spans.ts';
import type { FormatId } from './import.ts';
import { sniffJson } from './sniff-json.ts';
import { looksLikeOtlpProtobuf } from './sniff-protobuf.ts';

/** Formats that files come in. */
export type FileFormat = Exclude<FormatId, 'simulated' | 'prepared'>;

/** Bytes of the unzipped file that are enough to tell. */
export const SNIFF_BYTES = 16 * 1024;

const ADVICE = 'Give traces as JSON, CSV or Parquet, plain, gzipped or in a zip archive.';

/** A file of another kind, where traces may lie beside it. */
export type ForeignFailure = Failure & { readonly foreign: true };

export const isForeign = (failure: Failure): failure is ForeignFailure => 'foreign' in failure;

/** Beginnings of files that people do drop by mistake. */
const MAGIC: readonly (readonly [readonly number[], string])[] = [
  [[0x89, 0x50, 0x4e, 0x47], 'an image (PNG)'],
  [[0xff, 0xd8, 0xff], 'an image (JPEG)'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive inside a packed file; unpack it once'],
  [[0x1f, 0x8b], 'a gzip file inside a gzip file; unpack it once'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a zstd file inside a packed file; unpack it once'],
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
    err({ what, where: fileName, advice: ADVICE, foreign: true } satisfies ForeignFailure);

  for (const [magic, what] of MAGIC) {
    if (magic.every((byte, i) => head[i] === byte)) return not(what);
  }
  if (PARQUET.every((byte, i) => head[i] === byte)) return ok('parquet');
  if (looksLikeOtlpProtobuf(head)) return ok('otlp-protobuf');
  if (looksBinary(head)) return not('binary data, not traces');

  const text = decodeUtf8(head).replace(/^\uFEFF/, '');
  const start = text.trimStart();
  if (start === '') return not(whole ? 'an empty file' : 'nothing but white space');
  if (/^[[{]/.test(start)) return ok(sniffJson(head) ?? 'jaeger-json');
  if (start.startsWith('<')) return not('an HTML or XML page, not traces');
  const literal = /^(null|true|false|-?\d+(\.\d+)?|"[^"]*")\s*$/.exec(start);
  if (whole && literal) return not(`JSON, but nothing in it: ${literal[1]!.slice(0, 40)}`);
  if (LFS_POINTER.test(start)) return not('a Git LFS pointer, without the file it stands for');
  const firstLine = start.split(/\r?\n/, 1)[0]!;
  if (!firstLine.includes(',')) return not('plain text, neither CSV nor JSON');
  return ok(sniffCsv(head, whole));
}

const PARQUET = [0x50, 0x41, 0x52, 0x31];
const LFS_POINTER = /^version https:\/\/git-lfs\.github\.com\//;

function sniffCsv(head: Uint8Array, whole: boolean): FileFormat {
  let header: readonly string[] = [];
  const rows = createCsvRows((row) => {
    if (header.length === 0) header = headerOf(row);
  });
  rows.push(head);
  if (whole) rows.finish();
  return csvFormatOf(header);
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
