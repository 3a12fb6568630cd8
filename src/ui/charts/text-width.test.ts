import { describe, expect, it } from 'vitest';
import { fitText, textWidth } from './text-width.ts';

describe('fitText', () => {
  it('leaves text that fits', () => {
    expect(fitText('GET /cart', 200, 12)).toBe('GET /cart');
  });

  it('keeps both ends of text that does not, and fits', () => {
    const text = fitText('/hipstershop.ProductCatalogService/GetProduct', 120, 12);
    expect(text).toMatch(/^\/hips.*…uct$|^\/hips.*….*duct$/);
    expect(textWidth(text, 12)).toBeLessThanOrEqual(120);
  });
});
