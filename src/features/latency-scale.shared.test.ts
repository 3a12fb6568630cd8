/** The latency scale on shared real traces, which need not be there. */
import { existsSync, openAsBlob, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SourceFile } from '../ingest/import.ts';
import { importFiles } from '../ingest/import-files.ts';
import { operationName, type TraceSet } from '../trace/trace-set.ts';
import { fitLatencyScale, type LatencyScaleKind, latencyMoments } from './latency-scale.ts';
import { assignSets, selectSet } from './splits.ts';
import { makeBatch } from './trace-batch.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const present = existsSync(DATA);
if (!present) console.log('skipped: the latency scale of real traces needs ../shared/data');

async function read(dataset: string, names: readonly string[]): Promise<TraceSet> {
  const files = await Promise.all(
    names.map(async (name): Promise<SourceFile> => {
      const path = `${DATA}${dataset}/${name}`;
      const blob = await openAsBlob(path);
      const stream = () => blob.stream() as ReadableStream<Uint8Array>;
      const slice = (start: number, end: number) => blob.slice(start, end) as Blob;
      return { name, size: statSync(path).size, stream, slice };
    }),
  );
  const imported = await importFiles(files, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  if (!imported.ok) throw new Error(imported.error.what);
  return imported.value.traces;
}

interface Range {
  readonly mean: number;
  readonly std: number;
}

/** The authors' id files: "'service/operation': id" and "id:" with indented "mean: ms", "std: ms". */
function readRanges(dataset: string): Map<string, Range> {
  const text = (name: string): string =>
    readFileSync(`${DATA}${dataset}/id_manager/${name}`, 'utf8');
  const idOf = [...text('operation_id.yml').matchAll(/^'?(.*?)'?: (\d+)$/gm)];
  const ranges = text('latency_range.yml').matchAll(
    /^(\d+):\n {2}mean: (.+)\n {2}p99: .+\n {2}std: (.+)$/gm,
  );
  const byId = new Map([...ranges].map(([, id, mean, std]) => [id, { mean: +mean!, std: +std! }]));
  return new Map(
    idOf.flatMap(([, name, id]) => {
      const range = byId.get(id);
      return range && name ? [[name, range] as const] : [];
    }),
  );
}

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(b), 1e-12);

describe.skipIf(!present)('the latency scale of real traces', () => {
  it("is the authors' mean and std on Online Boutique", async () => {
    const traces = await read('boutique', ['train.csv.gz']);
    const all = Uint32Array.from(traces.structureOf.keys());
    const { count, meanUs, stdUs } = latencyMoments(traces, all);
    const ranges = readRanges('boutique');
    let compared = 0;
    let worst = 0;
    for (let op = 1; op < traces.operations.length; op++) {
      const range = ranges.get(operationName(traces, op));
      if (!range || count[op] === 0) continue;
      compared++;
      worst = Math.max(
        worst,
        relative(meanUs[op]! / 1e3, range.mean),
        relative(stdUs[op]! / 1e3, range.std),
      );
    }
    console.log(`boutique: ${compared} operations, worst relative difference ${worst}`);
    expect(compared).toBeGreaterThan(30);
    expect(worst).toBeLessThan(1e-4);
  });

  it.each([
    ['trainticket', 32, 400, 40],
    ['trainticket', 64, 400, 45],
    ['boutique', 32, 150, 50],
  ])(
    'brings normal validation traces of %s (N <= %i) near',
    async (dataset, maxNodes, far, near) => {
      const traces = await read(dataset, ['train.csv.gz', 'val.csv.gz']);
      const sets = assignSets(traces, {
        roles: ['train', 'val'],
        seed: 1,
        maxNodes,
        limitTrain: null,
      });
      // no test file here, so a part of the training file tests: train on the whole file instead
      const train = selectSet(
        sets.map((set, trace) => (set > 0 && traces.file[trace] === 0 ? 1 : 0)),
        'train',
      );
      const largest = (kind: LatencyScaleKind): number => {
        const scale = fitLatencyScale(traces, train, kind);
        const { latency } = makeBatch(traces, scale, selectSet(sets, 'val'), maxNodes);
        return latency.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      };
      const [authors, robust] = [largest('authors'), largest('robust')];
      console.log(`${dataset}, N <= ${maxNodes}: largest |x| ${authors} -> ${robust}`);
      expect(authors).toBeGreaterThan(far);
      expect(robust).toBeLessThan(near);
    },
  );
});
