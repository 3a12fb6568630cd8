import { expect, test } from 'vitest';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { traceCount } from '../../trace/trace-set.ts';
import type { Dataset } from '../dataset/dataset-store.ts';
import { syntheticCount, syntheticFrom } from './synthetic.ts';

const imported = importedFixture();
const all = traceCount(imported.traces);

test('what preparing injected are the last traces of a dataset; else none is synthetic', () => {
  expect(syntheticCount({ imported })).toBe(0);
  expect(syntheticFrom({ imported })).toBe(all);
  const anomalies = { structure: 3, time: 4, labelled: 9 };
  const preparation = { report: { anomalies } } as unknown as NonNullable<Dataset['preparation']>;
  expect(syntheticCount({ imported, preparation })).toBe(7);
  expect(syntheticFrom({ imported, preparation })).toBe(all - 7);
});
