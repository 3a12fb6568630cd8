/**
 * Spans for tests: written as a list, read as the columns that every format ends up in.
 */
import { NO_PARENT, type SpanColumns } from '../trace/span-columns.ts';
import {
  kindCode,
  markOf,
  type SpanFacts,
  type SpanKind,
  type SpanStatus,
  statusCode,
} from '../trace/span-facts.ts';
import { stringColumn } from '../trace/string-column.ts';
import { type Label, labelCode } from '../trace/trace-set.ts';

export interface TestSpan {
  readonly trace?: string;
  readonly id: string;
  /** None for a root. */
  readonly parent?: string;
  readonly service?: string;
  readonly operation: string;
  readonly durationUs?: number;
  readonly startUs?: number;
  readonly label?: Label;
  readonly status?: SpanStatus;
  readonly kind?: SpanKind;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function spanColumns(spans: readonly TestSpan[]): SpanColumns {
  const dictionary = (): { readonly texts: string[]; readonly of: (text: string) => number } => {
    const indices = new Map<string, number>();
    const texts: string[] = [];
    const of = (text: string): number => {
      if (!indices.has(text)) indices.set(text, texts.push(text) - 1);
      return indices.get(text)!;
    };
    return { texts, of };
  };
  const [traces, ids, services, operations] = [
    dictionary(),
    dictionary(),
    dictionary(),
    dictionary(),
  ] as const;
  const column = (read: (span: TestSpan) => number): Uint32Array => Uint32Array.from(spans, read);
  return {
    length: spans.length,
    trace: column(({ trace }) => traces.of(trace ?? 't')),
    span: column(({ id }) => ids.of(id)),
    parent: column(({ parent }) => (parent === undefined ? NO_PARENT : ids.of(parent))),
    service: column(({ service }) => services.of(service ?? 's')),
    operation: column(({ operation }) => operations.of(operation)),
    startUs: Float64Array.from(spans, ({ startUs }) => startUs ?? Number.NaN),
    durationUs: Float64Array.from(spans, ({ durationUs }) => durationUs ?? 0),
    label: Uint8Array.from(spans, ({ label }) => labelCode(label ?? 'unlabelled')),
    file: new Uint16Array(spans.length),
    line: Uint32Array.from(spans, (_, i) => i + 2),
    spanIdCount: ids.texts.length,
    spanIds: stringColumn(ids.texts),
    services: services.texts,
    operations: operations.texts,
    traceIds: stringColumn(traces.texts),
    ...factsOf(spans),
  };
}

function factsOf(spans: readonly TestSpan[]): { readonly facts?: SpanFacts } {
  const mark = Uint8Array.from(spans, ({ status, kind }) =>
    markOf(statusCode(status ?? 'unset'), kindCode(kind ?? 'unspecified')),
  );
  const names = [...new Set(spans.flatMap(({ attributes }) => Object.keys(attributes ?? {})))];
  const attributes = names.map((name) => {
    const texts = [...new Set(spans.flatMap((span) => span.attributes?.[name] ?? []))];
    const value = Uint16Array.from(
      spans,
      (span) => texts.indexOf(span.attributes?.[name] ?? '') + 1,
    );
    return { name, value, values: stringColumn(texts) };
  });
  const isMarked = mark.some((each) => each !== 0);
  if (!isMarked && attributes.length === 0) return {};
  return { facts: { ...(isMarked && { mark }), attributes } };
}
