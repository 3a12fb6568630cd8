/**
 * The guess that a person is shown for the columns of a table nobody has seen.
 */
import { COLUMN_ROLES, type ColumnMapping, type ColumnRole } from '../trace/column-mapping.ts';
import { withUnits } from '../trace/column-units.ts';
import { plainName } from './column-names.ts';

/** A trace id, a span id, an operation and a duration: no trace has fewer columns. */
export const FEWEST_COLUMNS = 4;

/**
 * Names that columns go by, in letters and digits only, best first: OpenTelemetry and its exporters
 * (ClickHouse, Loki, pandas), Jaeger, Zipkin, SkyWalking.
 */
const NAMES: Readonly<Record<ColumnRole, readonly string[]>> = {
  trace: ['traceid', 'tracehex', 'traceuuid', 'tracetraceid', 'trace', 'operationid', 'tid'],
  span: ['spanid', 'spanhex', 'spanuuid', 'tracespanid', 'span', 'id', 'sid'],
  parent: [
    'parentspanid',
    'parentid',
    'parentspan',
    'spanparentid',
    'referencesspanid',
    'parentspanuuid',
    'traceparentid',
    'parent',
    'operationparentid',
    'parentsid',
    'psid',
    'pid',
    'parentobservationid',
    'parentrunid',
    'referenceparentspanid',
    'dparentid',
  ],
  service: [
    'servicename',
    'resourceservicename',
    'resourceattributesservicename',
    'processservicename',
    'localendpointservicename',
    'service',
    'svc',
    'cloudrolename',
    'approlename',
    'entityname',
    'appname',
    'attrsservicename',
    'labelsservicename',
    'labelscomponent',
    'cmdbid',
    'podname',
    'pod',
    'app',
    'component',
    'hostname',
    'host',
  ],
  operation: [
    'operationname',
    'spanname',
    'operation',
    'name',
    'endpoint',
    'endpointname',
    'interface',
    'resourcename',
    'resource',
    'methodname',
    'method',
    'url',
    'op',
    'displayname',
    'description',
  ],
  start: [
    'starttimeunixnano',
    'starttime',
    'starttimestamp',
    'starttimeutc',
    'startepoch',
    'startedat',
    'start',
    'timestamp',
    'timestampmillis',
    'startts',
    'begin',
    'began',
    'time',
    'timegenerated',
    'timestamputc',
    'ts',
  ],
  end: [
    'endtimeunixnano',
    'endtime',
    'endtimestamp',
    'endtimeutc',
    'endepoch',
    'endedat',
    'end',
    'endts',
    'ended',
    'finishtime',
    'finishedat',
    'finish',
    'stoptime',
    'stop',
  ],
  duration: [
    'durationnano',
    'durationnanos',
    'durationms',
    'durationus',
    'durationns',
    'duration',
    'spanduration',
    'transactionduration',
    'eventduration',
    'elapsedtime',
    'elapsed',
    'latency',
    'latencyms',
    'took',
    'timetaken',
    'rt',
    'responsetime',
    'cost',
    'timecost',
    'spendtime',
  ],
  label: ['label', 'isanomaly', 'anomaly', 'anomalylabel', 'tracelabel'],
};

/** Of a plain name: "durationms", "starttimeunixnano", "tookmicros". */
const UNIT_ENDING =
  /(unix)?(nano(second)?s?|micro(second)?s?|milli(second)?s?|seconds?|[nuµm]s|secs?)$/;

/** What holds a record, as tools put it before the names of its columns. */
const AROUND = /^(_?source|data|attributes|fields|results?|items?|records?|context|document)\./i;
/** How typed JSON says what a value is: MongoDB, DynamoDB, Avro, wrappers of protobuf. */
const TYPED = /\.(\$\w+|S|N|value|string|long|int|double)$/;

/** Names without what is around them and what type they are of. */
const bareNames = (header: readonly string[]): string[] =>
  header.map((name) => plainName(name.replace(AROUND, '').replace(TYPED, '')));

/**
 * A mapping from what columns are called and what their first values look like; roles without a
 * likely column stay at -1.
 */
export function guessMapping(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): ColumnMapping {
  const plain = header.map(plainName);
  const bare = bareNames(header);
  const unitless = bare.map((name) => name.replace(UNIT_ENDING, ''));
  const columns = { ...NO_COLUMNS };
  const taken = new Set<number>();
  for (const role of COLUMN_ROLES) {
    const named = NAMES[role]
      .flatMap((name) => [plain.indexOf(name), bare.indexOf(name)])
      .find((cell) => cell >= 0);
    const cell = named ?? NAMES[role].map((name) => unitless.indexOf(name)).find((at) => at >= 0);
    if (cell === undefined || taken.has(cell)) continue;
    columns[role] = cell;
    taken.add(cell);
  }
  // OpenRCA names the service cmdb_id, and the operation serviceName.
  const cmdb = plain.indexOf('cmdbid');
  if (cmdb >= 0 && columns.operation < 0 && columns.service !== cmdb) {
    columns.operation = columns.service;
    columns.service = cmdb;
  }
  return withUnits({ header, columns, clockUnit: 'ms', durationUnit: 'ms' }, rows);
}

const NO_COLUMNS: Readonly<Record<ColumnRole, number>> = {
  trace: -1,
  span: -1,
  parent: -1,
  service: -1,
  operation: -1,
  start: -1,
  end: -1,
  duration: -1,
  label: -1,
};
