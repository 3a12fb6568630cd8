/**
 * Small tables in the layouts that the import type { ColumnMapping } from '../trace/column-mapping.ts';
import knows, two traces each, made by code so that a test
 * can see what is in them: a call of `web` to `db` and, in the second trace, to `cache`.
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ColumnMapping } from '../trace/column-mapping.ts';

const lines = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;

export const SKYWALKING = lines(
  'StartTime,EndTime,URL,SpanType,Service,SpanId,TraceId,Peer,ParentSpan,Component,IsError',
  '1627609932617,1627609932735,{GET}/home,Entry,web,a.1.0,t1,,-1,Tomcat,False',
  '1627609932620,1627609932630,SELECT,Exit,db,a.1.1,t1,,a.1.0,mysql,False',
  '1627609933000,1627609933020,{GET}/home,Entry,web,b.1.0,t2,,-1,Tomcat,False',
  '1627609933001,1627609933004,SELECT,Exit,db,b.1.1,t2,,b.1.0,mysql,True',
  '1627609933005,1627609933006,GET,Exit,cache,b.1.2,t2,,b.1.0,redis,False',
);

export const NEZHA = lines(
  'TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration',
  't1,s1,root,web-6f6cfc45b-h5m2n,/home,1674981768697763387,1674981769015072039,317308',
  't1,s2,s1,db-5b67c48447-mv5hb,SELECT,1674981768697763387,1674981768697764387,1',
  't2,s1,root,web-6f6cfc45b-h5m2n,/home,1674981768697763387,1674981768698763387,1000',
  't2,s2,s1,db-5b67c48447-mv5hb,SELECT,1674981768697763387,1674981768698000000,236',
  't2,s3,s1,cache-0,GET,1674981768697763387,1674981768697763887,0',
);

export const ALIBABA = lines(
  ',traceid,timestamp,rpcid,um,rpctype,dm,interface,rt',
  '0,t1,193679,0,USER,http,web,/home,118.0',
  '1,t1,193680,0.1,web,rpc,db,SELECT,10.0',
  '2,t1,193681,0.1,web,rpc,db,SELECT,-8.0',
  '3,t2,193700,0,USER,http,web,/home,-20.0',
  '4,t2,193701,0.1,web,rpc,db,SELECT,-3.0',
  '5,t2,193702,0.2,web,mc,cache,,1.0',
);

/** FORMAT CSVWithNames of the table otel_traces, with the columns that matter and one that does not. */
export const OTEL_TRACES = lines(
  '"Timestamp","TraceId","SpanId","ParentSpanId","SpanName","ServiceName","SpanAttributes","Duration"',
  '"2024-03-01 10:00:00.123456789","t1","s1","","/home","web","{\'a\':\'1,2\'}",118000000',
  '"2024-03-01 10:00:00.124000000","t1","s2","s1","SELECT","db","{}",10000000',
  '"2024-03-01 10:00:01.000000000","t2","s1","","/home","web","{}",20000000',
  '"2024-03-01 10:00:01.001000000","t2","s2","s1","SELECT","db","{}",3000000',
  '"2024-03-01 10:00:01.005000000","t2","s3","s1","GET","cache","{}",1000000',
);

/** Spans of each table above, and how many operations they have together. */
export const TABLE_SPANS = 5;
export const TABLE_OPERATIONS = 3;

type ParquetOptions = Pick<
  Parameters<typeof parquetWriteBuffer>[0],
  'rowGroupSize' | 'codec' | 'compressors'
>;

/** The same spans as Parquet, with the types that ClickHouse writes. */
export function otelParquet(options: ParquetOptions = {}): Uint8Array {
  const at = (millis: number): bigint => 1709287200000000000n + BigInt(millis) * 1000000n;
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'Timestamp', data: [0, 1, 1000, 1001, 1005].map(at), type: 'INT64' },
        { name: 'TraceId', data: ['t1', 't1', 't2', 't2', 't2'], type: 'STRING' },
        { name: 'SpanId', data: ['s1', 's2', 's1', 's2', 's3'], type: 'STRING' },
        { name: 'ParentSpanId', data: ['', 's1', '', 's1', 's1'], type: 'STRING' },
        { name: 'SpanName', data: ['/home', 'SELECT', '/home', 'SELECT', 'GET'], type: 'STRING' },
        {
          name: 'ServiceName',
          data: ['web', 'db', 'web', 'db', 'cache'],
          nullable: true,
          type: 'STRING',
        },
        {
          name: 'Duration',
          data: [118, 10, 20, 3, 1].map((millis) => BigInt(millis) * 1000000n),
          type: 'INT64',
        },
      ],
      ...options,
    }),
  );
}

/** Trace, span, parent, operation and duration in the first five columns, unless told otherwise. */
export const mappingOf = (header: readonly string[], trace = 0): ColumnMapping => ({
  header,
  columns: {
    trace,
    span: 1,
    parent: 2,
    service: -1,
    operation: 3,
    start: -1,
    end: -1,
    duration: 4,
    label: -1,
  },
  clockUnit: 'ms',
  durationUnit: 'us',
});
