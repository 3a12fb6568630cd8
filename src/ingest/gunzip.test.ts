import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../base/crc32.ts';
import type { Failure } from '../base/result.ts';
import { createGunzip } from './gunzip.ts';
import { MAX_RATIO } from './unpacking.ts';

interface Unzipped {
  readonly bytes: Buffer;
  readonly failure: Failure | null;
  /** How often it was told of bytes behind the end. */
  readonly rests: number;
}

function unzip(zipped: Uint8Array, chunkBytes = 4096, maxProducedBytes = 2 ** 33): Unzipped {
  const pieces: Uint8Array[] = [];
  const onBytes = (bytes: Uint8Array): null => {
    pieces.push(bytes.slice());
    return null;
  };
  let rests = 0;
  const onRest = (): void => {
    rests += 1;
  };
  const gunzip = createGunzip('a.gz', onBytes, { maxProducedBytes, onRest });
  let failure: Failure | null = null;
  for (let at = 0; at < zipped.length && !failure; at += chunkBytes) {
    failure = gunzip.push(zipped.slice(at, at + chunkBytes));
  }
  failure ??= gunzip.finish();
  return { bytes: Buffer.concat(pieces), failure, rests };
}

const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i, 0x9e3779b9) >>> 13) & 255);

describe('gunzip', () => {
  it('gives back what was zipped, in any number of members, wherever it is cut', () => {
    const members = fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 600 }), (parts, chunkBytes) => {
        const { bytes, failure } = unzip(
          Buffer.concat(parts.map((part) => gzipSync(part))),
          chunkBytes,
        );
        expect(failure).toBeNull();
        expect(bytes.equals(Buffer.concat(parts))).toBe(true);
      }),
    );
  });

  it('reports a file that is cut anywhere', () => {
    const zipped = gzipSync(noise(500));
    for (let length = 2; length < zipped.length; length++) {
      const { failure } = unzip(zipped.subarray(0, length));
      expect(failure?.what, `cut to ${length} bytes`).toContain('truncated');
      expect(failure?.where).toBe(`a.gz, after ${length} bytes`);
    }
  });

  it('reports a changed byte, by structure or by check sum', () => {
    const zipped = gzipSync(noise(5000));
    for (let at = 10; at < zipped.length; at += 37) {
      const changed = Uint8Array.from(zipped);
      changed[at]! ^= 16;
      expect(unzip(changed).failure?.what, `byte ${at}`).toMatch(/damaged|truncated/);
    }
  });

  it('takes no notice of zeros behind the end, as tapes have them', () => {
    const zipped = gzipSync(noise(50_000));
    for (const zeros of [1, 2, 3, 4, 7, 18, 512, 300_000]) {
      for (const chunkBytes of [1, 5, 4096, 1 << 20]) {
        if (chunkBytes < 9 && zeros > 512) continue;
        const { bytes, failure } = unzip(
          Buffer.concat([zipped, new Uint8Array(zeros)]),
          chunkBytes,
        );
        expect([zeros, chunkBytes, failure]).toEqual([zeros, chunkBytes, null]);
        expect(bytes).toHaveLength(50_000);
      }
    }
    const more = Buffer.concat([zipped, new Uint8Array(600), zipped]);
    expect(unzip(more, 100).failure?.what).toBe('a damaged gzip file');
  });

  it('reads what is before something else behind the end, and says that there is something', () => {
    const whole = gzipSync(noise(50_000));
    for (const rest of ['x', 'and then some', '\0\0and then some', 'y'.repeat(200_000)]) {
      for (const chunkBytes of [999, 1 << 20]) {
        const { bytes, failure, rests } = unzip(
          Buffer.concat([whole, Buffer.from(rest)]),
          chunkBytes,
        );
        expect([failure, bytes.length, rests]).toEqual([null, 50_000, 1]);
      }
    }
    expect(unzip(whole).rests).toBe(0);
    const damaged = Buffer.concat([whole, gzipSync(noise(500)).fill(255, 2)]);
    expect(unzip(damaged).failure?.what).toBe('a damaged gzip file');
  });

  it('stops a file that unpacks to too much, by size or by ratio', () => {
    const zeros = gzipSync(new Uint8Array(100 * 1024 * 1024));
    expect(100 * 1024 * 1024).toBeGreaterThan(MAX_RATIO * zeros.length);
    const { bytes, failure } = unzip(zeros);
    expect(failure?.what).toContain('unpacks to more than');
    expect(bytes.length).toBeLessThan(70 * 1024 * 1024);
    expect(unzip(gzipSync(noise(9000)), 4096, 5000).failure?.what).toContain('unpacks to more');
  });

  it('passes on the failure of what reads its output', () => {
    const failure = { what: 'enough', where: 'here', advice: '' };
    const gunzip = createGunzip('a.gz', () => failure);
    expect(gunzip.push(gzipSync(noise(500)))).toBe(failure);
    expect(gunzip.finish()).toBe(failure);
  });
});

it('CRC-32 has its check value, in one piece or several', () => {
  const digits = Buffer.from('123456789');
  expect(crc32(digits)).toBe(0xcbf43926);
  expect(crc32(digits.subarray(5), crc32(digits.subarray(0, 5)))).toBe(0xcbf43926);
});
