/** Posteriors, decoders and the prior of z2, on every trace of the file, in eval mode. */
import {
  latencyDecoderInput,
  latencyEncoderInput,
  structureEncoderInput,
  structureTargets,
} from '../detectors/tracevae/inputs.ts';
import {
  decodeLatency,
  dispatchLatent,
  encodeLatency,
  LATENCY_VAE,
  latencyPrior,
  poolLatency,
} from '../detectors/tracevae/latency-vae.ts';
import {
  decodeOperations,
  decodeTopology,
  encodeStructure,
  poolStructure,
  sampleGaussian,
} from '../detectors/tracevae/struct-vae.ts';
import { linear, mlp } from '../nn/layers.ts';
import type { NodeLayout } from '../nn/node-layout.ts';
import { multiplyConstant } from '../nn/products.ts';
import type * as tf from '../nn/tf.ts';
import type { GoldenTrace } from './golden-file.ts';
import { type Comparison, type GoldenModel, readNamed, tensor2d } from './golden-model.ts';
import {
  type ComparedPart,
  compare,
  type Nested,
  type Report,
  rowParts,
  TOLERANCE,
} from './measure.ts';

type Sample = GoldenTrace['n_z_1'];

/** Compares a row a trace of each computed tensor with one field of the file. */
function compareFields(
  { golden, names }: GoldenModel,
  report: Report,
  values: Readonly<Record<string, Float32Array>>,
  fields: Readonly<Record<string, (sample: Sample) => Nested>>,
): void {
  for (const [name, pick] of Object.entries(fields)) {
    const expected = golden.traces.map(({ n_z_1 }) => pick(n_z_1));
    compare(report, name, TOLERANCE.value, rowParts(names, values[name]!, expected));
  }
}

/** q(z | A, Y), q(z2 | A, X, Y) and the samples that the file's noise makes of them. */
export const comparePosteriors: Comparison = async (model, report) => {
  const { store, config, batch, operationCount, golden } = model;
  const one = golden.traces.map((trace) => trace.n_z_1);
  const values = await readNamed((): Record<string, tf.Tensor> => {
    const ones = new Float32Array(batch.size).fill(1);
    const structures = structureEncoderInput(batch, ones, operationCount);
    const latencies = latencyEncoderInput(batch);
    const q = encodeStructure(store, config, structures, 'eval');
    const q2 = encodeLatency(store, config, latencies, 'eval');
    const pooled = poolStructure(store, config, structures, 'eval');
    const pooled2 = poolLatency(store, config, latencies, 'eval');
    return {
      'q(z) mean': q.mean,
      'q(z) log std': q.logStd,
      'q(z) log std, unclipped': linear(store, 'struct_vae.qz_logstd', pooled),
      z: sampleGaussian(q, tensor2d(one.map(({ noise_z }) => noise_z))),
      'q(z2) mean': q2.mean,
      'q(z2) log std': q2.logStd,
      'q(z2) log std, unclipped': linear(store, `${LATENCY_VAE}.qz2_logstd`, pooled2),
      z2: sampleGaussian(q2, tensor2d(one.map(({ noise_z2 }) => noise_z2))),
    };
  });
  compareFields(model, report, values, {
    'q(z) mean': (sample) => sample.qz_mean,
    'q(z) log std': (sample) => sample.qz_logstd,
    'q(z) log std, unclipped': (sample) => sample.qz_logstd_unclipped,
    z: (sample) => sample.z,
    'q(z2) mean': (sample) => sample.qz2_mean,
    'q(z2) log std': (sample) => sample.qz2_logstd,
    'q(z2) log std, unclipped': (sample) => sample.qz2_logstd_unclipped,
    z2: (sample) => sample.z2,
  });
};

/** p(N | z), p(A | z), p(Y | z) and p(z2 | z) at the file's z. */
export const compareDecoders: Comparison = async (model, report) => {
  const { store, config, batch, operationCount, golden } = model;
  const hidden = (widths: readonly number[]) =>
    ({ hidden: widths.length, output: false, mode: 'eval' }) as const;
  const values = await readNamed((): Record<string, tf.Tensor> => {
    const z = tensor2d(golden.traces.map((trace) => trace.n_z_1.z));
    const { graph } = structureTargets(batch, operationCount);
    const topology = decodeTopology(store, config, z, 'eval');
    const embedding = hidden(config.graphEmbeddingHidden);
    const prior = latencyPrior(store, config, z, 'eval');
    const prior2 = hidden(config.z2GivenZHidden);
    return {
      'p(N) logits': topology.nodeCountLogits,
      'graph embedding': mlp(store, 'struct_vae.pG_graph_embedding', z, embedding),
      'node embedding': topology.nodeEmbedding,
      'p(A) logits': topology.edgeLogits,
      'p(Y) logits': decodeOperations(store, config, topology.nodeEmbedding, graph, 'eval'),
      'p(z2|z) hidden': mlp(store, `${LATENCY_VAE}.z2_given_z_hidden_layers`, z, prior2),
      'p(z2|z) mean': prior.mean,
      'p(z2|z) log std': prior.logStd,
    };
  });
  const edges = strictUpperTriangles(values['p(A) logits']!, config.maxNodes);
  compareFields(
    model,
    report,
    { ...values, 'p(A) logits': edges },
    {
      'p(N) logits': (sample) => sample.node_count_logits,
      'graph embedding': (sample) => sample.graph_embedding,
      'node embedding': (sample) => sample.node_embedding,
      'p(A) logits': (sample) => sample.edge_logits_triu,
      'p(Y) logits': (sample) => sample.node_type_logits,
      'p(z2|z) hidden': (sample) => sample.pz2_hidden,
      'p(z2|z) mean': (sample) => sample.pz2_mean,
      'p(z2|z) log std': (sample) => sample.pz2_logstd,
    },
  );
};

/** p(X | A, Y, z2) at the file's z2, with each way of treating padding nodes. */
export const compareLatencyDecoder: Comparison = async (model, report) => {
  const { store, config, batch, golden } = model;
  for (const padding of ['all', 'one', 'none'] as const) {
    let layout: NodeLayout | undefined;
    const values = await readNamed(() => {
      const input = latencyDecoderInput(batch, padding);
      layout = input.graph;
      const z2 = tensor2d(golden.traces.map((trace) => trace.n_z_1.z2));
      const rows = multiplyConstant(input.dispatch, z2);
      const dispatched = dispatchLatent(store, rows, input.operations);
      return { ...decodeLatency(store, config, dispatched, input.graph, 'eval') };
    });
    const of = (field: 'latency_mean' | 'latency_logstd', actual: Float32Array): ComparedPart[] =>
      nodeParts(model, layout!, actual, (b) => golden.traces[b]!.n_z_1[field]);
    const { mean, logStd } = values;
    compare(report, `p(X) mean, padding ${padding}`, TOLERANCE.value, of('latency_mean', mean));
    compare(
      report,
      `p(X) log std, padding ${padding}`,
      TOLERANCE.value,
      of('latency_logstd', logStd),
    );
  }
};

/** A part a trace, of the nodes that the layout has rows for. */
export function nodeParts(
  { names }: GoldenModel,
  { firstRow, graphOf }: NodeLayout,
  actual: Float32Array,
  expectedOf: (trace: number) => readonly number[],
): ComparedPart[] {
  const rows = new Int32Array(names.length);
  for (const graph of graphOf) if (graph >= 0) rows[graph]!++;
  return names.map((at, b) => ({
    at,
    actual: actual.subarray(firstRow[b]!, firstRow[b]! + rows[b]!),
    expected: expectedOf(b).slice(0, rows[b]!),
  }));
}

/** [B, N, N] -> [B, N (N - 1) / 2], row-major over i < j */
function strictUpperTriangles(logits: Float32Array, nodes: number): Float32Array {
  return logits.filter((_, at) => Math.floor(at / nodes) % nodes < at % nodes);
}
