/**
 * OTLP JSON (opentelemetry-proto 1.x, TracesData): one document, or one a line and trace. The spans
 * of a trace stand together, under one resource a service.
 */
import { NO_PARENT } from '../trace/span-columns.ts';
import { jsonTexts, type SpanFormat, type TraceWriter, type WritableSpans } from './span-format.ts';
import { spanIdHex } from './span-ids.ts';

/** SPAN_KIND_UNSPECIFIED: columns do not say. */
const KIND = 0;

function traceWriter(columns: WritableSpans): TraceWriter {
  const { services, operations, traceId } = jsonTexts(columns);

  const writeSpan = (row: number, id: string): string => {
    const parent = columns.parent[row]!;
    const above = parent === NO_PARENT ? '' : spanIdHex(parent);
    const startUs = knownTime(columns.startUs[row]!);
    return (
      `{"traceId":"${id}","spanId":"${spanIdHex(columns.span[row]!)}","parentSpanId":"${above}",` +
      `"name":${operations[columns.operation[row]!]!},"kind":${KIND},` +
      `"startTimeUnixNano":"${nanosText(startUs, 0)}",` +
      `"endTimeUnixNano":"${nanosText(startUs, columns.durationUs[row]!)}"}`
    );
  };

  return (trace, rows) => {
    const id = traceId(trace);
    const rowsOf = new Map<number, string[]>();
    for (const row of rows) {
      const service = columns.service[row]!;
      const spans = rowsOf.get(service) ?? [];
      rowsOf.set(service, spans);
      spans.push(writeSpan(row, id));
    }
    return Array.from(
      rowsOf,
      ([service, spans]) =>
        `{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":${services[service]!}}}]},` +
        `"scopeSpans":[{"spans":[${spans.join(',')}]}]}`,
    ).join(',');
  };
}

export const otlpJson: SpanFormat = {
  head: () => '{"resourceSpans":[',
  between: ',\n',
  tail: ']}\n',
  traceWriter,
};

export const otlpJsonLines: SpanFormat = {
  head: () => '',
  between: '\n',
  tail: '\n',
  traceWriter: (columns) => {
    const write = traceWriter(columns);
    return (trace, rows) => `{"resourceSpans":[${write(trace, rows)}]}`;
  },
};

/** Formats that need a time have the epoch where there is none. */
export const knownTime = (us: number): number => (Number.isFinite(us) ? Math.max(0, us) : 0);

/** The sum of two times in microseconds as digits of nanoseconds, which no double holds. */
function nanosText(startUs: number, durationUs: number): string {
  const wholeStart = Math.floor(startUs);
  const wholeDuration = Math.floor(durationUs);
  const rest =
    Math.round((startUs - wholeStart) * 1e3) + Math.round((durationUs - wholeDuration) * 1e3);
  const whole = wholeStart + wholeDuration + Math.floor(rest / 1e3);
  return whole === 0 ? `${rest % 1e3}` : `${whole}${`${rest % 1e3}`.padStart(3, '0')}`;
}
