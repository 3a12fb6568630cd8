import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import { chunksOf } from './byte-chunks.ts';
import { unxz } from './unxz.ts';

const folder = fileURLToPath(new URL('../testing/imports/19-archives/', import.meta.url));
const TRACES = new Uint8Array(readFileSync(`${folder}e-traces.jsonl.xz`));
const concat = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(parts));
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

/** 19-archives/c-traces.tar by xz -9. */
const TAR = fromBase64(`
/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AhldADociEW4CXeQhKKf3ywQdwqrKNHfntH5yhIYObT2fwQ65iBUNAoj
vfUeBRnnDVcwI82HmrMvjSyHMlPiZSXUsnOcZJS9iyTxmFN3+Y/8kEjYbTqIbUKGtKyAHcKyuP/CUdr32WlDDW9X/IDW
IR8Ai/edA9TSmXlBFcud3suNq0qsRiPjVt6w4YQmnvpXgwwVW6ZHiJCEJxH/S5MQ70NcBJ2ndC66IqVNodrJFqXGHI9T
PjARoV5U/5Ao3shxvzyzCTxQ2ISzVUXJh7AuNMsUTMDy2M6VglG6hUGUhyFBzry2uBac5Olq+BT4DlbW5TW2B78doixn
4iYuWxKff/4yW3YPE1WT/cUlodSotIUdlhF1WQB39upqBo25aktiPTp3GB0fgv0aiRnqIU4eT5gDqPZmhlUinhHqvhYW
EHwkff29qY8TUhMfRKTASr/yHovIJJvNxKH5KJm8wHkdlHqFWFBx35ovYpFgPrLm+l4Wl0XQGs9ZcVhOB8A++Ml6dmv4
6+Vdp/mhCT+8Vi2v/ARdPE90n5k8cfPQOXyenVn3GabtdRm7kC7UlOtldJ91mz3FAtZ2gjTTGxGidyVBmecwZFGENERO
kTTnuPNFAZE7PBpC+xvxXwerlYpJ3HpU5htZQroZvTKE/egBuVw7vFlv1xgql9hUrwvGWNmirWPoe7h2ItDUxkOBwD5v
+0WCY/njrkYyZNkLpgvXaAAAAABirqzcstTYjAABtQSAUAAAUGg3/bHEZ/sCAAAAAARZWg==`);
/** "hello world" with a dictionary of 128 MiB, and with SHA-256 as its check sum. */
const LARGE_DICTIONARY = fromBase64(
  '/Td6WFoAAATm1rRGAgAhAR4AAACbB1FmAQALaGVsbG8gd29ybGQKAKHy/8Rqf7/PAAEkDKYY2NgftvN9AQAAAAAEWVo=',
);
const SHA = fromBase64(
  '/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQALaGVsbG8gd29ybGQKAKlIkE8vD0ebj4GXaUswGEsNLtHBzSoewPuF0pmhkqRHAAE8DP+Aw1oYm0uaAQAAAAAKWVo=',
);

describe('an xz file', () => {
  it('is read, in chunks of any size', async () => {
    const result = await importedFrom(sourceFile('a.xz', TRACES));
    expect(treesOf(result)).toHaveLength(2);
    expect(result.files).toMatchObject([{ container: 'xz', bytes: TRACES.length }]);
    for (const chunkBytes of [1, 7, 100]) {
      const cut = await importedFrom(sourceFile('a.xz', TRACES, chunkBytes));
      expect({ ...cut, seconds: 0 }).toEqual({ ...result, seconds: 0 });
    }
  });

  it('may have several streams, and zeros behind them', async () => {
    const twice = concat(TRACES, TRACES, new Uint8Array(8));
    const result = await importedFrom(sourceFile('a.xz', twice));
    expect(result.spansRead).toBe(2 * (await importedFrom(sourceFile('a', TRACES))).spansRead);
  });

  it('may be a tar archive', async () => {
    const result = await importedFrom(sourceFile('t.tar.xz', TAR));
    expect(result.files.length).toBeGreaterThan(0);
    expect(
      result.files.every(
        ({ name, container }) => /^t\.tar\.xz\//.test(name) && container === 'tar',
      ),
    ).toBe(true);
    expect(treesOf(result)).toHaveLength(2);
  });

  it.each([
    ['is cut', TRACES.slice(0, 300), /^a truncated or damaged xz file$/],
    ['is cut in its first bytes', TRACES.slice(0, 20), /^a truncated or damaged xz file$/],
    [
      'has a changed byte',
      TRACES.map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
      /damaged xz file/,
    ],
    ['has something else behind it', concat(TRACES, Uint8Array.of(1, 2, 3, 4)), /damaged xz file/],
    ['has a dictionary of 128 MiB', LARGE_DICTIONARY, /a dictionary of more than 64 MiB/],
    ['has another check sum', SHA, /a check sum or a filter that is not read/],
  ])('that %s is one failure, and the next is read', async (_, bytes, what) => {
    const failure = await failureOf(sourceFile('a.xz', bytes));
    expect(failure.what).toMatch(what);
    expect(failure.where).toMatch(/^a\.xz, after \d+ bytes$/);
    expect(treesOf(await importedFrom(sourceFile('b.xz', TRACES)))).toHaveLength(2);
  });

  it('that unpacks to too much is stopped', async () => {
    const chunks = unxz('a.xz', chunksOf(sourceFile('a.xz', TRACES).stream()), {
      maxProducedBytes: 100,
    });
    await expect(chunks.next()).rejects.toMatchObject({
      what: expect.stringContaining('a file packed by xz that unpacks to more than') as string,
    });
  });

  it('that nobody reads to its end leaves the library to the next', async () => {
    for (let i = 0; i < 3; i++) {
      const chunks = unxz('a.xz', chunksOf(sourceFile('a.xz', TRACES).stream()));
      if (i > 0) await chunks.next();
      chunks.close();
    }
    expect(treesOf(await importedFrom(sourceFile('a.xz', TRACES)))).toHaveLength(2);
  });
});
