/** Documents of several formats in one file: what is not read is told. */
import { expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { ledgerOf, treesOf } from '../testing/imports.ts';
import { otlpSpan, resourceSpans } from '../testing/otlp.ts';
import { WRITE } from '../testing/plain-spans.ts';

const TREE = [
  { id: '1', parent: '', service: 'web', operation: 'get' },
  { id: '2', parent: '1', service: 'cart', operation: 'list' },
];
const OTLP = JSON.stringify({
  resourceSpans: [resourceSpans('shop', otlpSpan('3', '', 'buy'), otlpSpan('4', '3', 'pay'))],
});
const JAEGER = JSON.stringify(JSON.parse(String(WRITE.jaeger(TREE))));
const ZIPKIN = JSON.stringify(JSON.parse(String(WRITE.zipkin(TREE))));
const READ = { otlp: ['-1 shop/buy, 0 shop/pay'], other: ['-1 web/get, 0 cart/list'] };

it.each([
  ['Jaeger behind OTLP', [OTLP, JAEGER], READ.other, 'left-out-document'],
  ['Zipkin behind OTLP', [OTLP, ZIPKIN], READ.otlp, 'left-out-document'],
  ['OTLP behind Jaeger', [JAEGER, OTLP], READ.other, 'left-out-document'],
  ['Zipkin behind Jaeger', [JAEGER, ZIPKIN], READ.other, 'malformed-row'],
  ['OTLP behind Zipkin', [ZIPKIN, OTLP], READ.otlp, 'left-out-document'],
  ['Jaeger behind Zipkin', [ZIPKIN, JAEGER], READ.other, 'malformed-row'],
])('%s', async (_, documents, trees, reason) => {
  for (const between of ['\n', ' ']) {
    const imported = await importedFrom(sourceFile('a', documents.join(between)));
    expect(treesOf(imported)).toEqual(trees);
    expect(ledgerOf(imported).map((entry) => (entry as unknown[])[0])).toEqual([reason]);
  }
});
