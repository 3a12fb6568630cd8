/**
 * The formats of trace files. Each is a file here; this list is the only other place that knows it.
 * Of two that are equally sure of a file, the first is taken.
 */
import type { TraceFormat } from '../trace-format.ts';
import { alibabaCsv } from './alibaba-csv.ts';
import { consoleJson } from './console-json.ts';
import { grafanaFrames } from './grafana-frames.ts';
import { jaegerElasticsearch, jaegerJson } from './jaeger-json.ts';
import { jsonTable } from './json-table.ts';
import { labelsCsv } from './labels-csv.ts';
import { nezhaCsv } from './nezha-csv.ts';
import { otlpJson } from './otlp-json.ts';
import { otlpProtobuf } from './otlp-protobuf.ts';
import { parquet } from './parquet.ts';
import { skywalkingCsv } from './skywalking-csv.ts';
import { skywalkingGraphql } from './skywalking-graphql.ts';
import { tableCsv } from './table-csv.ts';
import { traceVaeCsv } from './tracevae-csv.ts';
import { xrayJson } from './xray-json.ts';
import { zipkinJson, zipkinV1Json } from './zipkin-json.ts';

export const FORMATS: readonly TraceFormat[] = [
  jaegerJson,
  jaegerElasticsearch,
  otlpJson,
  otlpProtobuf,
  consoleJson,
  zipkinJson,
  zipkinV1Json,
  xrayJson,
  traceVaeCsv,
  skywalkingCsv,
  nezhaCsv,
  alibabaCsv,
  labelsCsv,
  skywalkingGraphql,
  grafanaFrames,
  tableCsv,
  jsonTable,
  parquet,
];
