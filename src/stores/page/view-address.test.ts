import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DETECTOR_IDS } from '../../detectors/catalog.ts';
import type { OpenRange } from '../../inspect/trace-query.ts';
import type { Constants } from '../../scoring/corrections/correction.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import type { ThresholdRule } from '../../scoring/threshold-rule.ts';
import { LABEL_FILTERS } from '../scores/inspect-store.ts';
import type { NarrowFilter } from '../scores/trace-list-store.ts';
import { READERS } from './cell-order.ts';
import { formatView, isOpen, NO_VIEW, parseView, type View } from './view-address.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const range: fc.Arbitrary<OpenRange> = fc.tuple(
  maybe(fc.integer()),
  maybe(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x))),
);
const narrow: fc.Arbitrary<NarrowFilter> = fc
  .record({
    flagged: maybe(fc.boolean()),
    structure: maybe(fc.nat(1000)),
    root: maybe(fc.nat(1000)),
    service: maybe(fc.nat(1000)),
    operation: maybe(fc.nat(1000)),
    lacks: maybe(fc.nat(1000)),
    errors: maybe(fc.boolean()),
    seen: maybe(fc.constantFrom('also', 'only')),
    kind: maybe(fc.constantFrom('none', 'missing-1b3kq9z0a4', 'slow-whole-0')),
    duration: range,
    start: range,
    nodes: range,
    score: range,
    search: fc.string({ unit: 'grapheme' }),
  })
  .filter((made) => !isOpen(made));

const view: fc.Arbitrary<View> = fc.record({
  reader: maybe(fc.constantFrom(...READERS)),
  dataset: maybe(fc.string({ unit: 'grapheme', minLength: 1 })),
  run: maybe(fc.string({ minLength: 1 })),
  baseline: maybe(fc.string({ minLength: 1 })),
  detector: maybe(fc.constantFrom(...DETECTOR_IDS)),
  corrections: maybe(
    fc.record(
      {
        bcscale: fc.constantFrom({}, { scalingFactor: 7 }, { scalingFactor: 40, boundary: 0.35 }),
        ncnorm: fc.constantFrom({}, { nodeCountExponent: 0.05 }),
        formula: fc.constantFrom<Constants>({ text: 'full + 2*kl.z2' }, { text: 'max(self) >= 3' }),
        stdlimit: fc.constantFrom<Constants>(
          { source: 'global' },
          { source: 'operation' },
          { source: 'operation', stdPercentile: 92.5 },
        ),
      },
      { requiredKeys: [] },
    ),
  ),
  threshold: maybe(
    fc.constantFrom<ThresholdRule>(
      { kind: 'percentile', percentile: 97.5 },
      { kind: 'robust' },
      { kind: 'top', traces: 50 },
      { kind: 'budget', alarms: 1, traces: 1000 },
      { kind: 'value', value: -12.3 },
    ),
  ),
  file: maybe(fc.nat(100)),
  filter: maybe(fc.constantFrom(...LABEL_FILTERS)),
  narrow: maybe(narrow),
  grouped: fc.boolean(),
  traceId: maybe(fc.string({ unit: 'grapheme', minLength: 1 })),
  at: maybe(fc.constantFrom('scores', 'flagged')),
});

test('a formula of an address is one that can be read', () => {
  const read = (text: string) =>
    parseView(`#corrections=ncnorm&formula=${encodeURIComponent(text)}`)?.corrections;
  expect(read('full + kl.z2')).toEqual({ ncnorm: {}, formula: { text: 'full + kl.z2' } });
  expect(read('full + nothing')).toEqual({ ncnorm: {} });
  expect(read('alert(1)')).toEqual({ ncnorm: {} });
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
  expect(parseView('#filter=everything&nodes=7&score=a..&detector=oracle&file=-1&x=1')).toEqual(
    NO_VIEW,
  );
  expect(parseView('#corrections=ncnorm.bogus')?.corrections).toEqual({ ncnorm: {} });
  const odd = 'bcscale(boundary=7,scalingFactor=x,other=1).stdlimit-everywhere(stdPercentile=95)';
  expect(parseView(`#corrections=${encodeURIComponent(odd)}`)?.corrections).toEqual({
    bcscale: {},
    stdlimit: { stdPercentile: 95 },
  });
});

test('addresses of earlier versions open', () => {
  const read = (words: string) => parseView(`#corrections=${words}`)?.corrections;
  expect(read('none')).toEqual({});
  expect(read('bcscale.ncnorm.stdlimit-operation')).toEqual({
    bcscale: {},
    ncnorm: {},
    stdlimit: { source: 'operation' },
  });
  expect(read('stdlimit-global')).toEqual(correctionsOf('stdlimit', 'global'));
});
