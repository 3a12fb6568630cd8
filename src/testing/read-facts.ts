/** What tests ask of the facts that spans carry, in the order in which a file has its spans. */
import type { SourceFile } from '../ingest/import.ts';
import { importFiles } from '../ingest/import-files.ts';
import type { OrderedSpans } from '../trace/ordered-spans.ts';
import {
  kindOfMark,
  SPAN_KINDS,
  SPAN_STATUSES,
  statusOfMark,
  valueText,
} from '../trace/span-facts.ts';

/** "error server db.system=mysql" of each span that is kept; an unset status is left out. */
export async function factsFrom(file: SourceFile): Promise<string[]> {
  let spans: OrderedSpans | null = null;
  const result = await importFiles([file], {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onSpans: (given) => {
      spans = given;
    },
  });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const { rows, facts } = spans as unknown as OrderedSpans;
  return [...rows]
    .toSorted((a, b) => a - b)
    .map((row) => {
      const mark = facts?.mark?.[row] ?? 0;
      const words = [
        SPAN_STATUSES[statusOfMark(mark)]!,
        SPAN_KINDS[kindOfMark(mark)]!,
        ...(facts?.attributes ?? []).map(({ name, value, values }) => {
          const text = valueText(values, value[row]!);
          return text === '' ? '' : `${name}=${text}`;
        }),
      ];
      return words
        .filter((word) => word !== 'unset' && word !== 'unspecified' && word !== '')
        .join(' ');
    });
}
