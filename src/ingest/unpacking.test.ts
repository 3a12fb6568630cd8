import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import type { Result } from '../base/result.ts';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { traceCount } from '../trace/trace-set.ts';
import { listZip, type ZippedFile } from './unzip.ts';
import { createUnzstd } from './unzstd.ts';

const HEADER = 'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName';
const csv = (trace: number): string =>
  [HEADER, `${trace},2,0,1,1.5,GET /,web`, `${trace},2,1,2,0.25,query,db`, ''].join('\n');
const corpus = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../testing/corpus/${name}`, import.meta.url)));

describe('a zip archive', () => {
  it('gives the files in it, packed or stored, with their paths', async () => {
    const archive = zipSync({
      'data/train.csv': encodeUtf8(csv(1)),
      'data/test.csv.gz': gzipSync(csv(2)),
      'stored.csv': [encodeUtf8(csv(3)), { level: 0 }],
    });
    const imported = await importedFrom(sourceFile('set.zip', archive, 7));
    expect(imported.files.map(({ name, container }) => [name, container])).toEqual([
      ['set.zip/data/train.csv', 'zip'],
      ['set.zip/data/test.csv.gz', 'zip'],
      ['set.zip/stored.csv', 'zip'],
    ]);
    expect(traceCount(imported.traces)).toBe(3);
    expect([...imported.traces.file]).toEqual([0, 1, 2]);
    expect(imported.ledger).toEqual([]);
  });

  it('leaves out folders and what systems put there, and notes files of other kinds', async () => {
    const archive = zipSync({
      'data/': new Uint8Array(0),
      '__MACOSX/data/._train.csv': encodeUtf8('x'),
      'data/.DS_Store': encodeUtf8('x'),
      LICENSE: encodeUtf8('Do as you like.'),
      'data/train.csv': encodeUtf8(csv(1)),
      empty: new Uint8Array(0),
    });
    const imported = await importedFrom(sourceFile('set.zip', archive));
    expect(imported.files.map(({ name }) => name)).toEqual(['set.zip/data/train.csv']);
    expect(imported.ledger).toEqual([
      {
        reason: 'skipped-file',
        count: 2,
        examples: [{ file: 'set.zip/LICENSE' }, { file: 'set.zip/empty' }],
      },
    ]);
  });

  it('fails as a whole where a trace file in it does', async () => {
    const archive = zipSync({ 'a.csv': encodeUtf8(csv(1)), 'b.json': encodeUtf8('{"data":[}') });
    const failure = await failureOf(sourceFile('set.zip', archive));
    expect(failure).toMatchObject({ what: 'JSON with brackets that do not match' });
    expect(failure.where).toBe('set.zip/b.json, byte 9');
  });

  it('with nothing of ours in it is the failure of its first file', async () => {
    const archive = zipSync({ 'a.html': encodeUtf8('<html>'), 'b.txt': encodeUtf8('hello') });
    expect(await failureOf(sourceFile('set.zip', archive))).toMatchObject({
      kind: 'unreadable',
      what: 'an HTML or XML page, not traces',
      where: 'set.zip/a.html',
    });
  });

  it('in an archive, or packed twice, is not unpacked further', async () => {
    const inner = zipSync({ 'a.csv': encodeUtf8(csv(1)) });
    const what = 'a zip archive inside a packed file; unpack it once';
    const nested = await failureOf(sourceFile('outer.zip', zipSync({ 'inner.zip': inner })));
    expect(nested).toMatchObject({ what, where: 'outer.zip/inner.zip' });
    expect(await failureOf(sourceFile('outer.gz', gzipSync(inner)))).toMatchObject({ what });
  });

  it('is read to its directory through a comment and whatever stands before it', async () => {
    const archive = zipSync({ 'a.csv': encodeUtf8(csv(1)) });
    const comment = encodeUtf8('PK\x05\x06 is how a directory ends');
    const commented = new Uint8Array([...archive, ...comment]);
    commented[archive.length - 2] = comment.length;
    expect(traceCount((await importedFrom(sourceFile('c.zip', commented))).traces)).toBe(1);
    const shifted = new Uint8Array([0x50, 0x4b, 3, 4, ...new Uint8Array(96), ...archive]);
    expect(traceCount((await importedFrom(sourceFile('s.zip', shifted))).traces)).toBe(1);
  });

  it('cut anywhere says so, with its bytes', async () => {
    const archive = zipSync({ 'a.csv': encodeUtf8(csv(1)), 'b.csv': encodeUtf8(csv(2)) });
    for (let length = 4; length < archive.length; length++) {
      expect(await failureOf(sourceFile('a.zip', archive.slice(0, length)))).toMatchObject({
        what: 'a truncated zip archive (its directory is not there)',
        where: `a.zip, after ${length} bytes`,
      });
    }
  });

  it('with a changed byte is a failure or the same traces, never others', async () => {
    const archive = zipSync({ 'a.csv': encodeUtf8(csv(1)) });
    const whole = await importedFrom(sourceFile('a.zip', archive));
    for (let at = 4; at < archive.length; at++) {
      const changed = archive.slice();
      changed[at]! ^= 16;
      const read = await listZip(sourceFile('a.zip', changed));
      if (!read.ok || read.value.length !== 1) continue;
      const imported = await importedFrom(sourceFile('a.zip', changed)).catch(() => null);
      if (imported) expect(imported.traces.latencyUs).toEqual(whole.traces.latencyUs);
    }
  });

  it('that is encrypted or packed by an unknown method says which file and what to do', async () => {
    const archive = zipSync({ 'a.csv': encodeUtf8(csv(1)) });
    const directory = archive.length - 22 - 46 - 'a.csv'.length;
    const encrypted = archive.slice();
    encrypted[directory + 8]! |= 1;
    expect(await failureOf(sourceFile('a.zip', encrypted))).toMatchObject({
      what: 'an encrypted zip archive',
      where: 'a.zip/a.csv',
      advice: 'Pack it again without a password.',
    });
    const lzma = archive.slice();
    lzma[directory + 10] = 14;
    expect((await failureOf(sourceFile('a.zip', lzma))).what).toBe(
      'a zip archive packed by method 14',
    );
  });

  it('stops by the bytes that it produces, over all its files, whatever it says', async () => {
    const archive = zipSync({ a: [new Uint8Array(70 * 1024 * 1024), { level: 1 }] });
    // The archive claims that its file is empty.
    archive.fill(0, archive.length - 22 - 47 + 24, archive.length - 22 - 47 + 28);
    const produced: number[] = [];
    const [zeros] = unwrap(await listZip(sourceFile('bomb.zip', archive)));
    const failure = await unpack(zeros!, produced);
    const total = produced.reduce((sum, bytes) => sum + bytes, 0);
    expect(failure?.what).toMatch(/^a zip archive that unpacks to more than \d+ bytes$/);
    expect(total).toBeLessThan(70 * 1024 * 1024);

    const small = unwrap(
      await listZip(sourceFile('a.zip', zipSync({ a: encodeUtf8(csv(1)) })), {
        maxProducedBytes: 10,
      }),
    );
    expect(await unpack(small[0]!, [])).toMatchObject({
      what: `a zip archive that unpacks to more than ${csv(1).length} bytes`,
      where: 'a.zip/a',
    });
  });

  it('whose entries share their bytes is bounded too', async () => {
    const zeros = deflateRawSync(new Uint8Array(8 * 1024 * 1024), { level: 9 });
    const produced: number[] = [];
    const listed = await listZip(sourceFile('quine.zip', overlapping(zeros, 50)));
    let failure = null;
    for (const file of unwrap(listed)) failure ??= await unpack(file, produced);
    const total = produced.reduce((sum, bytes) => sum + bytes, 0);
    expect(failure?.what).toMatch(/^a zip archive that unpacks to more than \d+ bytes$/);
    expect(total).toBeLessThan(70 * 1024 * 1024);
  });
});

describe('a zstd file', () => {
  it('comes in whole, in one frame or several, wherever it is cut into chunks', async () => {
    for (const name of ['one-frame.csv.zst', 'two-frames.csv.zst']) {
      for (const chunkBytes of [1, 7, 64 * 1024]) {
        const imported = await importedFrom(sourceFile(name, corpus(name), chunkBytes));
        expect(imported.spansKept, `${name} by ${chunkBytes}`).toBe(80);
        expect(imported.files[0]).toMatchObject({ container: 'zstd', format: 'tracevae-csv' });
      }
    }
  });

  it('cut anywhere is one failure with its bytes', async () => {
    const whole = corpus('one-frame.csv.zst');
    for (let length = 4; length < whole.length - 4; length += 3) {
      const failure = await failureOf(sourceFile('a.zst', whole.subarray(0, length)));
      expect(failure.what, `${length} bytes`).toBe('a truncated zstd file');
      expect(failure.where).toBe(`a.zst, after ${length} bytes`);
    }
  });

  it('with changed bytes gives a report and no exception', async () => {
    const whole = corpus('one-frame.csv.zst');
    for (let at = 4; at < whole.length; at++) {
      const changed = Uint8Array.from(whole);
      changed[at]! ^= 0x55;
      const pieces: number[] = [];
      const decoder = createUnzstd('a.zst', (bytes) => {
        pieces.push(bytes.length);
        return null;
      });
      const failure = decoder.push(changed) ?? decoder.finish();
      if (failure) expect(failure.what).toMatch(/zstd file/);
    }
  });

  it('stops by the bytes that it produces', async () => {
    let produced = 0;
    const decoder = createUnzstd('zeros.zst', (bytes) => {
      produced += bytes.length;
      return null;
    });
    const failure = decoder.push(corpus('zeros.zst')) ?? decoder.finish();
    expect(failure?.what).toMatch(/^a zstd file that unpacks to more than \d+ bytes$/);
    expect(produced).toBeLessThan(70 * 1024 * 1024);
  });

  it('of a great many tiny blocks does not keep the reader busy', () => {
    // A frame with a window of 32 MiB, then raw blocks of one byte each.
    const blocks = new Uint8Array(6 + 4 * 100_000);
    blocks.set([0x28, 0xb5, 0x2f, 0xfd, 0, 15 << 3]);
    for (let at = 6; at < blocks.length; at += 4) blocks.set([1 << 3, 0, 0, 97], at);
    const decoder = createUnzstd('tiny.zst', () => null);
    // Of the processor, so that a busy machine is no failure.
    const started = process.cpuUsage().user;
    expect(decoder.push(blocks)?.what).toBe('a zstd file of blocks under 1024 bytes');
    expect((process.cpuUsage().user - started) / 1e3).toBeLessThan(5000);
  });
});

function unwrap<T>(result: Result<T, { readonly what: string }>): T {
  if (!result.ok) throw new Error(result.error.what);
  return result.value;
}

async function unpack(file: ZippedFile, produced: number[]) {
  const decoder = file.createDecoder((bytes) => {
    produced.push(bytes.length);
    return null;
  });
  for (const chunks = unwrap(await file.open()); ; ) {
    const chunk = await chunks.next();
    if (chunk === null) return decoder.finish();
    const failure = decoder.push(chunk);
    if (failure) return failure;
  }
}

/** An archive whose many entries are one and the same place. */
function overlapping(deflated: Uint8Array, entries: number): Uint8Array {
  const bytes = 8 * 1024 * 1024;
  const crc = crc32(new Uint8Array(bytes));
  const local = Buffer.alloc(30 + 1);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(1, 26);
  const entry = Buffer.alloc(46 + 1);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(deflated.length, 20);
  entry.writeUInt32LE(bytes, 24);
  entry.writeUInt16LE(1, 28);
  entry.write('a', 46);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(entry.length * entries, 12);
  end.writeUInt32LE(local.length + deflated.length, 16);
  return Buffer.concat([local, deflated, ...Array(entries).fill(entry), end]);
}
