/** The formats of a list in the words of a sentence. */
import type { TraceFormat } from './trace-format.ts';

/** "Jaeger, OpenTelemetry or Zipkin write, or CSV, JSON or Parquet with a span in each row" */
export function writtenBy(formats: readonly TraceFormat[]): string {
  const writers = new Set(formats.flatMap(({ writer }) => writer ?? []));
  const tables = formats.filter(({ writer, gives }) => writer === null && gives === 'spans');
  const rest = anyOf(tables.map(({ label }) => label));
  return `${anyOf([...writers])} write, or ${rest} with a span in each row`;
}

function anyOf(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${last}` : last;
}
