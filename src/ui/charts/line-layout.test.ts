import { describe, expect, it } from 'vitest';
import { type LineSeries, layoutLines, nearestPlace, valueAt } from './line-layout.ts';

const curve = (id: string, length: number, y: (i: number) => number): LineSeries => ({
  id,
  label: id,
  points: Array.from({ length }, (_, i) => ({ x: i + 1, y: y(i) })),
});
const size = { width: 300, height: 200 } as const;

describe('layoutLines', () => {
  it('has nothing to draw without points or room', () => {
    expect(layoutLines([curve('train', 0, () => 0)], { ...size, yScale: 'linear' })).toBeNull();
    expect(
      layoutLines([curve('train', 5, () => 0)], { width: 0, height: 200, yScale: 'log' }),
    ).toBeNull();
  });

  it('keeps end labels apart where curves end together', () => {
    const lines = [curve('train', 20, (i) => 100 - i), curve('val', 20, (i) => 100.2 - i)];
    const layout = layoutLines(lines, { ...size, yScale: 'linear' })!;
    const [a, b] = layout.drawn.map(({ end }) => end.labelY) as [number, number];
    expect(Math.abs(a - b)).toBeGreaterThanOrEqual(14);
  });

  it('draws few of many points, and still knows all places', () => {
    const layout = layoutLines([curve('train', 20_000, Math.sin)], { ...size, yScale: 'linear' })!;
    expect(layout.drawn[0]!.path.split('L').length).toBeLessThan(600);
    expect(layout.places).toHaveLength(20_000);
  });

  it.each([
    ['positive', (i: number) => 1000 / (i + 1)],
    ['negative', (i: number) => 50 - 10 * i],
    ['constant', () => 0],
  ])('draws %s values on a log axis', (_, y) => {
    const layout = layoutLines([curve('kl', 30, y)], { ...size, yScale: 'log' })!;
    expect(layout.drawn[0]!.path).not.toContain('NaN');
    expect(layout.yTicks.length).toBeGreaterThan(0);
  });

  it('leaves out what is not finite', () => {
    const layout = layoutLines([curve('a', 3, (i) => (i === 1 ? Number.NaN : i))], {
      ...size,
      yScale: 'linear',
    })!;
    expect(layout.places).toEqual([1, 3]);
  });

  it('finds the place and value under the pointer', () => {
    const series = curve('train', 10, (i) => i * i);
    const layout = layoutLines([series], { ...size, yScale: 'linear' })!;
    const place = nearestPlace(layout, layout.x(4) + 3);
    expect(layout.places[place]).toBe(4);
    expect(valueAt(series, 4)).toBe(9);
    expect(valueAt(series, 40)).toBeNull();
  });
});
