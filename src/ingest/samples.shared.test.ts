/**
 * Sample files of other projects, where they lie beside the project; skipped, with a word, where
 * they do not. Each is also cut at every hundredth of its length.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { treesOf } from '../testing/imports.ts';
import { lostSpans } from '../trace/ledger.ts';
import { importFiles } from './import-files.ts';

const samples = fileURLToPath(new URL('../../../shared/samples/', import.meta.url));
const present = existsSync(samples);
if (!present) console.info('skipped: no samples at ../shared, beside the project');

interface Sample {
  readonly format: string;
  readonly spans: number;
  readonly kept: number;
  /** The first tree, or its beginning. */
  readonly tree?: string;
}

const SAMPLES: Readonly<Record<string, Sample>> = {
  'jaeger-flamegraph.json': { format: 'jaeger-json', spans: 4, kept: 4 },
  'jaeger-statistics.json': { format: 'jaeger-json', spans: 11, kept: 11 },
  'otlp-broken.json': { format: 'otlp-json', spans: 1, kept: 0 },
  'otlp-multi.json': {
    format: 'otlp-json',
    spans: 4,
    kept: 4,
    tree: '-1 example-trace/main, 0 example-trace/info, 1 example-trace/ohboy.do',
  },
  'otlp-single.json': { format: 'otlp-json', spans: 2, kept: 0 },
  'otlp-spec-example.json': { format: 'otlp-json', spans: 1, kept: 0 },
  'zipkin-ascend.json': {
    format: 'zipkin-json',
    spans: 8,
    kept: 8,
    tree: '-1 mobile-gateway/get, 0 mobile-gateway/get, 1 auth-service/http:',
  },
  'zipkin-envoy.json': { format: 'zipkin-json', spans: 1, kept: 0 },
  'zipkin-messaging-kafka.json': { format: 'zipkin-json', spans: 28, kept: 28 },
  'zipkin-skew.json': {
    format: 'zipkin-json',
    spans: 4,
    kept: 4,
    tree: '-1 servicea/get, 0 servicea/post, 1 serviceb/post, 2 serviceb/async',
  },
  'zipkin-yelp.json': { format: 'zipkin-json', spans: 16, kept: 16 },
};

describe.runIf(present).each(Object.entries(SAMPLES))('%s', (name, sample) => {
  const bytes = present ? new Uint8Array(readFileSync(samples + name)) : new Uint8Array(0);

  it('comes in', async () => {
    const result = await importedFrom(sourceFile(name, bytes));
    expect(result.files[0]!.format).toBe(sample.format);
    expect([result.spansRead, result.spansKept]).toEqual([sample.spans, sample.kept]);
    if (sample.tree) expect(treesOf(result)[0]).toContain(sample.tree);
  });

  it('cut at each hundredth keeps its complete spans, and says at which byte it ends', async () => {
    let before = 0;
    for (let percent = 1; percent < 100; percent++) {
      const length = Math.floor((bytes.length * percent) / 100);
      const result = await importFiles([sourceFile(name, bytes.subarray(0, length))], {
        signal: new AbortController().signal,
        onProgress: () => undefined,
      });
      if (!result.ok) {
        // Before the first span is complete there is nothing to keep.
        expect(before).toBe(0);
        expect(result.error.where).toMatch(new RegExp(`, byte ${length}$`));
        continue;
      }
      const { ledger, spansKept, spansRead } = result.value;
      const cut = ledger.find(({ reason }) => reason === 'truncated-file');
      expect([percent, cut?.count, cut?.examples[0]?.byte]).toEqual([percent, 1, length]);
      expect(spansKept + lostSpans(ledger)).toBe(spansRead);
      expect(spansRead - 1).toBeGreaterThanOrEqual(before);
      before = spansRead - 1;
    }
    expect(before).toBeGreaterThanOrEqual(sample.spans - 1);
  });
});
