/** The merged trees of a dataset as a JSON list, `forest` of import.json (docs/formats.md). */
import { decodeString } from '../trace/string-column.ts';
import { readTree, type TraceSet, traceCount } from '../trace/trace-set.ts';

/** Digits of a latency: float32 has seven. */
const LATENCY_DIGITS = 7;

/** @returns pieces of the list, one a trace: memory does not follow the number of traces */
export function* mergedTreesJson(traces: TraceSet): Generator<string, void> {
  let separator = '[\n    ';
  for (let trace = 0; trace < traceCount(traces); trace++) {
    const nodes = readTree(traces, trace).map(({ parent, operation, spanCount, latencyUs }) => {
      const { service, name } = traces.operations[operation]!;
      const latencyMs = Number((latencyUs / 1e3).toPrecision(LATENCY_DIGITS));
      return { service: traces.services[service]!, operation: name, parent, spanCount, latencyMs };
    });
    const traceId = decodeString(traces.traceIds, trace);
    yield separator + JSON.stringify({ traceId, nodes });
    separator = ',\n    ';
  }
  yield traceCount(traces) === 0 ? '[]' : '\n  ]';
}
