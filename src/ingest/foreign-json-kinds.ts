/**
 * JSON that tools around traces write and that is no file of spans: how each is told from its keys,
 * what it is in a sentence, and how to get traces out of the tool instead.
 */

export interface Foreign {
  readonly what: string;
  readonly advice: string;
}

export interface ForeignKind extends Foreign {
  /** Each fits one of the ways to the first keys. */
  readonly all: readonly RegExp[];
  /** Fits the text as well, where keys alone do not tell. */
  readonly text?: RegExp;
  /** Although it has a table with all that spans need: what makes traces of them stands elsewhere. */
  readonly isNoTable?: true;
}

const kind = (
  all: RegExp | readonly RegExp[],
  what: string,
  advice: string,
  more: Pick<ForeignKind, 'text' | 'isNoTable'> = {},
): ForeignKind => ({ all: all instanceof RegExp ? [all] : all, what, advice, ...more });

const COLLECTOR =
  'Give the file that the traces pipeline writes: the file exporter of the OpenTelemetry Collector.';
const STORE = 'Ask the store of the traces, such as Jaeger or Tempo.';
const BY_ID = 'Fetch each trace by its id';
const TRACING_SYSTEM =
  'Export traces from a tracing system, such as Jaeger, Tempo or the OpenTelemetry Collector.';
const SERVICE_GRAPH = 'which counts calls between services but has no traces';

export const FOREIGN_KINDS: readonly ForeignKind[] = [
  kind(
    /^traceEvents(\[\]|$)|^(traceEvents)?\[\]\.ph$/,
    'Chrome trace events (a profile of one program), which is not a format of spans',
    TRACING_SYSTEM,
  ),
  kind(
    /^(\[\]\.)?traces\[\]\.(rootServiceName|rootTraceName|spanSets?)/,
    'an answer of Tempo’s search, which names traces but does not have their spans',
    `${BY_ID} (/api/traces/<traceID>), and give these answers together.`,
  ),
  kind(
    [/^series\[\]\.(labels|promLabels)\b/, /^series\[\]\.samples\b/],
    'metrics that Tempo has made of traces, without their spans',
    `${BY_ID} (/api/traces/<traceID>), and give these answers together.`,
  ),
  kind(/(^|\.)resource_?[mM]etrics\b/, 'metrics of OpenTelemetry, not traces', COLLECTOR),
  kind(/(^|\.)resource_?[lL]ogs\b/, 'logs of OpenTelemetry, not traces', COLLECTOR),
  kind(
    /^data\.resultType$|^data\.result\[\]\.(metric|values?)\b/,
    'an answer of Prometheus or Loki (metrics or log lines), not traces',
    STORE,
  ),
  kind(
    /^(\[\]\.)?TraceSummaries\[\]\./,
    'summaries of traces of AWS X-Ray, which do not have their segments',
    'Fetch the traces by their ids (aws xray batch-get-traces), and give these answers.',
  ),
  kind(
    [/^Services\[\]\.ReferenceId$/, /^Services\[\]\.Edges$/],
    `a service graph of AWS X-Ray, ${SERVICE_GRAPH}`,
    'Fetch traces by their ids (aws xray batch-get-traces), and give these answers.',
  ),
  kind(
    /^Records\[\]\.eventSource$/,
    'events of AWS CloudTrail (who called the API of AWS), not traces',
    'Fetch traces of AWS X-Ray by their ids (aws xray batch-get-traces).',
  ),
  kind(
    [/^(data)?(\[\])?\.?parent$/, /^(data)?(\[\])?\.?child$/, /callCount$/],
    `dependencies between services, as Jaeger and Zipkin answer, ${SERVICE_GRAPH}`,
    'Ask for the traces themselves: /api/traces?service=NAME (Jaeger), /api/v2/traces (Zipkin).',
  ),
  kind(
    [/^elements\.nodes\[\]\.data\b/, /^elements\.edges\[\]\.data\b/],
    `a graph of services, as Kiali shows it, ${SERVICE_GRAPH}`,
    'Ask Jaeger or Tempo, from which Kiali has its traces.',
  ),
  kind(
    /^data\.\w+\.traces\[\]\.traceIds$/,
    'a list of SkyWalking’s traces, which does not have their spans',
    `${BY_ID} (the query queryTrace), and give these answers together.`,
  ),
  kind(
    /^(\[\]\.)?traceSegmentId$/,
    'segments of SkyWalking as its agents send them, whose spans are numbered segment by segment',
    `${BY_ID} from its server (the query queryTrace), and give these answers together.`,
    { isNoTable: true },
  ),
  kind(
    /(^|\.|\])spanContext\.spanId$/,
    'spans as a program holds them in OpenTelemetry’s JavaScript, which is no format',
    'Give what its console exporter prints, or what a Collector’s file exporter writes.',
  ),
  kind(
    /(^|\.|\])children\[\]\.(span_?id|id|name|operation(Name)?|service(Name)?)$/i,
    'a tree in which calls stand within their callers',
    'Write a row per span, with the id of its trace and of its parent.',
  ),
  kind(
    [/^(\[\]\.)?callStackIndex\./, /^(\[\]\.)?callStack$/],
    'a transaction of Pinpoint, whose calls are methods within one program',
    'Pinpoint exports no spans; send them by OpenTelemetry to a Collector too, and give its file.',
  ),
  kind(
    /^items\[\]\.trace\.(erroneous|label|startTime)$/,
    'a list of Instana’s traces, which does not have their calls',
    `${BY_ID} (/api/application-monitoring/v2/analyze/traces/<id>), or give OTLP from a Collector.`,
  ),
  kind(
    [/^(\[\]\.)?t$/, /^(\[\]\.)?s$/, /^(\[\]\.)?ts$/, /^(\[\]\.)?d$/, /^(\[\]\.)?n$/],
    'spans as Instana’s agents send them, which is between its own programs',
    'Send spans by OpenTelemetry to a Collector too, and give what its file exporter writes.',
  ),
  kind(
    [/^data\[\]\.attributes\.spans\[\]\.span-id$/],
    'a trace of Lightstep (Cloud Observability), whose spans name no trace and no service',
    'Send spans by OpenTelemetry to a Collector too, and give what its file exporter writes.',
  ),
  kind(
    [/^(\[\]\.)?contexts\.trace\.trace_id$/, /^(\[\]\.)?spans(\[\]|$)/],
    'an event of Sentry, in which the root stands apart from its spans',
    'Sentry exports no traces; send spans by OpenTelemetry to a Collector too, and give its file.',
    { isNoTable: true },
  ),
  kind(
    [/^transactions\[\]\.(event_id|transaction)$/, /^orphan_errors$/],
    'a trace of Sentry as its page shows it, without ids that other files share',
    'Sentry exports no traces; send spans by OpenTelemetry to a Collector too, and give its file.',
  ),
  kind(
    [/^spans\[\]\.displayName\b/, /^spans\[\]\.name$/],
    'spans as they are sent to Google Cloud Trace (v2), which name their trace in a path only',
    'Fetch traces by the API v1 (projects.traces.get), or give what a Collector’s file exporter writes.',
    { isNoTable: true },
  ),
  kind(
    [/(^|\.|\])httpRequest\.(latency|requestUrl)$/, /(^|\.|\])logName$/],
    'log entries of Google Cloud, which name a trace but not the caller of a span',
    'Fetch traces by the API of Cloud Trace (projects.traces.get).',
  ),
  kind(
    [/(^|\.|\])upstream_cluster$/, /(^|\.|\])(response_code|duration)$/],
    'an access log of Envoy or Istio, a request a line without its caller',
    'Switch tracing on in the mesh (meshConfig.enableTracing), and ask the store: Jaeger, Tempo or Zipkin.',
  ),
  kind(
    [/^log\.entries\[\]\.request\b/, /^log\.(version|creator)\b/],
    'an HTTP archive (HAR) of one browser, which has requests and no spans',
    TRACING_SYSTEM,
  ),
  kind(
    /^profiles\[\]\.(samples|events|unit)\b/,
    'a profile of one program (speedscope), not traces',
    TRACING_SYSTEM,
    { text: /speedscope/ },
  ),
  kind(
    [/^nodes\[\]\.callFrame\b/, /^timeDeltas$/],
    'a profile of one program (Chrome’s or Node’s CPU profile), not traces',
    TRACING_SYSTEM,
  ),
  kind(
    [/^query\./, /^data\.results$/, /^complete$/],
    'a result of Honeycomb that sums spans up',
    'Query without VISUALIZE and GROUP BY, and download the raw rows as CSV.',
    { text: /"(COUNT|P\d+\(|AVG\(|SUM\(|MAX\(|HEATMAP\()/ },
  ),
  kind(
    [/(^|\.|\])(msg|message)$/, /(^|\.|\])(level|severity)$/, /(^|\.|\])trace_?[iI]d$/],
    'lines of a log that name traces but not how long anything took',
    STORE,
  ),
  kind(
    [/^columns\[\]\.(datatype|type)$/, /^columns\[\]\.values$/],
    'a table in JSON whose columns are objects with a name and values, as Logfire answers',
    'Ask for the same table as CSV (accept: text/csv).',
  ),
  kind(
    [/^data\[\]\.name$/, /^data\[\]\.spanKind$/],
    'a list of operations, as Jaeger answers, not traces',
    'Ask for the traces themselves: /api/traces?service=NAME.',
  ),
  kind(
    /(^|\.)(frames\[\]\.)?schema\.fields$/,
    'a data frame of Grafana without the spans of a trace',
    'In Explore, open one trace by its id, and save what its query inspector shows.',
  ),
  kind(
    /(^|\.)(rows|list)\[\]\.data\.(trace_?id|span_?id)$/i,
    'rows of a query (as SigNoz answers) that lack columns which spans need',
    'Select trace_id, span_id, parent_span_id, name, timestamp and duration_nano as well.',
  ),
];
