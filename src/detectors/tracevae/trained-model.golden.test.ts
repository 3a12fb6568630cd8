/**
 * Parity with a model that the authors' code trained on TrainTicket (64 units): 40 real traces,
 * scored at the posterior means. The files are large and live beside the repository; without them
 * the test is skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ParameterStore } from '../../nn/parameters.ts';
import { combineScores, correctionsOf } from '../../scoring/corrections.ts';
import type { Variant } from '../../scoring/score-terms.ts';
import { startTestBackend, TEST_BACKENDS } from '../../testing/backends.ts';
import { Deviations } from '../../testing/deviation.ts';
import { batchOf } from '../../testing/golden/tracevae-golden.ts';
import { priorLogProbs, sampleLatencies } from './latency-scores.ts';
import { TRACEVAE_PRESETS } from './meta.ts';
import { emptyTerms, writeLatencyTerms, writeStructureTerms } from './scoring.ts';
import { sampleStructures } from './structure-scores.ts';
import { traceVaeSpecs } from './trace-vae.ts';

interface TrainedGolden {
  readonly MAX_NODE_COUNT: number;
  readonly num_operations: number;
  readonly std_limit: number;
  readonly manifest: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly offset: number;
  }[];
  readonly traces: readonly {
    readonly node_count: number;
    readonly parent: readonly number[];
    readonly node_type: readonly number[];
    readonly latency: readonly number[];
    readonly z: readonly number[];
    readonly z2: readonly number[];
    readonly nll: Readonly<Record<string, number>>;
    readonly log_probs_plain: Readonly<Record<string, number>>;
  }[];
}

const folder = new URL('../../../../shared/goldens/trained-trainticket64/', import.meta.url);
const present = existsSync(new URL('weights.bin', folder));
if (!present) console.info(`skipped: no trained model at ${folder.pathname}`);

const TOLERANCE = 1e-4;
const LOG_Q = 5e-4;

test.skipIf(!present).each(TEST_BACKENDS)('a trained model on the %s backend', async (backend) => {
  await startTestBackend(backend);
  const golden: TrainedGolden = JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8'));
  const bytes = readFileSync(new URL('weights.bin', folder));
  const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const arrays = golden.manifest.map(({ name, shape, offset }) => ({
    name,
    shape,
    data: floats.slice(offset, offset + shape.reduce((size, n) => size * n, 1)),
  }));
  const config = { ...TRACEVAE_PRESETS.small, maxNodes: golden.MAX_NODE_COUNT };
  const specs = traceVaeSpecs(config, golden.num_operations);
  expect(specs.map(({ name }) => name)).toEqual(golden.manifest.map(({ name }) => name));
  const store = ParameterStore.load(specs, arrays);
  const model = { store, config, operationCount: golden.num_operations };

  const batch = batchOf(golden.traces, config.maxNodes);
  const { size } = batch;
  const structures = await sampleStructures(model, batch, new Float32Array(size * config.latent));
  const latencies = await sampleLatencies(model, batch, new Float32Array(size * config.latent2));
  const order = Uint32Array.from({ length: size }, (_, t) => t);
  const terms = emptyTerms({
    maxNodes: config.maxNodes,
    samples: 1,
    stdLimit: golden.std_limit,
    trace: order,
    structureRow: order,
    nodeCount: Uint16Array.from(batch.nodeCount),
    structures: size,
  });
  const priorStart = (trace: number): number => trace * config.latent2;
  const logPz2 = priorLogProbs(latencies, config.latent2, structures.prior2, priorStart);
  writeStructureTerms(terms, structures, 0);
  writeLatencyTerms(terms, latencies, logPz2, order);

  const deviations = new Deviations();
  const of = (name: string): number[] => golden.traces.map((t) => t.log_probs_plain[name]!);
  const { structure, latency } = terms;
  deviations.check(
    'z',
    structures.z,
    golden.traces.map(({ z }) => z),
    TOLERANCE,
  );
  deviations.check(
    'z2',
    latencies.z2,
    golden.traces.map(({ z2 }) => z2),
    TOLERANCE,
  );
  deviations.check('log q(z)', structure.logQz, of('log_q_z'), LOG_Q);
  deviations.check('log q(z2)', latency.logQz2, of('log_q_z2'), LOG_Q);
  deviations.check('log p(z)', structure.logPz, of('log_p_z'), TOLERANCE);
  deviations.check('log p(z2)', latency.logPz2, of('log_p_z2'), TOLERANCE);
  deviations.check('log p(N)', structure.logPNodeCount, of('log_p_node_count'), TOLERANCE);
  deviations.check('log p(A)', structure.logPAdjacency, of('log_p_adj'), TOLERANCE);
  deviations.check('log p(Y)', structure.logPNodeType, of('log_p_node_type'), TOLERANCE);
  deviations.check('log p(X)', latency.logPLatency, of('log_p_latency'), TOLERANCE);
  const variants: Readonly<Record<string, Variant>> = {
    nll: 'nll',
    bcscale: 'bcscale',
    ncnorm: 'ncnorm',
    stdlimit: 'stdlimit',
    all: 'full',
  };
  for (const [theirs, ours] of Object.entries(variants)) {
    const scores = combineScores(terms, correctionsOf(ours));
    deviations.check(
      `score ${ours}`,
      scores,
      golden.traces.map(({ nll }) => nll[theirs]!),
      TOLERANCE,
    );
  }
  console.info(`trained model on ${backend}, worst deviation: ${deviations.report()}`);
  store.dispose();
});
