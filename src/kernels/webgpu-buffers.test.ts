import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BufferPool, bufferClass } from './webgpu-buffers.ts';

/** A device that makes buffers of nothing, and counts them. */
function fakeDevice() {
  const alive = new Set<GPUBuffer>();
  let made = 0;
  const device = {
    createBuffer: ({ size, usage }: GPUBufferDescriptor) => {
      made++;
      const buffer = { size, usage, destroy: () => alive.delete(buffer) } as unknown as GPUBuffer;
      alive.add(buffer);
      return buffer;
    },
  } as unknown as GPUDevice;
  return { device, alive, made: () => made };
}

const USAGE = 0x80;

describe('a class of sizes', () => {
  test('holds what was asked for, in whole numbers, and an eighth more at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (words) => {
        const bytes = 4 * words;
        const size = bufferClass(bytes);
        expect(size % 4).toBe(0);
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(size).toBeLessThanOrEqual(Math.max(64, bytes * 1.125));
        expect(bufferClass(size)).toBe(size);
      }),
    );
  });
});

describe('the pool', () => {
  test('gives a buffer of nearly the same size again, and tells what was asked for', () => {
    const { device, made } = fakeDevice();
    const pool = new BufferPool(device);
    const first = pool.acquireBuffer(100_000, USAGE);
    expect(pool.bytesOf(first)).toBe(100_000);
    pool.releaseBuffer(first);
    const second = pool.acquireBuffer(99_000, USAGE);
    expect(second).toBe(first);
    expect(pool.bytesOf(second)).toBe(99_000);
    expect(made()).toBe(1);
  });

  test('never gives one buffer twice, nor one of another usage', () => {
    const { device } = fakeDevice();
    const pool = new BufferPool(device);
    const buffer = pool.acquireBuffer(1024, USAGE);
    expect(pool.acquireBuffer(1024, USAGE)).not.toBe(buffer);
    pool.releaseBuffer(buffer);
    expect(pool.acquireBuffer(1024, 0x40)).not.toBe(buffer);
  });

  test('that never trims gives a larger buffer, up to twice as large, and keeps what is free', () => {
    const { device, made, alive } = fakeDevice();
    const pool = new BufferPool(device, false);
    const large = pool.acquireBuffer(100_000, USAGE);
    pool.releaseBuffer(large);
    expect(pool.acquireBuffer(60_000, USAGE)).toBe(large);
    expect(pool.bytesOf(large)).toBe(60_000);
    expect(pool.owns(large)).toBe(true);
    pool.releaseBuffer(large);
    expect([pool.numBytesUsed, pool.owns(large)]).toEqual([0, false]);
    expect(pool.acquireBuffer(40_000, USAGE)).not.toBe(large);
    expect(made()).toBe(2);
    expect(alive.size).toBe(2);
    pool.drain();
    expect(alive.has(large)).toBe(false);
    expect(alive.size).toBe(1);
  });

  test('holds a tenth more than was ever in use at once, whatever sizes come', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 30 }), (steps) => {
        const { device, alive } = fakeDevice();
        const pool = new BufferPool(device);
        let peak = 0;
        for (const step of steps) {
          const used = step.map((words) => pool.acquireBuffer(4 * words, USAGE));
          expect(new Set(used).size).toBe(used.length);
          peak = Math.max(peak, pool.numBytesUsed);
          const bytes = [...alive].reduce((sum, { size }) => sum + size, 0);
          expect(pool.numBytesAllocated).toBe(bytes);
          expect(bytes).toBeLessThanOrEqual(1.1 * peak);
          for (const buffer of used) pool.releaseBuffer(buffer);
          expect(pool.numBytesUsed).toBe(0);
        }
        pool.dispose();
        expect(alive.size).toBe(0);
      }),
    );
  });
});
