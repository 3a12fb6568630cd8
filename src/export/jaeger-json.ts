/**
 * Jaeger JSON, as its UI loads it: {"data": [trace, ...]}, times in whole microseconds.
 */
import { NO_PARENT } from '../trace/span-columns.ts';
import { knownTime } from './otlp-json.ts';
import { jsonTexts, type SpanFormat, type TraceWriter, type WritableSpans } from './span-format.ts';
import { spanIdHex } from './span-ids.ts';

function traceWriter(columns: WritableSpans): TraceWriter {
  const { services, operations, traceId } = jsonTexts(columns);

  const writeSpan = (row: number, id: string): string => {
    const parent = columns.parent[row]!;
    const references =
      parent === NO_PARENT
        ? ''
        : `{"refType":"CHILD_OF","traceID":"${id}","spanID":"${spanIdHex(parent)}"}`;
    return (
      `{"traceID":"${id}","spanID":"${spanIdHex(columns.span[row]!)}",` +
      `"operationName":${operations[columns.operation[row]!]!},"references":[${references}],` +
      `"startTime":${Math.round(knownTime(columns.startUs[row]!))},` +
      `"duration":${Math.round(columns.durationUs[row]!)},"tags":[],"logs":[],` +
      `"processID":"p${columns.service[row]!}","warnings":null}`
    );
  };

  return (trace, rows) => {
    const id = traceId(trace);
    const spans = Array.from(rows, (row) => writeSpan(row, id));
    const processes = Array.from(
      new Set(Array.from(rows, (row) => columns.service[row]!)),
      (service) => `"p${service}":{"serviceName":${services[service]!},"tags":[]}`,
    );
    return `{"traceID":"${id}","spans":[${spans.join(',')}],"processes":{${processes.join(',')}},"warnings":null}`;
  };
}

export const jaegerJson: SpanFormat = {
  head: () => '{"data":[',
  between: ',\n',
  tail: '],"total":0,"limit":0,"offset":0,"errors":null}\n',
  traceWriter,
};
