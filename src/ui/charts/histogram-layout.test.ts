import { describe, expect, it } from 'vitest';
import { binOf, type HistogramGroup, layoutHistogram, stepArea } from './histogram-layout.ts';

const identity = (value: number) => value;
const group = (counts: number[], more: Partial<HistogramGroup> = {}): HistogramGroup => ({
  id: 'normal',
  label: 'normal',
  tone: 'normal',
  counts,
  ...more,
});

describe('stepArea', () => {
  it('goes up at each edge and leaves out empty runs', () => {
    expect(stepArea([0, 1, 2, 3, 4], [2, 0, 0, 5], identity, identity)).toBe(
      'M0.0,0.0L0.0,2.0L1.0,2.0L1.0,0.0Z' + 'M3.0,0.0L3.0,5.0L4.0,5.0L4.0,0.0Z',
    );
    expect(stepArea([0, 1], [0], identity, identity)).toBe('');
  });
});

describe('layoutHistogram', () => {
  const size = { width: 400, height: 200 } as const;

  it('puts zero on the axis and one above it, on a log scale too', () => {
    const layout = layoutHistogram([0, 1, 2], [group([1, 10_000])], {
      ...size,
      countScale: 'log',
    })!;
    const zero = layout.y(0);
    expect(zero).toBe(200 - layout.margin.bottom);
    expect(zero - layout.y(1)).toBeGreaterThan(5);
    expect(layout.yTicks[0]).toBe(0);
    expect(layout.areas[0]).not.toContain('NaN');
  });

  it('has whole ticks for few traces', () => {
    const layout = layoutHistogram([0, 1], [group([2])], { ...size, countScale: 'linear' })!;
    expect(layout.yTicks.every(Number.isInteger)).toBe(true);
  });

  it('adds up what lies outside the bins', () => {
    const groups = [group([1], { under: 2, over: 3 }), group([1], { over: 4 })];
    const layout = layoutHistogram([0, 1], groups, { ...size, countScale: 'linear' })!;
    expect([layout.under, layout.over]).toEqual([2, 7]);
  });

  it('draws nothing without bins or room', () => {
    expect(layoutHistogram([], [], { ...size, countScale: 'log' })).toBeNull();
    expect(layoutHistogram([0, 1], [], { width: 0, height: 9, countScale: 'log' })).toBeNull();
  });
});

describe('binOf', () => {
  it('finds the bin; the last one is closed', () => {
    const edges = [0, 1, 2, 4];
    expect([-1, 0, 0.5, 1, 3.9, 4, 5].map((value) => binOf(edges, value))).toEqual([
      null,
      0,
      0,
      1,
      2,
      2,
      null,
    ]);
  });
});
