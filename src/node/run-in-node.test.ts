import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, expect, test, vi } from 'vitest';
import type { FitEvent } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/registry.ts';
import type { TypedRun } from '../headless/handle.ts';
import type { BackendInfo } from '../run/outcome.ts';
import { type PastRun, readPastRun } from '../run/provenance.ts';
import { runInNode, startWasm } from './run-in-node.ts';
import type { RunSource } from './run-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracevae-run-'));
const onDisk = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};
const HEADER =
  'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,DBhash,operationName,serviceName';
/** Traces from `first` on: a search of two calls and a checkout of three, in turn. */
const traces = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => [
    `1,${first + i},0,1,${20 + (i % 7)},0,get,web`,
    `1,${first + i},1,2,${5 + (i % 3)},0,query,search`,
    ...(i % 2 === 0 ? [] : [`1,${first + i},1,3,${9 + (i % 5)},0,charge,payment`]),
  ]).flat();

let backend: BackendInfo;
beforeAll(async () => {
  backend = await startWasm();
});

const run = (
  source: RunSource,
  choices: Partial<TypedRun> = {},
  say = (_: string) => {},
  again: PastRun | null = null,
) =>
  runInNode(
    {
      source,
      again,
      choices: {
        rules: 'authors',
        maxNodes: null,
        attributes: null,
        run: {
          preset: 'tiny',
          backend: 'wasm',
          detectors: ['fsa'],
          epochs: 1,
          limitTrain: null,
          seeds: [3],
          ...choices,
        },
      },
      changes: {},
      backend,
      app: { name: 'notebook', version: '0' },
    },
    say,
  );

const train = onDisk('train.csv', [HEADER, ...traces(0, 40)]);
const tests = onDisk('test.csv', [HEADER, ...traces(100, 12)]);
const labels = onDisk('labels.csv', [
  'traceId,label',
  ...Array.from({ length: 12 }, (_, i) => `1:${100 + i},${i < 9 ? 'normal' : 'structure'}`),
]);
const FILES: RunSource = {
  kind: 'files',
  files: [
    { path: train, role: 'train' },
    { path: labels, role: 'test' },
    { path: tests, role: 'test' },
  ],
};

test('files of the disk, with labels among them, become run.json', async () => {
  const ran = await run(FILES, { seeds: [3, 5], detectors: ['fsa', 'crisp'] });
  const report = JSON.parse(ran.ok ? ran.value.report : '{}');
  expect(report).toMatchObject({ formatVersion: 1, seed: 3, app: { name: 'notebook' } });
  expect(report.environment).toMatchObject({ backend: 'wasm', threads: 1 });
  expect(report.dataset.files.map(({ name }: { name: string }) => name)).toEqual([
    'train.csv',
    'test.csv',
  ]);
  expect(report.dataset.labels).toEqual({ normal: 9, structure: 3, time: 0 });
  const detectors = (of: { detector: string }[]) => of.map(({ detector }) => detector);
  expect(detectors(report.results)).toEqual(['fsa', 'crisp']);
  expect(report.repeats.map(({ seed }: { seed: number }) => seed)).toEqual([5, 5]);
  expect(detectors(report.repeats)).toEqual(['fsa', 'crisp']);
});

test('a run is made again from its run.json, and the numbers are held against it', async () => {
  const asked = { detectors: ['crisp', 'tracevae'], seeds: [5], score: ['twice = 2*full'] };
  const first = await run(FILES, asked);
  const text = first.ok ? first.value.report : '';
  const past = readPastRun(text, 'run.json');
  if (!past.ok) throw new Error(past.error.what);
  const lines: string[] = [];
  const same = await run(FILES, {}, (line) => lines.push(line), past.value);
  expect(JSON.parse(same.ok ? same.value.report : '{}')).toMatchObject({
    seed: 5,
    again: { sameData: true, different: [], compared: 70 },
  });
  const arrays = unzipSync(same.ok ? same.value.arrays() : new Uint8Array());
  const names = Object.keys(arrays).filter((name) => name.startsWith('test.'));
  expect(names).toContain('test.score.twice.npy');
  const shapeOf = (name: string) =>
    /'shape': \(([^)]*)\)/.exec(new TextDecoder().decode(arrays[name]!.subarray(10, 138)))?.[1];
  expect(shapeOf('test.trace_id.npy')).toBe('12,');
  expect(shapeOf('test.node_offset.npy')).toBe('13,');
  expect(shapeOf('test.log_p_latency.npy')).toBe('12, 10');
  expect(shapeOf('test.log_p_adjacency.npy')).toBe('2, 10');
  expect(shapeOf('test.z2.npy')).toMatch(/^12, \d+$/);
  expect(lines.at(-1)).toMatch(/^the same numbers: all 70 metrics are equal \(the same data/);

  const fewer: RunSource = { kind: 'files', files: FILES.files.filter((f) => f.path !== train) };
  const shorter = onDisk('shorter.csv', [HEADER, ...traces(0, 30)]);
  const other = { ...fewer, files: [{ path: shorter, role: 'train' as const }, ...fewer.files] };
  const moved = await run(other, {}, (line) => lines.push(line), past.value);
  const { again } = JSON.parse(moved.ok ? moved.value.report : '{}');
  expect(again.sameData).toBe(false);
  expect(again.different.length).toBeGreaterThan(0);
  expect(lines.at(-1)).toMatch(/^not the same numbers: \d+ of 70 metrics differ.* \(other data/);
});

test('what is no run.json, or does not say how it came to be, is refused', () => {
  const why = (text: string): string => {
    const read = readPastRun(text, 'a.json');
    return read.ok ? 'read' : `${read.error.what}, ${read.error.where}`;
  };
  expect(why('{')).toBe('this is no JSON, a.json');
  expect(why('[]')).toMatch(/is not as in run.json|does not say/);
  expect(why('{"formatVersion": 1, "results": []}')).toMatch(/does not say how it came to be/);
  expect(why('{"provenance": {"settings": {"seed": "x"}}}')).toMatch(/is not as in run.json/);
});

test('a detector that cannot be trained leaves the others, and alone is a failure', async () => {
  // searches alone: FSA needs two structures
  const one = onDisk('one.csv', [
    HEADER,
    ...Array.from({ length: 30 }, (_, i) => [
      `1,${i},0,1,${20 + (i % 7)},0,get,web`,
      `1,${i},1,2,${5 + (i % 3)},0,query,search`,
    ]).flat(),
  ]);
  const source: RunSource = { kind: 'files', files: [{ path: one, role: 'train' }] };
  const lines: string[] = [];
  const asked = { detectors: ['fsa', 'tracevae'], score: ['full + 2*kl.z2', 'same = nll'] };
  const some = await run(source, asked, (line) => lines.push(line));
  const report = JSON.parse(some.ok ? some.value.report : '{}');
  expect(report.failed).toMatchObject([{ detector: 'fsa', seed: 3, stage: 'training' }]);
  expect(report.results[0]).toMatchObject({ detector: 'tracevae', variant: 'full' });
  expect(lines).toEqual([expect.stringMatching(/^TraceVAE, seed 3, epoch 1 /)]);
  const [formula, same] = report.results.slice(-2);
  expect(formula).toMatchObject({
    variant: 'full + 2*kl.z2',
    formula: 'full + 2*kl.z2',
    constants: { bcscale: {}, ncnorm: {}, stdlimit: {} },
  });
  const nll = report.results.find(({ variant }: { variant: string }) => variant === 'nll');
  expect(same).toMatchObject({ variant: 'same', formula: 'nll', atThreshold: nll.atThreshold });
  const alone = await run(source);
  expect(alone).toMatchObject({ ok: false, error: { what: expect.stringMatching(/FSA needs/) } });
});

test('among several a diverged detector stays with its last good weights, and alone it fails', async () => {
  const { fit: fitWhole } = DETECTORS.tracevae;
  // latencies stop being numbers after the first epoch of the run's own seed and of a further one
  const spoilt = vi
    .spyOn(DETECTORS.tracevae, 'fit')
    .mockImplementation((data, settings, context) => {
      const { divisorUs } = data.scale;
      const whole = divisorUs.slice();
      const onEvent = (event: FitEvent): void => {
        context.onEvent(event);
        if (event.kind === 'epoch' && event.point.epoch === 1) divisorUs.fill(Number.NaN);
      };
      return fitWhole(data, settings, { ...context, onEvent }).finally(() => divisorUs.set(whole));
    });
  try {
    const some = await run(FILES, { detectors: ['tracevae', 'fsa'], epochs: 3, seeds: [3, 5] });
    const report = JSON.parse(some.ok ? some.value.report : '{}');
    expect(report.results.map(({ detector }: { detector: string }) => detector)).toContain(
      'tracevae',
    );
    expect(report.warnings).toContainEqual(
      expect.stringMatching(/training diverged.* in epoch 2: these are the weights of epoch 1$/),
    );
    expect(report.failed).toMatchObject([{ detector: 'tracevae', seed: 5, stage: 'training' }]);
    const alone = await run(FILES, { detectors: ['tracevae'], epochs: 3 });
    expect(alone).toMatchObject({ ok: false, error: { where: 'epoch 2' } });
  } finally {
    spoilt.mockRestore();
  }
});

test('what was typed wrongly, and files that are no traces, are failures', async () => {
  expect(await run(FILES, { detectors: ['oracle'] })).toMatchObject({
    ok: false,
    error: { where: 'detectors' },
  });
  const early = await run(FILES, { detectors: ['tracevae'], score: ['nll + sum(status)'] });
  expect(early).toMatchObject({ error: { what: expect.stringMatching(/how it ended/) } });
  const page = onDisk('page.csv', ['<html></html>']);
  const source: RunSource = { kind: 'files', files: [{ path: page, role: 'train' }] };
  expect(await run(source)).toMatchObject({
    ok: false,
    error: { where: expect.stringContaining('page.csv') },
  });
});
