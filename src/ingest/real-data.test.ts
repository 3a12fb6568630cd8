/**
 * Real traces, where the data sets lie beside the project; skipped, with a word, where they do not.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { lostSpans } from '../trace/ledger.ts';
import { countStructures } from '../trace/structure-statistics.ts';
import { LABELS, nodeCount, operationName, traceCount } from '../trace/trace-set.ts';
import { isTrainable, trainabilityLedger } from '../trace/trainability.ts';
import { validateTraceSet } from '../trace/validate.ts';
import type { ImportedTraces } from './import.ts';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const present = existsSync(shared);
if (!present) console.info('skipped: no data sets at ../shared, beside the project');

const read = (...paths: readonly string[]): Promise<ImportedTraces> =>
  importedFrom(...paths.map((path) => sourceFile(path, readFileSync(shared + path))));

function sizes({ traces }: ImportedTraces): [least: number, most: number] {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let trace = 0; trace < traceCount(traces); trace++) {
    least = Math.min(least, nodeCount(traces, trace));
    most = Math.max(most, nodeCount(traces, trace));
  }
  return [least, most];
}

function labelCounts({ traces }: ImportedTraces): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of traces.label) counts[LABELS[code]!] = (counts[LABELS[code]!] ?? 0) + 1;
  return counts;
}

describe.runIf(present)('real traces', () => {
  it('of Online Boutique come in whole', async () => {
    const val = await read('data/boutique/val.csv.gz');
    expect(val.spansRead).toBe(91_543);
    expect(val.spansKept).toBe(91_543);
    expect(val.ledger).toEqual([]);
    expect(traceCount(val.traces)).toBe(1893);
    expect(countStructures(val.traces)).toHaveLength(4);
    expect(validateTraceSet(val.traces).ok).toBe(true);
  });

  it('of Online Boutique have their labels and sizes, in every set', async () => {
    const both = await read('data/boutique/val.csv.gz', 'data/boutique/test.csv.gz');
    expect(sizes(both)).toEqual([2, 27]);
    expect(labelCounts(both)).toEqual({
      unlabelled: 1893,
      normal: 4736,
      structure: 236,
      time: 236,
    });
  });

  it('of TrainTicket have 2 to 49 nodes, most of them over 32', async () => {
    const all = await read(
      'data/trainticket/train.csv.gz',
      'data/trainticket/val.csv.gz',
      'data/trainticket/test.csv.gz',
    );
    expect(all.spansRead).toBe(223_168);
    expect(all.spansKept).toBe(223_168);
    expect(sizes(all)).toEqual([2, 49]);
    const trainable = trainabilityLedger(all.traces, 32, []);
    expect(all.traces.structureOf.filter((_, i) => isTrainable(all.traces, i, 32))).toHaveLength(
      790 + 159 + 403 + 47 + 14,
    );
    expect(lostSpans(trainable)).toBeGreaterThan(all.spansRead / 2);
    expect(labelCounts(all)).toEqual({ unlabelled: 2646, normal: 1114, structure: 55, time: 55 });
  });

  it('as Jaeger exports them, bare or in an envelope', async () => {
    const both = await read('samples/jaeger-flamegraph.json', 'samples/jaeger-statistics.json');
    expect(both.spansKept).toBe(15);
    expect(both.ledger).toEqual([]);
    expect(both.files.map(({ format }) => format)).toEqual(['jaeger-json', 'jaeger-json']);
    expect(sizes(both)).toEqual([4, 9]);
    expect(operationName(both.traces, 1)).toBe('load-generator/HTTP GET');
  });
});
