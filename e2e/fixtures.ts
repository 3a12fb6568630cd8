/** Small datasets for the end-to-end tests, made by code so that each test states what is in them. */
import { createRandom } from '../src/base/random.ts';

export interface FixtureSpan {
  readonly trace: number;
  readonly span: number;
  readonly parent: number;
  readonly service: string;
  readonly operation: string;
  readonly durationMs: number;
  readonly label: 'normal' | 'structure' | 'time';
}

/** Two request types: a checkout of 4 calls and a search of 3. */
const REQUESTS = [
  [
    ['web', 'POST /checkout', -1, 40],
    ['cart', 'Get', 0, 8],
    ['payment', 'Charge', 0, 20],
    ['payment', 'Verify', 2, 6],
  ],
  [
    ['web', 'GET /search', -1, 15],
    ['search', 'Query', 0, 9],
    ['catalog', 'Read', 1, 4],
  ],
] as const;

/**
 * @param traces how many, alternating between the two request types
 * @param anomalies of these the last few: half lack a call, half have one slow call
 */
export function requestSpans(seed: number, traces: number, anomalies = 0): FixtureSpan[] {
  const random = createRandom(seed);
  const spans: FixtureSpan[] = [];
  for (let trace = 0; trace < traces; trace++) {
    const calls = REQUESTS[trace % 2]!;
    const anomalous = trace >= traces - anomalies;
    const label = !anomalous ? 'normal' : trace % 4 < 2 ? 'structure' : 'time';
    const load = Math.exp(0.2 * random.normal());
    const kept = label === 'structure' ? calls.slice(0, -1) : calls;
    kept.forEach(([service, operation, parent, ms], i) => {
      const slow = label === 'time' && i === kept.length - 1 ? 8 : 1;
      const durationMs = ms * load * slow * Math.exp(0.05 * random.normal());
      spans.push({ trace, span: i + 1, parent: parent + 1, service, operation, durationMs, label });
    });
  }
  return spans;
}

const HEADER =
  'traceIdHigh,traceIdLow,parentSpanId,spanId,startTime,duration,nanosecond,DBhash,status,operationName,serviceName';

export function traceVaeCsv(spans: readonly FixtureSpan[], labelled: boolean): string {
  const lines = spans.map((s) => {
    const row = `-4365100055175869479,${1000 + s.trace},${s.parent},${s.span},2022-08-22 07:53:20,${s.durationMs.toFixed(4)},9464929,0,0,${s.operation},${s.service}`;
    return labelled
      ? `${row},0,${s.label === 'time' ? 1 : 0},${s.label === 'structure' ? 1 : 0}`
      : row;
  });
  const header = labelled
    ? `${HEADER},nodeLatencyLabel,graphLatencyLabel,graphStructureLabel`
    : HEADER;
  return `${[header, ...lines].join('\n')}\n`;
}

export function jaegerJson(spans: readonly FixtureSpan[]): string {
  const traces = new Map<number, FixtureSpan[]>();
  for (const span of spans) traces.set(span.trace, [...(traces.get(span.trace) ?? []), span]);
  const hex = (value: number): string => value.toString(16).padStart(16, '0');
  const data = [...traces].map(([trace, members]) => ({
    traceID: hex(trace + 1),
    spans: members.map((s) => ({
      traceID: hex(trace + 1),
      spanID: hex((trace + 1) * 100 + s.span),
      operationName: s.operation,
      references:
        s.parent === 0
          ? []
          : [
              {
                refType: 'CHILD_OF',
                traceID: hex(trace + 1),
                spanID: hex((trace + 1) * 100 + s.parent),
              },
            ],
      startTime: 1661154800000000 + trace * 1000,
      duration: Math.round(s.durationMs * 1000),
      tags: [],
      logs: [],
      processID: `p-${s.service}`,
    })),
    processes: Object.fromEntries(
      members.map((s) => [`p-${s.service}`, { serviceName: s.service, tags: [] }]),
    ),
  }));
  return JSON.stringify({ data });
}

export const TRAIN_CSV = (): string => traceVaeCsv(requestSpans(1, 160), false);
export const VAL_CSV = (): string => traceVaeCsv(requestSpans(2, 40), false);
export const TEST_CSV = (): string => traceVaeCsv(requestSpans(3, 60, 12), true);
