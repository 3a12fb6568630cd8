/** Thousands of small files: read as few are, and one that is broken does not cost the others. */
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { createFilesToCome } from './files-to-come.ts';
import type { FilesToCome, ImportedTraces, ImportProgress, SourceFile } from './import.ts';
import { importFiles } from './import-files.ts';
import { createReadWindow } from './read-window.ts';

const trace = (id: number): string =>
  JSON.stringify({
    data: [
      {
        traceID: `${id}`,
        spans: ['a', 'b', 'c'].map((spanID, i) => ({
          traceID: `${id}`,
          spanID,
          operationName: `GET /${spanID}`,
          references: i === 0 ? [] : [{ refType: 'CHILD_OF', traceID: `${id}`, spanID: 'a' }],
          startTime: 1_700_000_000_000_000 + id,
          duration: 100 + id,
          processID: 'p1',
        })),
        processes: { p1: { serviceName: 'web' } },
      },
    ],
  });

const named = (count: number): [string, string][] =>
  Array.from({ length: count }, (_, id) => [`traces/${id}.json`, trace(id)]);
const loose = (files: readonly [string, string][]): SourceFile[] =>
  files.map(([name, text]) => sourceFile(name, text));
const zipped = (files: readonly [string, string][]): SourceFile =>
  sourceFile(
    'all.zip',
    zipSync(Object.fromEntries(files.map(([name, text]) => [name, Buffer.from(text)]))),
  );

const notesOf = ({ ledger }: ImportedTraces) =>
  ledger.map(({ reason, count, examples }) => [reason, count, examples[0]?.file]);

describe('many files', () => {
  it('give what each of them gives alone, loose or zipped', async () => {
    const files = named(100);
    const one = await importedFrom(sourceFile('7.json', trace(7)));
    for (const imported of [
      await importedFrom(...loose(files)),
      await importedFrom(zipped(files)),
    ]) {
      expect(imported.spansKept).toBe(300);
      expect(imported.ledger).toEqual([]);
      expect(imported.unread).toBeUndefined();
      expect([...imported.traces.file]).toEqual(files.map((_, i) => i));
      expect([...imported.traces.latencyUs.subarray(21, 24)]).toEqual([...one.traces.latencyUs]);
      expect(imported.files[7]).toMatchObject({ format: 'jaeger-json' });
    }
  });

  it('come in without those that are broken, which are told by what is wrong', async () => {
    const files = named(60);
    files[3]![1] = '{"data":[{"traceID":"3","spans":]}]}';
    files[4]![1] = '{"data":[]}';
    files[9]![1] = '';
    files[20]![1] = '{"data":[]}';
    for (const given of [loose(files), [zipped(files)]]) {
      const imported = await importedFrom(...given);
      const at = given.length === 1 ? 'all.zip/' : '';
      expect(imported.files).toHaveLength(56);
      expect(imported.spansKept).toBe(168);
      expect([...imported.traces.file]).toEqual(Array.from({ length: 56 }, (_, i) => i));
      expect(notesOf(imported)).toEqual([
        ['skipped-file', 3, `${at}traces/4.json`],
        ['unreadable-file', 1, `${at}traces/3.json`],
      ]);
      expect(imported.unread?.map(({ count, first }) => [count, first[0]])).toEqual([
        [1, expect.stringContaining(`${at}traces/3.json`)],
        [2, `${at}traces/4.json`],
        [1, `${at}traces/9.json`],
      ]);
    }
  });

  it('keep no span of a file that turns out to be broken at its end', async () => {
    const files = named(40);
    const failed = '"tags":[{"key":"error","type":"bool","value":true}],"processID"';
    files[5]![1] = `${trace(5).replaceAll('"processID"', failed).slice(0, -1)}]`;
    const imported = await importedFrom(...loose(files));
    expect(imported.facts).toMatchObject({ errors: 0 });
    expect(imported.files).toHaveLength(39);
    expect(imported.spansKept).toBe(117);
    expect(imported.spansRead).toBe(117);
  });

  it('fail where they are few, or where none can be read', async () => {
    const few = named(5);
    few[2]![1] = '{"data":[{"traceID":"3","spans":]}]}';
    expect((await failureOf(...loose(few))).where).toBe('traces/2.json, byte 32');
    expect((await failureOf(zipped(few))).where).toBe('all.zip/traces/2.json, byte 32');
    const broken = loose(named(50).map(([name]) => [name, '{"data":[]}']));
    expect((await failureOf(...broken)).where).toBe('traces/0.json');
  });

  it('are read without the one that the browser cannot open', async () => {
    const files = loose(named(50));
    const gone = async (): Promise<never> => {
      throw new Error('it was deleted');
    };
    files[8] = { ...files[8]!, slice: () => ({ stream: files[8]!.stream, arrayBuffer: gone }) };
    const imported = await importedFrom(...files);
    expect(imported.files).toHaveLength(49);
    expect(imported.unread).toEqual([
      {
        what: 'a file that the browser could not read',
        advice: expect.stringContaining('it was deleted'),
        count: 1,
        first: ['traces/8.json'],
      },
    ]);
  });
});

describe('many files as a browser gives them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'many-files-'));
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => rmSync(folder, { recursive: true }));
  /** Of which the bytes stay on the disk until they are read, as those of a File. */
  const onDisk = (files: readonly [string, string][]): Promise<SourceFile[]> =>
    Promise.all(
      files.map(async ([name, text], i) => {
        const path = join(folder, `${i}`);
        writeFileSync(path, text);
        return Object.assign(await openAsBlob(path), { name });
      }),
    );

  it('are read hundreds at a time, with the same traces', async () => {
    const files = named(300);
    files[20]![1] = trace(20).padEnd(300 * 1024);
    const given = files.map(([name, text]) => new File([text], name));
    const reads = vi.spyOn(Blob.prototype, 'arrayBuffer');
    const imported = await importedFrom(...given);
    // A few more for the file that is streamed.
    expect(reads.mock.calls.length).toBeLessThan(10);
    expect(imported.traces).toEqual((await importedFrom(...loose(files))).traces);
  });

  it('are all there but one that has gone, and one that was changed', async () => {
    const given = await onDisk(named(50));
    rmSync(join(folder, '8'));
    writeFileSync(join(folder, '30'), `${trace(30)}\n${trace(300)}`);
    const imported = await importedFrom(...given);
    expect(imported.files).toHaveLength(48);
    expect(imported.unread).toMatchObject([
      {
        what: 'a file that the browser could not read',
        first: ['traces/8.json', 'traces/30.json'],
      },
    ]);
  });
});

describe('many files that are still looked up', () => {
  const files = named(300);
  const blobs = files.map(([, text]) => new Blob([text]));
  const names = files.map(([name]) => name);
  const importing = (given: FilesToCome, progress: ImportProgress[] = []) =>
    importFiles(given, {
      signal: new AbortController().signal,
      onProgress: (told) => progress.push(told),
    });

  it('are read as they come, with the same traces', async () => {
    const coming = createFilesToCome(names, new AbortController().signal);
    const progress: ImportProgress[] = [];
    const imported = importing(coming, progress);
    for (let at = 0; at < blobs.length; at += 70) {
      void coming.give(blobs.slice(at, at + 70));
      if (at === 0) await vi.waitFor(() => expect(progress).not.toEqual([]));
    }
    const read = await imported;
    expect(read.ok && read.value.traces).toEqual((await importedFrom(...loose(files))).traces);
    expect(read.ok && read.value.files.map(({ name }) => name)).toEqual(names);
    // The bytes of all are told from those of the first 70.
    const total = blobs.reduce((sum, { size }) => sum + size, 0);
    expect(progress[0]!.bytesTotal / total).toBeCloseTo(1, 1);
    expect(progress[0]!.bytesTotal).not.toBe(total);
  });

  it('are the same where their bytes come with them, among others', async () => {
    const coming = createFilesToCome(names, new AbortController().signal);
    const imported = importing(coming);
    const given = blobs.map((blob, i) =>
      i % 100 < 60 ? new TextEncoder().encode(files[i]![1]) : blob,
    );
    await coming.give(given.slice(0, 140));
    await coming.give(given.slice(140));
    const read = await imported;
    const { traces, files: imports } = await importedFrom(...loose(files));
    expect(read.ok && read.value.traces).toEqual(traces);
    expect(read.ok && read.value.files).toEqual(imports);
  });

  it('wait to be given while 8 MiB of those that came with their bytes have not been read', async () => {
    const coming = createFilesToCome(names, new AbortController().signal);
    const most = Array.from({ length: 9 }, () => new Uint8Array(1024 ** 2));
    let hasRoom = false;
    const giving = coming.give(most).then(() => {
      hasRoom = true;
    });
    await new Promise((resolve) => setTimeout(resolve));
    expect(hasRoom).toBe(false);
    coming.done(1);
    await giving;
    expect(coming.here[0]).toMatchObject({ size: 1024 ** 2, held: new Uint8Array(0) });
    const late = coming.give(most);
    coming.close();
    await late;
  });

  it('are not waited for after a cancel', async () => {
    const abort = new AbortController();
    const coming = createFilesToCome(names, abort.signal);
    const imported = importFiles(coming, { signal: abort.signal, onProgress: () => {} });
    void coming.give(blobs.slice(0, 100));
    setTimeout(() => abort.abort(), 10);
    expect(await imported).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
  });

  it('fail at the first that cannot be read, where they are few', async () => {
    const coming = createFilesToCome(['a.json', 'b.json'], new AbortController().signal);
    const imported = importing(coming);
    void coming.give([new Blob(['{"data":[]}'])]);
    expect(await imported).toMatchObject({ ok: false, error: { where: 'a.json' } });
  });
});

describe('a window on a file', () => {
  it('gives what stands there, forwards and backwards, with few reads in order', async () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
    const file = sourceFile('a', bytes);
    let reads = 0;
    const slice: SourceFile['slice'] = (start, end) => {
      reads += 1;
      return file.slice(start, end);
    };
    const read = createReadWindow({ ...file, slice });
    for (let at = 0; at < 10_000; at += 50) {
      expect(await read(at, at + 40)).toEqual(bytes.subarray(at, at + 40));
    }
    expect(reads).toBeLessThan(12);
    for (const at of [5000, 10, 9990, 200]) {
      expect(await read(at, at + 40)).toEqual(bytes.subarray(at, at + 40));
    }
  });
});
