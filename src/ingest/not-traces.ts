/**
 * What a file is that no format recognises, in a sentence for whoever gave it.
 */
import type { Failure } from '../base/result.ts';
import { type Foreign, foreignJson } from './foreign-json.ts';
import { writtenBy } from './format-words.ts';
import { type Head, startsWith } from './head.ts';
import type { TraceFormat } from './trace-format.ts';

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
  [[0x42, 0x5a, 0x68], 'a bzip2 file, not read here; unpack it with bunzip2, or pack it by gzip'],
  [
    [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    'an xz file inside an archive or a packed file; unpack it once',
  ],
  [
    [0x04, 0x22, 0x4d, 0x18],
    'an lz4 file, not read here; unpack it with unlz4, or pack it by gzip',
  ],
  [
    [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
    'a 7z archive, not read here; pack its files in a zip archive',
  ],
  [[0x52, 0x61, 0x72, 0x21, 0x1a], 'a rar archive, not read here; pack its files in a zip archive'],
];
const LFS_POINTER = /^version https:\/\/git-lfs\.github\.com\//;
/** Keys named in a sentence, and characters of one literal. */
const MOST_KEYS = 6;
const LONGEST_LITERAL = 40;

export function whatElse(
  fileName: string,
  head: Head,
  formats: readonly TraceFormat[],
): Failure | ForeignFailure {
  const advice = `Give what ${writtenBy(formats)}; plain, gzipped or in a zip archive.`;
  const language = CONSOLES.find(([pattern]) => pattern.test(head.text))?.[1];
  if (language !== undefined) {
    return {
      what: `console output of OpenTelemetry for ${language}, which is for reading and not a format`,
      where: fileName,
      advice: 'Export the spans as OTLP to a Collector, and give what its file exporter writes.',
      foreign: true,
    };
  }
  if (head.kind === 'json') {
    const { failure, cutAt } = head.json;
    if (failure) return failure;
    if (cutAt !== null) {
      const where = `${fileName}, byte ${cutAt}`;
      return { what: 'JSON that ends before its first trace', where, advice };
    }
  }
  const known =
    head.kind === 'json' ? foreignJson(head) : head.kind === 'text' ? foreignText(head) : null;
  return {
    what: known?.what ?? nameOf(head),
    where: fileName,
    advice: known?.advice ?? advice,
    foreign: true,
  };
}

/** Consoles whose output is for reading: text in no form that other tools write. */
const CONSOLES: readonly (readonly [RegExp, string])[] = [
  [/^Activity\.(TraceId|Id):/m, '.NET'],
  [/#<struct OpenTelemetry::SDK::Trace::SpanData/, 'Ruby'],
  [/'[^'\n]*' : [0-9a-f]{32} [0-9a-f]{16} [A-Z]+ \[tracer: /, 'Java'],
  [/^ +trace_id +: /m, 'C++'],
  [/^Spans\r?\nResource\b/m, 'Rust'],
];
const DEBUG_EXPORTER = /^(Resource|Scope)Spans #\d|\bTracesExporter\b|^Span #\d/m;
const CONTAINER_LOG = /^\d{4}-\d\d-\d\dT\S+ (stdout|stderr) [FP] /;
const LOG_LINE = /^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|^(DEBUG|INFO|WARN|ERROR)\b/;
const FILE_EXPORTER = 'Give what the file exporter of the OpenTelemetry Collector writes.';

/** Null where it is nothing that is known. */
function foreignText({ text }: Head): Foreign | null {
  if (DEBUG_EXPORTER.test(text)) {
    return {
      what: 'the log of the Collector’s debug exporter, which is for reading and not a format',
      advice: FILE_EXPORTER,
    };
  }
  if (CONTAINER_LOG.test(text)) {
    return { what: 'a container log without spans as JSON in it', advice: FILE_EXPORTER };
  }
  return LOG_LINE.test(text) ? { what: 'lines of a log, not traces', advice: FILE_EXPORTER } : null;
}

function nameOf(head: Head): string {
  const magic = MAGIC.find(([bytes]) => startsWith(head, bytes));
  if (magic) return magic[1];
  switch (head.kind) {
    case 'binary':
      return 'binary data, not traces';
    case 'empty':
      return head.whole ? 'an empty file' : 'nothing but white space';
    case 'markup':
      return 'an HTML or XML page, not traces';
    case 'literal':
      return `JSON, but nothing in it: ${head.text.trim().slice(0, LONGEST_LITERAL)}`;
    case 'json':
      return jsonName(head);
    case 'text':
      return LFS_POINTER.test(head.text)
        ? 'a Git LFS pointer, without the file it stands for'
        : 'plain text, neither CSV nor JSON';
  }
}

function jsonName({ json }: Head): string {
  const outermost = [...json.ways].map((way) => way.replace(/^(\[\])+\./, ''));
  const keys = [...new Set(outermost)].filter((key) => !key.includes('.'));
  if (keys.length === 0) return 'JSON, but no trace in it';
  const more = keys.length > MOST_KEYS ? ', …' : '';
  return `JSON, but no trace in it: its keys are ${keys.slice(0, MOST_KEYS).join(', ')}${more}`;
}
