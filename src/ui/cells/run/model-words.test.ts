import { expect, test } from 'vitest';
import { TRACEVAE_PRESETS } from '../../../detectors/tracevae/meta.ts';
import { modelWords } from './model-words.ts';

test('the size of the model is what is set, not what a preset has', () => {
  const tiny = TRACEVAE_PRESETS.tiny.model;
  expect(modelWords(tiny)).toBe('16 units per head, 2 heads, 4 layers');
  expect(modelWords({ ...tiny, units: 48, heads: 1, layers: 3 })).toBe(
    '48 units per head, 1 head, 3 layers',
  );
});
