import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import { otlpSpan, resourceSpans } from '../testing/otlp.ts';

const NAMES = 'Zürich 🚲';
const TABLE = [
  'Timestamp\tTraceId\tSpanId\tParentSpanId\tSpanName\tServiceName\tDuration',
  `2024-05-06 07:08:09.123456000\t4d1e00c0ffee4a11b2c3d4e5f6071829\ta1\t\t${NAMES}\tgateway\t120000`,
  '2024-05-06 07:08:09.133456000\t4d1e00c0ffee4a11b2c3d4e5f6071829\ta2\ta1\tlist\torders\t80500',
  '',
].join('\r\n');
const JSON_TEXT = JSON.stringify({
  resourceSpans: [resourceSpans('web', otlpSpan('1', '', NAMES), otlpSpan('2', '1', 'render'))],
});

const littleEndian = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'));
const bigEndian = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text, 'utf16le').swap16());

describe('text in UTF-16', () => {
  it.each([
    ['with a mark, little-endian', littleEndian(`\uFEFF${TABLE}`)],
    ['with a mark, big-endian', bigEndian(`\uFEFF${TABLE}`)],
    ['without a mark, little-endian', littleEndian(TABLE)],
    ['without a mark, big-endian', bigEndian(TABLE)],
    ['packed', gzipSync(littleEndian(`\uFEFF${TABLE}`))],
    ['in an archive', zipSync({ 'a.txt': littleEndian(`\uFEFF${TABLE}`) })],
  ])('is read as a table %s, however it is cut', async (_, bytes) => {
    for (const chunkBytes of [1, 7, 64 * 1024]) {
      const imported = await importedFrom(sourceFile('a.csv', bytes, chunkBytes));
      expect(treesOf(imported)).toEqual([`-1 gateway/${NAMES}, 0 orders/list`]);
      expect([...imported.traces.latencyUs]).toEqual([120, 80.5]);
    }
  });

  it('is read as JSON, and in a log', async () => {
    for (const text of [JSON_TEXT, `2024-05-06 07:08:09 INFO exported ${JSON_TEXT}\r\n`]) {
      const imported = await importedFrom(sourceFile('a', littleEndian(`\uFEFF${text}`), 1000));
      expect(treesOf(imported)).toEqual([`-1 web/${NAMES}, 0 web/render`]);
    }
  });

  it('keeps the rows before a cut, also in the middle of a letter', async () => {
    const bytes = littleEndian(`\uFEFF${TABLE}`.replace(/\r\n$/, 'x'));
    const imported = await importedFrom(sourceFile('a', bytes.subarray(0, -1)));
    expect(imported.spansRead).toBe(2);
    expect(imported.ledger.map(({ reason }) => reason)).toContain('bad-duration');
  });
});
