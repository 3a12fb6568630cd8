import { describe, expect, it } from 'vitest';
import { layoutArchitecture } from './architecture-layout.ts';
import { textWidth } from './text-width.ts';

const sizes = {
  units: 500,
  heads: 2,
  layers: 4,
  operationEmbedding: 512,
  nodeEmbedding: 512,
  flowLevels: 5,
  latent: 10,
  latent2: 10,
  maxNodes: 32,
  operations: 12_345,
};

describe.each(['paper', 'call-paths'] as const)('layoutArchitecture, %s', (structureDecoder) => {
  const { boxes, arrows, width, height } = layoutArchitecture({ ...sizes, structureDecoder });

  it('keeps boxes apart and inside', () => {
    boxes.forEach((a, i) => {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
      for (const b of boxes.slice(0, i)) {
        const apart =
          a.x >= b.x + b.width ||
          b.x >= a.x + a.width ||
          a.y >= b.y + b.height ||
          b.y >= a.y + a.height;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    });
  });

  it('has room for the words of the largest model', () => {
    for (const box of boxes) {
      expect(textWidth(box.size, 12), box.size).toBeLessThan(box.width);
    }
  });

  it('joins boxes that exist', () => {
    const ids = new Set(boxes.map(({ id }) => id));
    for (const { from, to, path } of arrows) {
      expect(ids.has(from) && ids.has(to)).toBe(true);
      expect(path).not.toMatch(/NaN|undefined/);
    }
  });

  it('lets no gradient of the time VAE into the embedding', () => {
    const time = new Set(['join', 'dispatch']);
    const crossing = arrows.filter(({ from, to }) => from === 'embedding' && time.has(to));
    expect(crossing.map(({ gradientStopped }) => gradientStopped)).toEqual([true, true]);
  });
});
