/** Spans of a small shop, and files of them, for what reads and scores traces in Node. */

export interface ShopSpan {
  readonly trace: number;
  readonly id: number;
  readonly parent: number;
  readonly ms: number;
  readonly call: string;
}

const HEADER =
  'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,DBhash,operationName,serviceName';
export const shopCsv = (spans: readonly ShopSpan[]): string =>
  [
    HEADER,
    ...spans.map(({ trace, id, parent, ms, call }) => {
      const [service, name] = call.split('/');
      return `1,${trace},${parent},${id},${ms},0,${name},${service}`;
    }),
    '',
  ].join('\n');

/** The same as spans of Jaeger, of which an id is 32 hexadecimal digits. */
export const shopJaeger = (spans: readonly ShopSpan[]): string =>
  JSON.stringify({
    data: [...new Set(spans.map(({ trace }) => trace))].map((trace) => ({
      traceID: `1:${trace}`,
      processes: Object.fromEntries(
        ['web', 'search', 'payment', 'mail'].map((service) => [service, { serviceName: service }]),
      ),
      spans: spans
        .filter((span) => span.trace === trace)
        .map(({ id, parent, ms, call }) => ({
          traceID: `1:${trace}`,
          spanID: String(id),
          operationName: call.split('/')[1],
          processID: call.split('/')[0],
          startTime: 1_700_000_000_000_000,
          duration: Math.round(1e3 * ms),
          references:
            parent === 0
              ? []
              : [{ refType: 'CHILD_OF', traceID: `1:${trace}`, spanID: String(parent) }],
        })),
    })),
  });

/** A search of two calls and a checkout of three, in turn. */
export const shopTraces = (first: number, count: number): ShopSpan[] =>
  Array.from({ length: count }, (_, i): ShopSpan[] => [
    { trace: first + i, id: 1, parent: 0, ms: 20 + (i % 7), call: 'web/get' },
    { trace: first + i, id: 2, parent: 1, ms: 5 + (i % 3), call: 'search/query' },
    ...(i % 2 === 0
      ? []
      : [{ trace: first + i, id: 3, parent: 1, ms: 9 + (i % 5), call: 'payment/charge' }]),
  ]).flat();

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

/** As OTLP JSON, a span per line. */
export const shopOtlp = (spans: readonly ShopSpan[]): string =>
  spans
    .map(({ trace, id, parent, ms, call }) => {
      const [service, name] = call.split('/');
      return JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: hex(trace, 32),
                    spanId: hex(id, 16),
                    parentSpanId: parent === 0 ? '' : hex(parent, 16),
                    name,
                    startTimeUnixNano: '1700000000000000000',
                    endTimeUnixNano: `${1_700_000_000_000 + ms}000000`,
                  },
                ],
              },
            ],
          },
        ],
      });
    })
    .join('\n');
