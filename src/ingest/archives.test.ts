/** Archives without a directory, and messages behind their lengths. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { ledgerOf, treesOf } from '../testing/imports.ts';
import { OTEL_TRACES, SKYWALKING } from '../testing/table-fixtures.ts';
import { importFiles } from './import-files.ts';
import { isTar } from './tar.ts';

const concatBytes = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(parts));

interface TarEntry {
  readonly name: string;
  readonly body: Uint8Array;
  readonly type?: string;
}

const BLOCK = 512;

function header({ name, body, type = '0' }: TarEntry): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const write = (at: number, text: string): void => block.set(encodeUtf8(text), at);
  write(0, name.slice(0, 100));
  write(100, '0000644\0');
  write(124, `${body.length.toString(8).padStart(11, '0')}\0`);
  write(148, '        ');
  write(156, type);
  write(257, 'ustar\0');
  const sum = block.reduce((total, byte) => total + byte, 0);
  write(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

/** @param end whether the two blocks of zeros are there */
const tarOf = (entries: readonly TarEntry[], end = true): Uint8Array =>
  concatBytes([
    ...entries.flatMap((entry) => [
      header(entry),
      entry.body,
      new Uint8Array((BLOCK - (entry.body.length % BLOCK)) % BLOCK),
    ]),
    new Uint8Array(end ? 2 * BLOCK : 0),
  ]);

const file = (name: string, text: string): TarEntry => ({ name, body: encodeUtf8(text) });
const ENTRIES: readonly TarEntry[] = [
  { name: 'set/', body: new Uint8Array(0), type: '5' },
  file('set/._a.csv', 'of a Mac'),
  file('set/a.csv', OTEL_TRACES),
  file('set/readme.txt', 'no traces here'),
  { name: 'set/b.csv.gz', body: gzipSync(SKYWALKING) },
  { name: 'set/link', body: new Uint8Array(0), type: '2' },
];
const NAMES = ['t/set/a.csv', 't/set/b.csv.gz'];

describe('a tar archive', () => {
  const tar = tarOf(ENTRIES);

  it.each<[string, Uint8Array]>([
    ['plain', tar],
    ['packed by gzip', gzipSync(tar)],
    ['without blocks of zeros at its end', tarOf(ENTRIES, false)],
  ])('%s gives the files in it', async (_, bytes) => {
    for (const chunkBytes of [100, 64 * 1024]) {
      const imported = await importedFrom(sourceFile('t', bytes, chunkBytes));
      expect(imported.files.map(({ name }) => name)).toEqual(NAMES);
      expect(new Set(imported.files.map(({ container }) => container))).toEqual(new Set(['tar']));
      expect(treesOf(imported)).toHaveLength(4);
      expect(imported.ledger.map(({ reason, count }) => [reason, count])).toEqual([
        ['skipped-file', 1],
      ]);
    }
  });

  const rest = encodeUtf8('anything');
  it.each<[string, Uint8Array]>([
    ['behind its end', concatBytes([tar, rest])],
    ['behind its end, within gzip', gzipSync(concatBytes([tar, rest]))],
    ['behind the gzip that it is packed by', concatBytes([gzipSync(tar), rest])],
  ])('with something else %s is read, and that is told', async (_, bytes) => {
    const imported = await importedFrom(sourceFile('t', bytes));
    expect(imported.files.map(({ name }) => name)).toEqual(NAMES);
    expect(ledgerOf(imported)).toEqual([
      ['left-out-rest', 1, undefined],
      ['skipped-file', 1, undefined],
    ]);
  });

  it('behind another one gives its files as well', async () => {
    const second = tarOf([file('more.csv', OTEL_TRACES)]);
    const imported = await importedFrom(sourceFile('t', gzipSync(concatBytes([tar, second]))));
    expect(imported.files.map(({ name }) => name)).toEqual([...NAMES, 't/more.csv']);
  });

  it('has long names, of GNU tar and of pax', async () => {
    const long = `${'folder/'.repeat(30)}a.csv`;
    const body = encodeUtf8(OTEL_TRACES);
    const pax = ` path=${long}\n`;
    const words = `${pax.length + 3}${pax}`;
    for (const entry of [
      { name: '././@LongLink', body: encodeUtf8(`${long}\0`), type: 'L' },
      { name: 'pax', body: encodeUtf8(words), type: 'x' },
    ]) {
      const imported = await importedFrom(sourceFile('t', tarOf([entry, { name: 'a', body }])));
      expect(imported.files[0]?.name).toBe(`t/${long}`);
    }
  });

  it('of nothing that can be read says so', async () => {
    const empty = await failureOf(sourceFile('t', tarOf([ENTRIES[0]!])));
    expect(empty.what).toBe('an empty tar archive');
  });

  it('that is cut anywhere, or has changed bytes, is a report', async () => {
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    for (let percent = 1; percent < 100; percent += 3) {
      const at = Math.floor((tar.length * percent) / 100);
      const cut = await importFiles([sourceFile('t', tar.slice(0, at))], options);
      if (!cut.ok) expect(cut.error.what).not.toBe('');
      const changed = await importFiles([sourceFile('t', tar.with(at, 255))], options);
      if (!changed.ok) expect(changed.error.what).not.toBe('');
    }
    const failure = await failureOf(sourceFile('t', tar.slice(0, 1800)));
    expect(failure.what).toBe('a truncated tar archive');
    const packed = gzipSync(tar);
    const short = await failureOf(sourceFile('t', packed.slice(0, packed.length - 400)));
    expect(short.what).toBe('a truncated gzip file');
  });

  it('that claims more than it has, or too much, is not believed', async () => {
    const block = header(file('a.csv', ''));
    block.set(encodeUtf8('77777777777\0'), 124);
    block.set(encodeUtf8('        '), 148);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.set(encodeUtf8(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect(isTar(block)).toBe(true);
    const failure = await failureOf(sourceFile('t', concatBytes([block, encodeUtf8('a,b\n')])));
    expect(failure.what).toBe('a truncated tar archive');
  });

  it('that is a bomb is stopped', async () => {
    const zeros = { name: 'a.csv', body: new Uint8Array(100 * 1024 ** 2) };
    const failure = await failureOf(sourceFile('t', gzipSync(tarOf([zeros]))));
    expect(failure.what).toMatch(/unpacks to more than/);
  });
});

describe('messages behind their lengths', () => {
  const folder = fileURLToPath(
    new URL('../testing/imports/10-fileexporter-zstd/', import.meta.url),
  );
  const FILES = ['a-json-messages.zst', 'b-proto-messages.zst', 'e-native-json-prefixed.zst'];

  it.each(FILES)('are read wherever the file is cut into chunks: %s', async (name) => {
    const bytes = readFileSync(folder + name);
    const whole = treesOf(await importedFrom(sourceFile('a', bytes)));
    expect(whole).toHaveLength(2);
    for (const chunkBytes of [1, 3, 100]) {
      expect(treesOf(await importedFrom(sourceFile('a', bytes, chunkBytes)))).toEqual(whole);
    }
  });

  it.each(FILES)('are a report where the file is cut, or bytes are changed: %s', async (name) => {
    const bytes = Uint8Array.from(readFileSync(folder + name));
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    for (let at = 1; at < bytes.length; at += 7) {
      for (const broken of [bytes.slice(0, at), bytes.with(at, bytes[at]! ^ 255)]) {
        const result = await importFiles([sourceFile('a', broken)], options);
        if (!result.ok) expect(result.error.what).not.toBe('');
      }
    }
  });

  it('keep those before a cut, and say where it is', async () => {
    const bytes = Uint8Array.from(readFileSync(`${folder}${FILES[0]}`));
    const twice = concatBytes([bytes, bytes.slice(0, 20)]);
    const imported = await importedFrom(sourceFile('a', twice));
    expect(imported.ledger.at(-1)).toMatchObject({
      reason: 'cut-archive',
      examples: [{ byte: twice.length }],
    });
  });
});
