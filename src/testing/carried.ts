/** What the spans of a file carry, in words. */
import type { ImportedTraces, ImportOptions, SourceFile } from '../ingest/import.ts';
import { importFiles } from '../ingest/import-files.ts';
import type { OrderedSpans } from '../trace/ordered-spans.ts';
import {
  kindOfMark,
  SPAN_KINDS,
  SPAN_STATUSES,
  statusOfMark,
  valueText,
} from '../trace/span-facts.ts';
import { decodeString } from '../trace/string-column.ts';

export interface Carried {
  readonly imported: ImportedTraces;
  /** By span id: "error client http.route=/orders host=a". */
  readonly spans: Readonly<Record<string, string>>;
}

export async function carriedBy(
  files: readonly SourceFile[],
  options: Partial<ImportOptions> = {},
): Promise<Carried> {
  let ordered: OrderedSpans | null = null;
  const imported = await importFiles(files, {
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
    onSpans: (spans) => {
      ordered = spans;
    },
  });
  if (!imported.ok) throw new Error(`${imported.error.what}, ${imported.error.where}`);
  return { imported: imported.value, spans: Object.fromEntries(wordsOf(ordered!)) };
}

const wordsOf = ({ rows, span, spanIds, facts }: OrderedSpans): [string, string][] =>
  Array.from(rows, (row) => {
    const mark = facts?.mark?.[row] ?? 0;
    const attributes = (facts?.attributes ?? []).flatMap(({ name, value, values }) =>
      value[row] === 0 ? [] : [`${name}=${valueText(values, value[row]!)}`],
    );
    const words = [
      SPAN_STATUSES[statusOfMark(mark)]!,
      SPAN_KINDS[kindOfMark(mark)]!,
      ...attributes,
    ];
    return [decodeString(spanIds, span[row]!), words.join(' ')];
  });
