import { expect, test } from 'vitest';
import { EXPORT_FORMATS } from '../export/write-spans.ts';
import { importedFrom } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { traceCount } from '../trace/trace-set.ts';
import { exportTraces } from './export-traces.ts';

const quiet = { signal: new AbortController().signal, onProgress: () => {} };

test.each(EXPORT_FORMATS)(
  'a dataset written as %s is read back as the same trees',
  async (format) => {
    const imported = importedFixture(3);
    const blob = await exportTraces(imported.traces, format, quiet);
    const again = await importedFrom(new File([blob!], 'exported'));
    expect(treesOf(again).sort()).toEqual(treesOf(imported).sort());
  },
);

test('a cancelled export leaves nothing', async () => {
  const { traces } = importedFixture(3);
  const signal = AbortSignal.abort();
  expect(await exportTraces(traces, 'otlp-json', { ...quiet, signal })).toBeNull();
  expect(traceCount(traces)).toBeGreaterThan(0);
});
