import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LINK_PRESETS, readLinkTemplate, traceLink } from './trace-link.ts';

const trace = { traceId: '4bf92f35', startMs: 1e12, endMs: 1e12 + 42_700 };

test('the presets link, with the id in its place', () => {
  for (const { template } of LINK_PRESETS) {
    expect(readLinkTemplate(template).ok).toBe(true);
    expect(traceLink(template, trace)).toContain('4bf92f35');
  }
  expect(traceLink(LINK_PRESETS[0]!.template, trace)).toBe('http://localhost:16686/trace/4bf92f35');
});

test('Grafana is given a range around the trace, in its JSON', () => {
  const link = new URL(traceLink(LINK_PRESETS[1]!.template, trace)!);
  expect(JSON.parse(link.searchParams.get('left')!)).toMatchObject({
    datasource: 'tempo',
    queries: [{ query: '4bf92f35', queryType: 'traceql' }],
    range: { from: String(1e12 - 60_000), to: String(1e12 + 102_700) },
  });
});

test.each([
  ['http://localhost:16686/trace/', 'traceId'],
  ['javascript:alert("{traceId}")', 'http'],
  ['data:text/html,{traceId}', 'http'],
  ['file:///{traceId}', 'http'],
  ['//jaeger/{traceId}', 'address'],
  ['{traceId}', 'address'],
  ['https://{traceId}/x', 'host'],
  ['https://jaeger.{traceId}.example/x', 'host'],
  ['https://jaeger:{start}/{traceId}', 'address'],
  ['https://user:secret@jaeger/{traceId}', 'password'],
])('%s is refused, and says why', (template, why) => {
  const read = readLinkTemplate(template);
  expect(read.ok).toBe(false);
  expect(read.ok ? '' : read.error).toContain(why);
  expect(traceLink(template, trace)).toBeNull();
});

const NASTY = [...'ab./:?#%@&{}<>"é𝄞 ', '\\', '\0', '\n', '\ud800', '\udc00'];

test('no trace id leads to another host, or breaks out of its place', () => {
  const template = 'https://jaeger.example/trace/{traceId}?from={start}';
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...NASTY) }), (traceId) => {
      const link = traceLink(template, { traceId, startMs: null, endMs: null });
      expect(new URL(link!).origin).toBe('https://jaeger.example');
      expect(new URL(link!).hash).toBe('');
      expect(new URL(link!).search).toBe('?from=');
    }),
  );
  const nasty = traceLink(template, { ...trace, traceId: '../../x?y#z' });
  expect(nasty).toBe(`https://jaeger.example/trace/..%2F..%2Fx%3Fy%23z?from=${1e12 - 60_000}`);
  expect(traceLink(template, { ...trace, traceId: '\ud800' })).toContain('%EF%BF%BD');
});
