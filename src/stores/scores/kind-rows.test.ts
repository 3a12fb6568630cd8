import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TraceKind } from '../../inspect/trace-kinds.ts';
import { kindLines } from './kind-rows.ts';

test('every line is a kind, or a trace of an unfolded one, in order', () => {
  const counts = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()), { minLength: 1 });
  fc.assert(
    fc.property(counts, (made) => {
      let start = 0;
      const kinds = made.map(([traces], i): TraceKind => {
        const kind = {
          key: `kind-${i}`,
          oddity: null,
          traces,
          start,
          firstMs: null,
          lastMs: null,
          tookMs: null,
        };
        start += traces;
        return kind;
      });
      const unfolded = new Set(kinds.filter((_, i) => made[i]![1]).map(({ key }) => key));
      const expected = kinds.flatMap((kind) => [
        { kind },
        ...(unfolded.has(kind.key)
          ? Array.from({ length: kind.traces }, (_, i) => ({ index: kind.start + i }))
          : []),
      ]);
      const lines = kindLines(kinds, unfolded);
      expect(Array.from({ length: lines.length }, (_, line) => lines.at(line))).toEqual(expected);
      for (const kind of kinds) {
        for (let index = kind.start; index < kind.start + kind.traces; index++) {
          const line = lines.at(lines.lineOf(index));
          expect(line).toEqual(unfolded.has(kind.key) ? { index } : { kind });
        }
      }
    }),
  );
});
