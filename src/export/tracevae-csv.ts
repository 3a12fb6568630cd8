/**
 * The authors' CSV layout: durations in milliseconds, a start as UTC to the second and nanoseconds,
 * parent 0 for a root, labels a row. Label columns are there if the first spans have labels; what is
 * unlabelled among labelled traces then reads as normal, because the layout has no word for it.
 */
import { microsToMillis } from '../base/units.ts';
import { NO_PARENT } from '../trace/span-columns.ts';
import { decodeString } from '../trace/string-column.ts';
import { labelCode } from '../trace/trace-set.ts';
import type { SpanFormat, TraceWriter, WritableSpans } from './span-format.ts';
import { traceIdDecimals } from './span-ids.ts';

const COLUMNS =
  'traceIdHigh,traceIdLow,parentSpanId,spanId,startTime,duration,nanosecond,DBhash,status,operationName,serviceName';
const LABEL_COLUMNS = ',nodeLatencyLabel,graphLatencyLabel,graphStructureLabel';
const UNLABELLED = labelCode('unlabelled');
const STRUCTURE = labelCode('structure');
const TIME = labelCode('time');

export const traceVaeCsv: SpanFormat = {
  head: (columns) => `${COLUMNS}${columns && isLabelled(columns) ? LABEL_COLUMNS : ''}\n`,
  between: '',
  tail: '',
  traceWriter,
};

const isLabelled = ({ label }: WritableSpans): boolean => label.some((code) => code !== UNLABELLED);

function traceWriter(columns: WritableSpans): TraceWriter {
  const services = columns.services.map(cell);
  const operations = columns.operations.map(cell);
  const labelled = isLabelled(columns);
  return (trace, rows) => {
    const [high, low] = traceIdDecimals(decodeString(columns.traceIds, trace));
    let text = '';
    for (const row of rows) {
      const parent = columns.parent[row]!;
      const [startTime, nanosecond] = startCells(columns.startUs[row]!);
      const label = columns.label[row]!;
      const labels = labelled ? `,0,${label === TIME ? 1 : 0},${label === STRUCTURE ? 1 : 0}` : '';
      text +=
        `${high},${low},${parent === NO_PARENT ? 0 : parent + 1},${columns.span[row]! + 1},` +
        `${startTime},${microsToMillis(columns.durationUs[row]!)},${nanosecond},0,0,` +
        `${operations[columns.operation[row]!]!},${services[columns.service[row]!]!}${labels}\n`;
    }
    return text;
  };
}

/** Quoted where RFC 4180 asks for it. */
const cell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Empty where the start is unknown, or no date that the layout can write. */
function startCells(startUs: number): readonly [startTime: string, nanosecond: string] {
  if (!(startUs >= 0 && startUs < MAX_START_US)) return ['', ''];
  const seconds = Math.floor(startUs / 1e6);
  const nanosecond = Math.min(999_999_999, Math.round((startUs - seconds * 1e6) * 1e3));
  return [new Date(seconds * 1e3).toISOString().slice(0, 19).replace('T', ' '), String(nanosecond)];
}

/** The year 10000. */
const MAX_START_US = Date.UTC(10_000, 0) * 1e3;
