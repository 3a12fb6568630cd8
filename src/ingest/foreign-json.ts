/**
 * What a JSON file is that no format recognises: the other files that tools around traces write, each
 * in a sentence, and how to get traces out of the tool instead.
 */
import type { Head } from './head.ts';

export interface Foreign {
  readonly what: string;
  readonly advice: string;
}

interface ForeignKind extends Foreign {
  /** Fits one of the ways to the first keys. */
  readonly ways: RegExp;
}

const COLLECTOR =
  'Give the file that the traces pipeline writes: the file exporter of the OpenTelemetry Collector.';
const KINDS: readonly ForeignKind[] = [
  {
    ways: /^traceEvents(\[\]|$)|^(traceEvents)?\[\]\.ph$/,
    what: 'Chrome trace events (a profile of one program), which is not a format of spans',
    advice:
      'Export traces from a tracing system, such as Jaeger, Tempo or the OpenTelemetry Collector.',
  },
  {
    ways: /^(\[\]\.)?traces\[\]\.(rootServiceName|rootTraceName|spanSets?)/,
    what: 'an answer of Tempo’s search, which names traces but does not have their spans',
    advice: 'Fetch each trace by its id (/api/traces/<traceID>), and give these answers together.',
  },
  {
    ways: /(^|\.)resource_?[mM]etrics\b/,
    what: 'metrics of OpenTelemetry, not traces',
    advice: COLLECTOR,
  },
  {
    ways: /(^|\.)resource_?[lL]ogs\b/,
    what: 'logs of OpenTelemetry, not traces',
    advice: COLLECTOR,
  },
  {
    ways: /^data\.resultType$|^data\.result\[\]\.(metric|values?)\b/,
    what: 'an answer of Prometheus or Loki (metrics or log lines), not traces',
    advice: 'Ask the store of the traces, such as Jaeger or Tempo.',
  },
  {
    ways: /^(\[\]\.)?TraceSummaries\[\]\./,
    what: 'summaries of traces of AWS X-Ray, which do not have their segments',
    advice: 'Fetch the traces by their ids (aws xray batch-get-traces), and give these answers.',
  },
  {
    ways: /(^|\.)(frames\[\]\.)?schema\.fields$/,
    what: 'a data frame of Grafana without the spans of a trace',
    advice: 'In Explore, open one trace by its id, and save what its query inspector shows.',
  },
  {
    ways: /(^|\.)(rows|list)\[\]\.data\.(trace_?id|span_?id)$/i,
    what: 'rows of a query (as SigNoz answers) that lack columns which spans need',
    advice: 'Select trace_id, span_id, parent_span_id, name, timestamp and duration_nano as well.',
  },
];

/** Characters of the words of an error. */
const LONGEST_WORDS = 200;

/** Null where it is nothing that is known. */
export function foreignJson({ json, text, whole }: Head): Foreign | null {
  const ways = [...json.ways];
  const kind = KINDS.find((each) => ways.some((way) => each.ways.test(way)));
  if (kind) return kind;
  const value = whole ? parsed(text) : undefined;
  const words = errorWords(value);
  if (words !== null) {
    return {
      what: `an error answer without a trace: ${words.slice(0, LONGEST_WORDS)}`,
      advice: 'Ask again, and check the address, the id of the trace and the time range.',
    };
  }
  return isEmptyAnswer(value)
    ? {
        what: 'an empty answer: no trace in it',
        advice: 'Ask again with a wider time range, or another service.',
      }
    : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const WORD_KEYS = ['msg', 'message', 'error', 'detail', 'title', 'reason', 'errorMessage'];
const CODE_KEYS = ['code', 'status', 'statusCode', 'status_code'];

/** "trace not found (404)"; null where the answer tells of no error. */
function errorWords(value: unknown): string | null {
  if (!isObject(value)) return null;
  const { errors } = value;
  if (Array.isArray(errors) && errors.length > 0) {
    return typeof errors[0] === 'string' ? errors[0] : errorWords(errors[0]);
  }
  for (const key of WORD_KEYS) {
    const words = value[key];
    if (isObject(words)) return errorWords(words);
    if (typeof words !== 'string' || words === '') continue;
    const code = CODE_KEYS.map((each) => value[each]).find(
      (each) => typeof each === 'number' || (typeof each === 'string' && each !== ''),
    );
    return code === undefined ? words : `${words} (${code})`;
  }
  return null;
}

const LIST_KEYS = ['data', 'traces', 'result', 'hits', 'batches', 'spans', 'items', 'rows'];

/** Whether everything in it that could hold traces holds none. */
function isEmptyAnswer(value: unknown): boolean {
  if (Array.isArray(value))
    return value.every((each) => Array.isArray(each) && isEmptyAnswer(each));
  if (!isObject(value)) return value === null;
  const lists = LIST_KEYS.filter((key) => key in value);
  return (
    Object.keys(value).length === 0 ||
    (lists.length > 0 && lists.every((key) => isEmptyAnswer(value[key])))
  );
}
