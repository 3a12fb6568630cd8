import { expect, test } from 'vitest';
import { withoutControls } from './figure-svg.ts';

test('what XML does not have is left out of a drawing, all else stays', () => {
  expect(withoutControls('<text>a\u0000b\u0008c\u001Bd\uFFFEe\uD800f</text>')).toBe(
    '<text>a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf</text>',
  );
  const sound = '<text>\t\n\r é 漢 😀 \u0085</text>';
  expect(withoutControls(sound)).toBe(sound);
});
