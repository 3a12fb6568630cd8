import { expect, test } from 'vitest';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { withFormatLabels } from './format-labels.ts';

test('imports of earlier builds are told what their formats were called', () => {
  const { traces: _, formatLabels: __, ...stored } = importedFixture();
  const [file] = stored.files;
  const files = ['otlp-json', 'csv', 'simulated'].map((format) => ({ ...file!, format }));
  expect(withFormatLabels({ ...stored, files }).formatLabels).toEqual({
    'otlp-json': 'OTLP JSON',
    csv: 'CSV',
    simulated: 'simulated',
  });
});

test('labels that came with the import stay', () => {
  const { traces: _, ...stored } = importedFixture();
  const formatLabels = { simulated: 'another word' };
  expect(withFormatLabels({ ...stored, formatLabels })).toEqual({ ...stored, formatLabels });
});
