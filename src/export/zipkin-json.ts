/**
 * Zipkin v2 JSON (zipkin2-api.yaml): one list of spans, times in whole microseconds. Zipkin knows no
 * duration under a microsecond and no time 0; an unknown time is left out.
 */
import { NO_PARENT } from '../trace/span-columns.ts';
import { jsonTexts, type SpanFormat, type TraceWriter, type WritableSpans } from './span-format.ts';
import { spanIdHex } from './span-ids.ts';

function traceWriter(columns: WritableSpans): TraceWriter {
  const { services, operations, traceId } = jsonTexts(columns);
  return (trace, rows) => {
    const id = traceId(trace);
    return Array.from(rows, (row) => {
      const parent = columns.parent[row]!;
      const startUs = Math.round(columns.startUs[row]!);
      return (
        `{"traceId":"${id}",${parent === NO_PARENT ? '' : `"parentId":"${spanIdHex(parent)}",`}` +
        `"id":"${spanIdHex(columns.span[row]!)}","name":${operations[columns.operation[row]!]!},` +
        `${startUs >= 1 ? `"timestamp":${startUs},` : ''}` +
        `"duration":${Math.max(1, Math.round(columns.durationUs[row]!))},` +
        `"localEndpoint":{"serviceName":${services[columns.service[row]!]!}}}`
      );
    }).join(',\n');
  };
}

export const zipkinJson: SpanFormat = { head: () => '[', between: ',\n', tail: ']\n', traceWriter };
