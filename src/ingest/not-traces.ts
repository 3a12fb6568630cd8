/**
 * What a file is that no format recognises, in a sentence for whoever gave it.
 */
import type { Failure } from '../base/result.ts';
import { foreignBytes } from './foreign-bytes.ts';
import { foreignJson } from './foreign-json.ts';
import type { Foreign } from './foreign-json-kinds.ts';
import { foreignConsole, foreignText } from './foreign-text.ts';
import { writtenBy } from './format-words.ts';
import type { Head } from './head.ts';
import type { TraceFormat } from './trace-format.ts';

/** A file of another kind, where traces may lie beside it. */
export type ForeignFailure = Failure & { readonly foreign: true };

export const isForeign = (failure: Failure): failure is ForeignFailure => 'foreign' in failure;

/** Keys named in a sentence, and characters of one literal. */
const MOST_KEYS = 6;
const LONGEST_LITERAL = 40;

export function whatElse(
  fileName: string,
  head: Head,
  formats: readonly TraceFormat[],
): Failure | ForeignFailure {
  const advice = `Give what ${writtenBy(formats)}; plain, gzipped or in a zip archive.`;
  const printed = foreignConsole(head);
  if (printed) return { ...printed, where: fileName, foreign: true };
  if (head.kind === 'json') {
    const { failure, cutAt } = head.json;
    if (failure) return failure;
    if (cutAt !== null) {
      const where = `${fileName}, byte ${cutAt}`;
      return { what: 'JSON that ends before its first trace', where, advice };
    }
  }
  const known = knownAs(head, advice);
  return {
    what: known?.what ?? nameOf(head),
    where: fileName,
    advice: known?.advice ?? advice,
    foreign: true,
  };
}

function knownAs(head: Head, advice: string): Foreign | null {
  switch (head.kind) {
    case 'binary':
      return foreignBytes(head.bytes, advice);
    case 'json':
      return foreignJson(head);
    default:
      return foreignText(head);
  }
}

function nameOf(head: Head): string {
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
      return 'plain text, neither CSV nor JSON';
  }
}

function jsonName({ json }: Head): string {
  const outermost = [...json.ways].map((way) => way.replace(/^(\[\])+\./, ''));
  const keys = [...new Set(outermost)].filter((key) => !key.includes('.'));
  if (keys.length === 0) return 'JSON, but no trace in it';
  const more = keys.length > MOST_KEYS ? ', …' : '';
  return `JSON, but no trace in it: its keys are ${keys.slice(0, MOST_KEYS).join(', ')}${more}`;
}
