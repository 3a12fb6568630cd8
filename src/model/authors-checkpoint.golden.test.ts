/**
 * A checkpoint of the authors' code, kept as a model: its names are theirs already, so it opens, and
 * scores as their code does. The files are large and live beside the repository; without them the
 * test is skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DETECTORS } from '../detectors/registry.ts';
import { TRACEVAE_PRESETS } from '../detectors/tracevae/meta.ts';
import { quantityLine } from '../parity/lines.ts';
import type { Quantity } from '../parity/measure.ts';
import { compareFiles } from '../parity/parity.ts';
import { WEIGHTS_FILE } from '../parity/trained-model.ts';
import type { RunSettings } from '../run/settings.ts';
import { keepUsual } from '../statistics/kept-usual.ts';
import { startTestBackend } from '../testing/backends.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { pickTraces } from '../trace/pick-traces.ts';
import type { KeptModel } from './kept-model.ts';
import { readModel, writeModel } from './model-file.ts';
import { modelSettings, openedWeights } from './opened-model.ts';

const folder = new URL('../../../shared/goldens/trained-trainticket64/', import.meta.url);
const present = existsSync(new URL(WEIGHTS_FILE, folder));
if (!present) console.info(`skipped: no trained model at ${folder.pathname}`);

const bytesOf = (name: string): Buffer<ArrayBuffer> => readFileSync(new URL(name, folder));

interface Golden {
  readonly MAX_NODE_COUNT: number;
  readonly num_operations: number;
  readonly gnn_layers: readonly number[];
  readonly z_dim: number;
  readonly z2_dim: number;
  readonly manifest: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly offset: number;
  }[];
}

function checkpointAsModel(golden: Golden, numbers: Float32Array): KeptModel {
  const { model, schedule, scoring } = TRACEVAE_PRESETS.paper;
  const settings: RunSettings = {
    detectors: ['tracevae'],
    model: {
      ...model,
      units: golden.gnn_layers[0]!,
      layers: golden.gnn_layers.length,
      latent: golden.z_dim,
      latent2: golden.z2_dim,
      maxNodes: golden.MAX_NODE_COUNT,
      latencyScale: 'authors',
    },
    schedule,
    scoring,
    machine: { backend: 'wasm' },
    baselines: {},
    seed: 1,
    roles: [],
    limitTrain: null,
  };
  const traces = toyTraces(20);
  const operations = Array.from({ length: golden.num_operations }, (_, id) => ({
    service: id === 0 ? 0 : 1,
    name: id === 0 ? '' : `operation ${id}`,
  }));
  const named = { ...traces, operations };
  const validation = pickTraces(named, Uint32Array.of(0, 1, 2));
  const steps = keepUsual(named, Uint32Array.of(3, 4, 5, 6));
  let usual = steps.next();
  while (usual.done !== true) usual = steps.next();
  return {
    origin: {
      name: 'authors',
      keptAt: 0,
      app: { name: 'tracegnn', version: '0' },
      files: [],
      dataHash: '',
      traces: { train: 4, val: 3 },
    },
    settings,
    scale: {
      kind: 'authors',
      meanUs: new Float64Array(golden.num_operations),
      divisorUs: new Float64Array(golden.num_operations).fill(1),
      floored: [],
    },
    detectors: [
      {
        detector: 'tracevae',
        weights: {
          formatVersion: 1,
          tensors: golden.manifest.map(({ name, shape, offset }) => ({
            name,
            shape,
            data: numbers.slice(offset, offset + shape.reduce((size, n) => size * n, 1)),
          })),
        },
        threshold: 'p99',
        val: { full: new Float64Array(3) },
        stdLimits: { global: 1, byOperation: new Float64Array(golden.num_operations).fill(1) },
      },
    ],
    validation,
    usual: usual.value,
  };
}

test.skipIf(!present)(
  'a checkpoint of the authors opens as a model and scores as theirs',
  async () => {
    await startTestBackend('cpu');
    const golden: Golden = JSON.parse(bytesOf('golden.json').toString());
    const numbers = new Float32Array(new Uint8Array(bytesOf(WEIGHTS_FILE)).buffer);
    const read = readModel(writeModel(checkpointAsModel(golden, numbers)), 'authors.tracevae');
    if (!read.ok) throw new Error(read.error.what);
    const [kept] = read.value.detectors;
    const restored = DETECTORS.tracevae.restore(
      modelSettings(read.value),
      golden.num_operations,
      openedWeights(kept!),
    );
    expect(restored.kind).toBe('terms');
    restored.dispose();

    const byName = new Map(kept!.weights.tensors.map(({ name, data }) => [name, data]));
    const back = new Float32Array(numbers.length);
    for (const { name, offset } of golden.manifest) back.set(byName.get(name)!, offset);
    const quantities: Quantity[] = [];
    const compared = await compareFiles(
      [new File([bytesOf('golden.json')], 'golden.json'), new File([back], WEIGHTS_FILE)],
      'all',
      (found) => quantities.push(found),
    );
    expect(compared.ok).toBe(true);
    expect(quantities.length).toBeGreaterThan(0);
    expect(quantities.filter(({ status }) => status !== 'ok').map(quantityLine)).toEqual([]);
  },
);
