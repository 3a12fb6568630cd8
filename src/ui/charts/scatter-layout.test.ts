import { expect, test } from 'vitest';
import { layoutPlot } from './scatter-layout.ts';

const size = { width: 400, height: 300 };

test('the plot lies within its margins, high values above low ones', () => {
  const layout = layoutPlot({ xDomain: [0.5, 12.5], yDomain: [-5, 20], xWhole: true }, size)!;
  expect(layout.x(0.5)).toBe(layout.margin.left);
  expect(layout.x(12.5)).toBe(size.width - layout.margin.right);
  expect(layout.y(20)).toBe(layout.margin.top);
  expect(layout.y(-5)).toBe(size.height - layout.margin.bottom);
  expect(layout.xTicks.every(Number.isInteger)).toBe(true);
});

test('a logarithmic axis has ticks at powers of ten, apart from each other', () => {
  const { y, yTicks } = layoutPlot(
    { xDomain: [0, 1], yDomain: [-20, 90_000], yLinearBelow: 10 },
    size,
  )!;
  expect(yTicks).toContain(1000);
  expect(yTicks).toContain(0);
  yTicks.slice(1).forEach((tick, i) => {
    expect(Math.abs(y(tick) - y(yTicks[i]!))).toBeGreaterThanOrEqual(18);
  });
});

test('there is no plot without room', () => {
  const axes = { xDomain: [0, 1], yDomain: [0, 1] } as const;
  expect(layoutPlot(axes, { width: 80, height: 300 })).toBeNull();
});
