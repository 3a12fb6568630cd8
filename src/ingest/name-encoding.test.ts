/** Names that are not UTF-8, whatever the format. */
import { expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { ledgerOf, treesOf } from '../testing/imports.ts';
import { WRITE } from '../testing/plain-spans.ts';

const TREE = [
  { id: '1', parent: '', service: 'Zürich', operation: 'Grüße – 5 €' },
  { id: '2', parent: '1', service: 'Köln', operation: 'get' },
];
const TREES = ['-1 Zürich/Grüße – 5 €, 0 Köln/get'];

/** As Windows writes it in the west. */
const inWindows = (text: string): Uint8Array => {
  const special = new Map([
    ['€', 0x80],
    ['–', 0x96],
  ]);
  return Uint8Array.from(text, (letter) => special.get(letter) ?? letter.charCodeAt(0));
};

it.each(['jaeger', 'zipkin', 'otlp'] as const)(
  'names of %s in Windows-1252 are read, and that is told',
  async (format) => {
    const text = String(WRITE[format](TREE));
    const utf8 = await importedFrom(sourceFile('a', text));
    expect(treesOf(utf8)).toEqual(TREES);
    expect(ledgerOf(utf8)).toEqual([]);
    const imported = await importedFrom(sourceFile('a', inWindows(text)));
    expect(treesOf(imported)).toEqual(TREES);
    expect(ledgerOf(imported)).toEqual([['other-encoding', 3, 'Zürich']]);
  },
);

it('a name is one, whether a file has it in UTF-8 or not, and whichever comes first', async () => {
  const text = String(WRITE.jaeger(TREE));
  const files = [
    sourceFile('a', inWindows(text)),
    sourceFile('b', text),
    sourceFile('c', inWindows(text)),
  ];
  const imported = await importedFrom(...files);
  expect(treesOf(imported)).toEqual([...TREES, ...TREES, ...TREES]);
  // The first stands for none.
  expect(imported.traces.operations).toHaveLength(3);
  expect(ledgerOf(imported)).toEqual([['other-encoding', 6, 'Zürich']]);
});
