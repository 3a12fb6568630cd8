/**
 * Layouts of tables that are known whatever file the table stands in, CSV, Parquet or JSON: the names
 * of their columns say whose they are, and so what they count.
 *
 * otel_traces is the table of the OpenTelemetry exporter for ClickHouse: Timestamp is a date,
 * Duration counts nanoseconds, a root has no parent.
 */
import type { KnownTable } from './known-table.ts';
import { COMMON_ROOTS, type MappedOptions } from './mapped-spans.ts';

const OTEL_TRACES: KnownTable = {
  columns: {
    trace: 'TraceId',
    span: 'SpanId',
    parent: 'ParentSpanId',
    service: 'ServiceName',
    operation: 'SpanName',
    start: 'Timestamp',
    duration: 'Duration',
  },
  clockUnit: 'ns',
  durationUnit: 'ns',
  options: { roots: [] },
};

/** SigNoz: its tables in ClickHouse, and the rows that its queries answer with. */
const signoz = (columns: KnownTable['columns']): KnownTable => ({
  columns,
  clockUnit: 'ns',
  durationUnit: 'ns',
  options: { roots: [] },
});
const SIGNOZ_INDEX = {
  trace: 'traceID',
  span: 'spanID',
  parent: 'parentSpanID',
  service: 'serviceName',
  operation: 'name',
  start: 'timestamp',
  duration: 'durationNano',
} as const;
const SIGNOZ_ROWS = {
  ...SIGNOZ_INDEX,
  trace: 'trace_id',
  span: 'span_id',
  parent: 'parent_span_id',
} as const;
const SIGNOZ_TABLES = [
  SIGNOZ_INDEX,
  SIGNOZ_ROWS,
  ...['service.name', 'serviceName', 'resource_string_service$$name'].map((service) => ({
    ...SIGNOZ_ROWS,
    service,
    duration: 'duration_nano',
  })),
].map(signoz);

/** A trace as SigNoz's API answers with it. */
const SIGNOZ_EVENTS: KnownTable = {
  columns: {
    trace: 'TraceId',
    span: 'SpanId',
    parent: 'References',
    service: 'ServiceName',
    operation: 'Name',
    start: '__time',
    duration: 'DurationNano',
  },
  clockUnit: 'ms',
  durationUnit: 'ns',
  options: { roots: [] },
};

const layout = (
  columns: KnownTable['columns'],
  units: Pick<KnownTable, 'clockUnit' | 'durationUnit'>,
  options: Partial<MappedOptions> = {},
): KnownTable => ({ columns, ...units, options: { roots: COMMON_ROOTS, ...options } });

const MILLISECONDS = { clockUnit: 'ms', durationUnit: 'ms' } as const;

/** Application Insights, as its queries are exported and answered: the caller of a root is its trace. */
const APP_INSIGHTS = ['timestamp', 'timestamp [UTC]'].map((start) =>
  layout(
    {
      trace: 'operation_Id',
      span: 'id',
      parent: 'operation_ParentId',
      service: 'cloud_RoleName',
      operation: 'name',
      start,
      duration: 'duration',
    },
    MILLISECONDS,
    { rootsNameTheirTrace: true },
  ),
);
/** The same in a workspace of Log Analytics: AppRequests, AppDependencies. */
const LOG_ANALYTICS = ['TimeGenerated', 'TimeGenerated [UTC]'].map((start) =>
  layout(
    {
      trace: 'OperationId',
      span: 'Id',
      parent: 'ParentId',
      service: 'AppRoleName',
      operation: 'Name',
      start,
      duration: 'DurationMs',
    },
    MILLISECONDS,
    { rootsNameTheirTrace: true },
  ),
);

/** Rows of Honeycomb, downloaded or answered. */
const HONEYCOMB = ['Timestamp UTC', 'Timestamp', 'timestamp', 'time'].map((start) =>
  layout(
    {
      trace: 'trace.trace_id',
      span: 'trace.span_id',
      parent: 'trace.parent_id',
      service: 'service.name',
      operation: 'name',
      start,
      duration: 'duration_ms',
    },
    MILLISECONDS,
  ),
);

/** Span events of New Relic, as NRQL answers. */
const NEW_RELIC = layout(
  {
    trace: 'trace.id',
    span: 'id',
    parent: 'parent.id',
    service: 'entity.name',
    operation: 'name',
    start: 'timestamp',
    duration: 'duration.ms',
  },
  MILLISECONDS,
);

const OPEN_OBSERVE = layout(
  {
    trace: 'trace_id',
    span: 'span_id',
    parent: 'reference_parent_span_id',
    service: 'service_name',
    operation: 'operation_name',
    start: 'start_time',
    duration: 'duration',
  },
  { clockUnit: 'ns', durationUnit: 'us' },
);

/** Documents of Elastic APM: a transaction is a span whose columns have its own names. */
const ELASTIC_APM = layout(
  {
    trace: 'trace.id',
    span: 'span.id',
    parent: 'parent.id',
    service: 'service.name',
    operation: 'span.name',
    start: '@timestamp',
    duration: 'span.duration.us',
  },
  { clockUnit: 'us', durationUnit: 'us' },
  {
    orElse: {
      span: 'transaction.id',
      operation: 'transaction.name',
      duration: 'transaction.duration.us',
    },
  },
);

/** Spans of OpenTelemetry as Elasticsearch keeps them (traces-*.otel). */
const ELASTIC_OTEL = layout(
  {
    trace: 'trace_id',
    span: 'span_id',
    parent: 'parent_span_id',
    service: 'resource.attributes.service.name',
    operation: 'name',
    start: '@timestamp',
    duration: 'duration',
  },
  { clockUnit: 'ns', durationUnit: 'ns' },
);

export const KNOWN_LAYOUTS: readonly KnownTable[] = [
  OTEL_TRACES,
  ...SIGNOZ_TABLES,
  SIGNOZ_EVENTS,
  ...APP_INSIGHTS,
  ...LOG_ANALYTICS,
  ...HONEYCOMB,
  NEW_RELIC,
  OPEN_OBSERVE,
  ELASTIC_APM,
  ELASTIC_OTEL,
];
