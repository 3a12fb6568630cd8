import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import {
  kindOfMark,
  MAX_VALUES,
  OTHER_TEXT,
  SPAN_KINDS,
  SPAN_STATUSES,
  statusOfMark,
  valueText,
} from '../trace/span-facts.ts';
import { SpanFactsTable } from './span-facts-table.ts';

/** Says an attribute of the span that is being read, as readers do. */
function say(facts: SpanFactsTable, key: string, value: string): void {
  const name = encodeUtf8(key);
  const known = facts.key(name, 0, name.length);
  const bytes = encodeUtf8(value);
  if (known >= 0) facts.say(known, bytes, 0, bytes.length);
}

/** What becomes of one span with these attributes. */
function spanWith(attributes: Readonly<Record<string, string>>) {
  const facts = new SpanFactsTable([]);
  for (const [key, value] of Object.entries(attributes)) say(facts, key, value);
  facts.addRow(0);
  const mark = facts.finish(1)?.mark?.[0] ?? 0;
  return `${SPAN_STATUSES[statusOfMark(mark)]} ${SPAN_KINDS[kindOfMark(mark)]}`;
}

describe('status and kind', () => {
  test.each([
    [{}, 'unset unspecified'],
    [{ 'otel.status_code': 'ERROR' }, 'error unspecified'],
    [{ 'otel.status_code': 'OK', error: 'true' }, 'ok unspecified'],
    [{ error: 'true' }, 'error unspecified'],
    [{ error: 'connection refused' }, 'error unspecified'],
    [{ error: '' }, 'error unspecified'],
    [{ error: 'false', 'http.status_code': '500' }, 'unset unspecified'],
    [{ 'http.status_code': '503' }, 'error unspecified'],
    [{ 'http.response.status_code': '200' }, 'ok unspecified'],
    [{ 'http.status_code': '404', 'span.kind': 'server' }, 'unset server'],
    [{ 'span.kind': 'client', 'http.status_code': '404' }, 'error client'],
    [{ 'http.status_code': 'none' }, 'unset unspecified'],
    [{ 'rpc.grpc.status_code': '0' }, 'ok unspecified'],
    [{ 'rpc.grpc.status_code': '5', 'span.kind': 'client' }, 'error client'],
    [{ 'rpc.grpc.status_code': '5', 'span.kind': 'server' }, 'unset server'],
    [{ 'rpc.grpc.status_code': '13', 'span.kind': 'SPAN_KIND_SERVER' }, 'error server'],
    [{ 'rpc.response.status_code': 'UNAVAILABLE' }, 'error unspecified'],
    [{ 'span.kind': 'Exit' }, 'unset client'],
    [{ 'span.kind': 'PRODUCER' }, 'unset producer'],
    [{ 'span.kind': 'constructor' }, 'unset unspecified'],
  ])('%j is %s', (attributes, expected) => {
    expect(spanWith(attributes)).toBe(expected);
  });
});

function attribute(facts: SpanFactsTable, rows: number, name: string) {
  const column = facts.finish(rows)?.attributes.find((each) => each.name === name);
  return column && Array.from(column.value, (value) => valueText(column.values, value));
}

test('attributes that are kept are found under their names of now and before', () => {
  const facts = new SpanFactsTable(['http.status_code', 'version', 'mine', 'error']);
  for (const [key, value] of [
    ['http.response.status_code', '200'],
    ['service.version', '1.2'],
    ['mine', 'x'],
    ['other', 'y'],
    ['error', 'lost'],
  ] as const) {
    say(facts, key, value);
  }
  facts.addRow(1);
  expect(attribute(facts, 3, 'http.status_code')).toEqual(['', '200', '']);
  expect(attribute(facts, 3, 'version')).toEqual(['', '1.2', '']);
  expect(attribute(facts, 3, 'mine')).toEqual(['', 'x', '']);
  expect(attribute(facts, 3, 'error')).toEqual(['', 'lost', '']);
});

test('what is said of a span that is lost goes with it', () => {
  const facts = new SpanFactsTable(['host']);
  say(facts, 'host', 'a');
  say(facts, 'error', 'true');
  facts.startSpan();
  facts.addRow(0);
  expect(facts.finish(1)).toBeUndefined();
});

test('shared attributes go to the spans that have none of their own', () => {
  const facts = new SpanFactsTable(['host']);
  facts.addRow(0);
  say(facts, 'host', 'own');
  facts.addRow(1);
  facts.addRow(2);
  const shared = facts.shared();
  const bytes = encodeUtf8('host.nameresource');
  facts.share(shared, facts.key(bytes, 0, 9), bytes, 9, bytes.length);
  facts.fill(shared, 1, 3);
  expect(attribute(facts, 3, 'host')).toEqual(['', 'own', 'resource']);
});

test('a long value is cut between two characters', () => {
  const facts = new SpanFactsTable(['host']);
  say(facts, 'host', `${'a'.repeat(255)}é${'b'.repeat(50)}`);
  facts.addRow(0);
  expect(attribute(facts, 1, 'host')).toEqual(['a'.repeat(255)]);
});

test('values beyond what a column holds are told and counted', () => {
  const facts = new SpanFactsTable(['host']);
  for (let row = 0; row < MAX_VALUES + 3; row++) {
    say(facts, 'host', `host ${row}`);
    facts.addRow(row);
  }
  say(facts, 'host', 'host 7');
  facts.addRow(MAX_VALUES + 3);
  expect(facts.overflows(MAX_VALUES + 4)).toEqual([{ name: 'host', spans: 3 }]);
  const values = attribute(facts, MAX_VALUES + 4, 'host')!;
  expect(values.slice(MAX_VALUES - 1)).toEqual([
    `host ${MAX_VALUES - 1}`,
    OTHER_TEXT,
    OTHER_TEXT,
    OTHER_TEXT,
    'host 7',
  ]);
});
