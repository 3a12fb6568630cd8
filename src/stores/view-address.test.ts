import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DETECTOR_IDS } from '../detectors/catalog.ts';
import type { OpenRange, TraceFilter } from '../inspect/trace-query.ts';
import { formatView, isFlaggedOnly, NO_VIEW, parseView, type View } from './view-address.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const range: fc.Arbitrary<OpenRange> = fc.tuple(
  maybe(fc.integer()),
  maybe(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x))),
);
const filter: fc.Arbitrary<TraceFilter> = fc
  .record({
    flagged: maybe(fc.boolean()),
    label: maybe(fc.constantFrom('normal' as const, 'structure' as const, 'time' as const)),
    structure: maybe(fc.nat(1000)),
    root: maybe(fc.nat(1000)),
    nodes: range,
    score: range,
    search: fc.string({ unit: 'grapheme' }),
  })
  .filter((made) => !isFlaggedOnly(made));

const view: fc.Arbitrary<View> = fc.record({
  dataset: maybe(fc.string({ unit: 'grapheme', minLength: 1 })),
  run: maybe(fc.string({ minLength: 1 })),
  baseline: maybe(fc.string({ minLength: 1 })),
  detector: maybe(fc.constantFrom(...DETECTOR_IDS)),
  corrections: maybe(
    fc.record({
      bernoulliScaling: fc.boolean(),
      nodeCountNormalization: fc.boolean(),
      stdLimit: fc.constantFrom('off' as const, 'global' as const, 'operation' as const),
    }),
  ),
  file: maybe(fc.nat(100)),
  filter: maybe(filter),
  traceId: maybe(fc.string({ unit: 'grapheme', minLength: 1 })),
  at: maybe(fc.constantFrom('scores', 'flagged')),
});

test('every view is read back as it was written', () => {
  fc.assert(
    fc.property(view, (written) => {
      const hash = formatView(written);
      expect(parseView(`#${hash}`) ?? NO_VIEW).toEqual(written);
    }),
  );
});

test('the plain name of a cell is no view', () => {
  expect(parseView('#scores')).toBeNull();
  expect(parseView('')).toBeNull();
});

test('what is not known is left out', () => {
  expect(parseView('#show=everything&nodes=7&score=a..&detector=oracle&file=-1&x=1')).toEqual(
    NO_VIEW,
  );
  expect(parseView('#corrections=ncnorm.bogus')?.corrections).toEqual({
    bernoulliScaling: false,
    nodeCountNormalization: true,
    stdLimit: 'off',
  });
});
