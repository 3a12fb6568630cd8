import { describe, expect, it } from 'vitest';
import { rowAfterKey, rowWindow, scrollHeight, scrollTopFor } from './virtual-window.ts';

const short = { rowCount: 1000, rowHeight: 28, viewHeight: 280 };
const long = { rowCount: 1_000_000, rowHeight: 28, viewHeight: 420 };

describe('rowWindow', () => {
  it('shows the first rows at the top and one more than fits', () => {
    expect(rowWindow(short, 0)).toEqual({ start: 0, end: 11, offset: 0 });
  });

  it('moves pixel by pixel in lists that fit', () => {
    expect(rowWindow(short, 30)).toEqual({ start: 1, end: 13, offset: -2 });
  });

  it.each([short, long])('ends with the last row whole at the bottom', (list) => {
    const { start, end, offset } = rowWindow(list, scrollHeight(list) - list.viewHeight);
    expect(end).toBe(list.rowCount);
    expect(offset + (end - start) * list.rowHeight).toBeCloseTo(list.viewHeight, 3);
  });

  it('caps the height and still reaches every row', () => {
    expect(scrollHeight(long)).toBe(12_000_000);
    for (const row of [0, 1, 123_456, 999_998, 999_999]) {
      const { start, end } = rowWindow(long, scrollTopFor(long, row, 0));
      expect(row).toBeGreaterThanOrEqual(start);
      expect(row).toBeLessThan(end);
    }
  });

  it('copes with no rows and with fewer rows than fit', () => {
    expect(rowWindow({ ...short, rowCount: 0 }, 0)).toMatchObject({ start: 0, end: 0 });
    expect(rowWindow({ ...short, rowCount: 3 }, 50)).toMatchObject({ start: 0, end: 3 });
  });
});

describe('scrollTopFor', () => {
  it('stays where the row is already in sight', () => {
    expect(scrollTopFor(short, 5, 28)).toBe(28);
  });

  it('brings rows in from below and above', () => {
    expect(scrollTopFor(short, 10, 0)).toBe(28);
    expect(scrollTopFor(short, 2, 280)).toBe(56);
  });
});

describe('rowAfterKey', () => {
  it('moves within the list', () => {
    expect(rowAfterKey('ArrowUp', 0, short)).toBe(0);
    expect(rowAfterKey('PageDown', 0, short)).toBe(9);
    expect(rowAfterKey('End', 0, short)).toBe(999);
    expect(rowAfterKey('x', 0, short)).toBeNull();
  });
});
