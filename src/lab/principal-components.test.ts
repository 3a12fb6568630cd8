import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, normals } from '../base/random.ts';
import { mean } from '../base/statistics.ts';
import { projectPoints } from './principal-components.ts';

const variance = (values: Float64Array): number => {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
};

describe('projectPoints', () => {
  it('finds the directions that points were stretched along', () => {
    const random = createRandom(3);
    const points = new Float32Array(3 * 4000);
    for (let p = 0; p < points.length; p += 3) {
      const [u, v, w] = [5 * random.normal(), 2 * random.normal(), 0.1 * random.normal()];
      // a rotation by 30 degrees between the first two axes, far from the origin
      points.set([7 + 0.866 * u - 0.5 * v, -3 + 0.5 * u + 0.866 * v, w], p);
    }
    const { x, y, explained } = projectPoints(points, 3);
    expect(Math.sqrt(variance(x))).toBeCloseTo(5, 0);
    expect(Math.sqrt(variance(y))).toBeCloseTo(2, 0);
    expect(explained[0]).toBeCloseTo(25 / 29, 1);
  });

  it('no direction varies more than the first, and the second is uncorrelated with it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 8 }),
        (seed, size) => {
          const random = createRandom(seed);
          const points = normals(random, size * 50).map((value, i) => value * (1 + (i % size)));
          const { x, y } = projectPoints(points, size);
          const most = variance(x);
          for (let trial = 0; trial < 5; trial++) {
            const direction = normals(random, size);
            const length = Math.hypot(...direction);
            const along = Float64Array.from({ length: 50 }, (_, p) =>
              direction.reduce((sum, d, k) => sum + (d / length) * points[p * size + k]!, 0),
            );
            expect(variance(along)).toBeLessThanOrEqual(most * (1 + 1e-9));
          }
          expect(Math.abs(mean(x.map((value, p) => value * y[p]!)))).toBeLessThan(
            1e-9 * most + 1e-12,
          );
        },
      ),
    );
  });

  it('has no second direction in one dimension, and none where all points are one', () => {
    expect([...projectPoints(Float32Array.of(1, 2, 3), 1).y]).toEqual([0, 0, 0]);
    expect(projectPoints(Float32Array.of(4, 4, 4, 4), 2).explained).toEqual([0, 0]);
  });
});
