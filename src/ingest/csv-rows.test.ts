import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { createCsvRows, MAX_ROW_BYTES } from './csv-rows.ts';

interface Row {
  readonly line: number;
  readonly fault: string;
  readonly cells: readonly string[];
}

/** @param cuts where the bytes are cut into chunks */
function rowsOf(text: string, cuts: readonly number[] = []): Row[] {
  const rows: Row[] = [];
  const reader = createCsvRows(({ bytes, start, end, cellCount, line, fault }) => {
    const cells = Array.from({ length: cellCount }, (_, i) =>
      decodeUtf8(bytes.subarray(start[i], end[i])),
    );
    rows.push({ line, fault, cells: fault === 'none' ? cells : [] });
  });
  const bytes = encodeUtf8(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  places.sort((a, b) => a - b);
  for (let i = 1; i < places.length; i++) reader.push(bytes.slice(places[i - 1], places[i]));
  reader.finish();
  return rows;
}

const aCell = fc.oneof(
  fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r\n', ' ', '漢') }),
  fc.constantFrom('', '1.5', '""', 'x"y'),
);
const quote = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

describe('CSV rows', () => {
  it('come out as they went in, wherever the file is cut', () => {
    const table = fc.array(fc.array(aCell, { minLength: 2, maxLength: 5 }), { maxLength: 8 });
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(
        table,
        cuts,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (cells, at, eol, bom) => {
          const text = cells.map((row) => row.map(quote).join(',') + eol).join('');
          const rows = rowsOf((bom ? '\uFEFF' : '') + text, at);
          expect(rows.map((row) => row.cells)).toEqual(cells);
          expect(rows).toEqual(rowsOf(text));
        },
      ),
    );
  });

  it('are the same one byte at a time', () => {
    const text = '\uFEFFa,"b ""c"" d"\r\n\r\n1,"x\ny"\n\n2,3';
    const everywhere = [...encodeUtf8(text).keys()];
    expect(rowsOf(text, everywhere)).toEqual([
      { line: 1, fault: 'none', cells: ['a', 'b "c" d'] },
      { line: 3, fault: 'none', cells: ['1', 'x\ny'] },
      { line: 6, fault: 'none', cells: ['2', '3'] },
    ]);
  });

  it('tell bad quoting and a file that ends within quotes', () => {
    expect(rowsOf('a,"b"c\nd,e\nf,"g').map(({ fault }) => fault)).toEqual([
      'bad-quoting',
      'none',
      'cut-off',
    ]);
  });

  it('go on at the next line after a quote that is never closed', () => {
    const text = `a,b\nc,"d\n${'e,f\n'.repeat(MAX_ROW_BYTES / 4)}g,h\n`;
    const rows = rowsOf(text, [100_000, 700_000]);
    expect(rows.filter(({ fault }) => fault === 'too-long')).toEqual([
      { line: 2, fault: 'too-long', cells: [] },
    ]);
    expect(rows).toHaveLength(2 + MAX_ROW_BYTES / 4 + 1);
    expect(rows.at(-1)).toEqual({ line: 3 + MAX_ROW_BYTES / 4, fault: 'none', cells: ['g', 'h'] });
  });
});
