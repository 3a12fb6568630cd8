/**
 * What a text is that no format recognises, or a table whose columns are those of another tool: in a
 * sentence, and how to get traces instead.
 */
import type { Foreign } from './foreign-json-kinds.ts';
import { type Head, hasColumns } from './head.ts';

const FILE_EXPORTER = 'Give what the file exporter of the OpenTelemetry Collector writes.';
const TRACING_SYSTEM =
  'Export traces from a tracing system, such as Jaeger, Tempo or the OpenTelemetry Collector.';
const AS_CSV = 'Write the table as CSV with a header.';

/** Consoles whose output is for reading: text in no form that other tools write. */
const CONSOLES: readonly (readonly [RegExp, string])[] = [
  [/^Activity\.(TraceId|Id):/m, '.NET'],
  [/#<struct OpenTelemetry::SDK::Trace::SpanData/, 'Ruby'],
  [/'[^'\n]*' : [0-9a-f]{32} [0-9a-f]{16} [A-Z]+ \[tracer: /, 'Java'],
  [/^ +trace_id +: /m, 'C++'],
  [/^Spans\r?\nResource\b/m, 'Rust'],
];

/** Of a list or an object in Python, where JSON has double quotes. */
const PYTHON = /^[[(]?\s*\{'/;

/** What a program has printed for reading, which may look like JSON; null where it is nothing known. */
export function foreignConsole({ text }: Head): Foreign | null {
  if (PYTHON.test(text)) {
    return {
      what: 'objects as Python prints them, which is not JSON',
      advice: 'Write them by json.dump, and give that file.',
    };
  }
  const language = CONSOLES.find(([pattern]) => pattern.test(text))?.[1];
  return language === undefined
    ? null
    : {
        what: `console output of OpenTelemetry for ${language}, which is for reading and not a format`,
        advice: 'Export the spans as OTLP to a Collector, and give what its file exporter writes.',
      };
}

/** Texts that have a table's separators in them as well. */
const NO_TABLES: readonly (readonly [RegExp, string, string])[] = [
  [
    /^(\s|--.*|\/\*.*)*(INSERT\s+INTO|CREATE\s+TABLE|COPY\s+\S+\s*\(|SET\s+\w+\s*=|BEGIN\s*;)/i,
    'statements of SQL, as of a dump, not read here',
    AS_CSV,
  ],
  [
    /^(Resource|Scope)Spans #\d|\bTracesExporter\b|^Span #\d/m,
    'the log of the Collector’s debug exporter, which is for reading and not a format',
    FILE_EXPORTER,
  ],
  [
    /^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] "[A-Z]+ \S+ HTTP\/[\d.]+" \d+ /,
    'an access log of Envoy or Istio, a request a line without its caller',
    'Switch tracing on in the mesh (meshConfig.enableTracing), and ask the store: Jaeger, Tempo or Zipkin.',
  ],
  [
    /^\S+ \S+ \S+ \[\d\d\/\w{3}\/\d{4}:[\d:]+ [+-]\d{4}\] "[A-Z]+ /,
    'an access log of a web server, a request a line without its caller',
    TRACING_SYSTEM,
  ],
  [
    /^PT1\t|^t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\t/,
    'a message tree of CAT, which is not read here',
    'Send spans by OpenTelemetry to a Collector too, and give what its file exporter writes.',
  ],
  [
    /^([^\s;]+;)+[^\s;]+ \d+\r?$/m,
    'stacks of a profiler, folded into lines, not traces',
    TRACING_SYSTEM,
  ],
  [
    /^# (HELP|TYPE) \w+ /m,
    'metrics of Prometheus as text, not traces',
    'Ask the store of the traces, such as Jaeger or Tempo.',
  ],
];

const TEXTS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^\d{4}-\d\d-\d\dT\S+ (stdout|stderr) [FP] /,
    'a container log without spans as JSON in it',
    FILE_EXPORTER,
  ],
  [
    /^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|^(DEBUG|INFO|WARN|ERROR)\b/,
    'lines of a log, not traces',
    FILE_EXPORTER,
  ],
  [
    /^"(\[\s*)?\{(\s|\\[nrt])*\\"/,
    'JSON as a text in quotes',
    'Take the quotes off: jq -r . FILE > traces.json',
  ],
  [
    /^<\?xml[^>]*>\s*<Types\b[^>]*openxmlformats/,
    'an Excel or other Office file, not read here',
    'Save the sheet with the spans as CSV.',
  ],
  [/^%PDF-/, 'a PDF document', TRACING_SYSTEM],
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    'a Git LFS pointer, without the file it stands for',
    'Fetch the file itself: git lfs pull.',
  ],
  [
    /^\s*[┌╔┏]/,
    'a table drawn with lines, as ClickHouse prints it for reading',
    'Ask for the same rows with FORMAT CSVWithNames, JSONEachRow or Parquet.',
  ],
  [
    /^Row 1:\r?\n─+/,
    'rows one below the other, as ClickHouse prints them for reading',
    'Ask for the same rows with FORMAT CSVWithNames, JSONEachRow or Parquet.',
  ],
  [
    /^-\[ RECORD 1 \]|^\*+ 1\. row \*+/,
    'rows one below the other, as a database prints them for reading',
    `${AS_CSV} psql does with \\copy (SELECT …) TO 'spans.csv' CSV HEADER.`,
  ],
  [/^(strict )?(di)?graph\b[^\n]*\{/, 'a graph of Graphviz, not traces', TRACING_SYSTEM],
  [
    /^[\w.-]+(;[\w.=-]+)* -?[\d.]+ \d{9,}$/m,
    'metrics of Graphite as text, not traces',
    'Ask the store of the traces, such as Jaeger or Tempo.',
  ],
  [
    /^(resource_spans|scope_spans|spans) \{\s*$/m,
    'OTLP in protobuf’s text format, which is for reading',
    FILE_EXPORTER,
  ],
  [
    /^(---\s*\n)?(- )?[\w.-]+:( .*)?\r?\n(\s*- |\s*[\w.-]+:( |\r?\n|$))/,
    'YAML, which is not read here',
    'Where traces are in it, write them as JSON: yq -o json FILE > traces.json',
  ],
  [/^\[[\w.-]+\]\r?\n[\w.-]+ ?= ?/, 'settings (TOML or INI), not traces', TRACING_SYSTEM],
  [
    /^\s*\w*(trace|span)_?id\w*([ \t]+[\w.]+){3,}\s*$/im,
    'a table whose cells are set apart by spaces',
    AS_CSV,
  ],
];

/** Columns that only these tools write, which have no spans. */
const TABLES: readonly (readonly [readonly string[], string, string])[] = [
  [
    ['timeStamp', 'elapsed', 'label', 'responseCode'],
    'results of JMeter: requests of a load test, without the calls behind them',
    'Export the traces of the system under test from Jaeger, Tempo or a Collector.',
  ],
  [
    ['metric_name', 'timestamp', 'metric_value'],
    'results of k6: metrics of a load test, not traces',
    'Export the traces of the system under test from Jaeger, Tempo or a Collector.',
  ],
  [
    ['Type', 'Name', 'Request Count', 'Failure Count'],
    'statistics of Locust: sums of a load test, not traces',
    'Export the traces of the system under test from Jaeger, Tempo or a Collector.',
  ],
];

/** A table, or what looks like one, that has no spans; null where it may have. */
export function foreignTable(head: Head): Foreign | null {
  return (
    found(NO_TABLES, head.text) ?? worded(TABLES.find(([columns]) => hasColumns(head, ...columns)))
  );
}

/** Null where it is nothing that is known. */
export const foreignText = (head: Head): Foreign | null =>
  foreignTable(head) ?? found(TEXTS, head.text);

const found = (kinds: typeof TEXTS, text: string): Foreign | null =>
  worded(kinds.find(([pattern]) => pattern.test(text)));

const worded = (kind: readonly [unknown, string, string] | undefined): Foreign | null =>
  kind ? { what: kind[1], advice: kind[2] } : null;
