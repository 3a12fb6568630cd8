/** The same few spans in every format that is a tree, for tests of bad input. */
import { otlpSpan, resourceSpans, SAMPLE_TRACE_ID, tracesData } from './otlp.ts';

export interface PlainSpan {
  readonly id: string;
  readonly parent: string;
  readonly service: string;
  readonly operation: string;
  readonly startUs?: number;
  readonly durationUs?: number;
}
export const START_US = 1706678909209712;

/** The same spans in every format. */
export const WRITE = {
  otlp: (spans: readonly PlainSpan[]): string =>
    JSON.stringify({
      resourceSpans: spans.map((span) => resourceSpans(span.service, otlpOf(span))),
    }),
  protobuf: (spans: readonly PlainSpan[]): Uint8Array<ArrayBuffer> =>
    tracesData(spans.map((span) => ({ service: span.service, spans: [otlpOf(span)] }))),
  zipkin: (spans: readonly PlainSpan[]): string =>
    JSON.stringify(
      spans.map(({ id, parent, service, operation, startUs, durationUs }) => ({
        traceId: SAMPLE_TRACE_ID,
        id: id.padStart(16, '0'),
        ...(parent === '' ? {} : { parentId: parent.padStart(16, '0') }),
        name: operation,
        timestamp: startUs ?? START_US,
        duration: durationUs ?? 1000,
        localEndpoint: { serviceName: service },
      })),
    ),
  jaeger: (spans: readonly PlainSpan[]): string =>
    JSON.stringify({
      data: [
        {
          traceID: SAMPLE_TRACE_ID,
          spans: spans.map(({ id, parent, service, operation, startUs, durationUs }) => ({
            traceID: SAMPLE_TRACE_ID,
            spanID: id,
            operationName: operation,
            references:
              parent === ''
                ? []
                : [{ refType: 'CHILD_OF', traceID: SAMPLE_TRACE_ID, spanID: parent }],
            startTime: startUs ?? START_US,
            duration: durationUs ?? 1000,
            processID: service,
          })),
          processes: Object.fromEntries(
            spans.map(({ service }) => [service, { serviceName: service }]),
          ),
        },
      ],
    }),
} as const;
export type Format = keyof typeof WRITE;
export const PLAIN_FORMATS = Object.keys(WRITE) as Format[];

function otlpOf({
  id,
  parent,
  operation,
  startUs,
  durationUs,
}: PlainSpan): ReturnType<typeof otlpSpan> {
  const start = startUs ?? START_US;
  return otlpSpan(id, parent, operation, {
    startTimeUnixNano: `${start}000`,
    endTimeUnixNano: `${start + (durationUs ?? 1000)}000`,
  });
}
