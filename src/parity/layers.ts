/** Every layer of the four graph networks: GAT, BatchNorm, block, pooling, GraphConv; eval mode. */
import {
  latencyDecoderInput,
  latencyEncoderInput,
  structureEncoderInput,
  structureTargets,
} from '../detectors/tracevae/inputs.ts';
import { LATENCY_VAE } from '../detectors/tracevae/latency-vae.ts';
import { OPERATION_EMBEDDING } from '../detectors/tracevae/struct-vae.ts';
import { batchNormLeakyRelu } from '../nn/batch-norm.ts';
import { gatLayer, gatNetwork } from '../nn/gat-network.ts';
import { graphConvolution } from '../nn/graph-convolution.ts';
import { lookUp } from '../nn/lookup.ts';
import type { NodeGraph } from '../nn/node-graph.ts';
import { multiplyConstant } from '../nn/products.ts';
import * as tf from '../nn/tf.ts';
import { batchOf, type GoldenTrace } from './golden-file.ts';
import { type Comparison, type GoldenModel, readNamed, tensor2d } from './golden-model.ts';
import { type ComparedPart, compare, type Nested, type Report, TOLERANCE } from './measure.ts';

/** A graph network on some traces, with what enters it and what ends it. */
interface NetworkRun {
  /** The parameters' prefix. */
  readonly name: string;
  readonly graph: NodeGraph;
  readonly input: tf.Tensor2D;
  /** [B, R] average pooling, or null where a GraphConv ends the network. */
  readonly pooling: tf.Tensor2D | null;
}

type TraceWithLayers = GoldenTrace & Required<Pick<GoldenTrace, 'layer_outputs'>>;

const hasLayers = (trace: GoldenTrace): trace is TraceWithLayers =>
  trace.layer_outputs !== undefined;

export const compareLayers: Comparison = async (model, report) => {
  const traces = model.golden.traces.filter(hasLayers);
  const { store, operationCount, config } = model;
  const batch = batchOf(traces, config.maxNodes);
  const ones = new Float32Array(batch.size).fill(1);
  const table = (): tf.Tensor2D => store.get<tf.Tensor2D>(OPERATION_EMBEDDING);

  const { table: embedding } = await readNamed(() => ({ table: tf.clone(table()) }));
  const width = config.operationEmbedding;
  compare(
    report,
    'operation embedding',
    TOLERANCE.value,
    traces.map((trace) => {
      const expected = trace.layer_outputs.operation_embedding ?? [];
      const ids = [...trace.node_type].slice(0, expected.length);
      return {
        at: trace.name,
        actual: ids.flatMap((id) => [...embedding.subarray(id * width, (id + 1) * width)]),
        expected,
      };
    }),
  );

  const networks: Readonly<Record<string, () => NetworkRun>> = {
    qz_gnn: () => {
      const { graph, pooling, operations } = structureEncoderInput(batch, ones, operationCount);
      const input = multiplyConstant(operations, table());
      return { name: 'struct_vae.qz_gnn_layers', graph, input, pooling };
    },
    qz2_gnn: () => {
      const { graph, pooling, operations, latency } = latencyEncoderInput(batch);
      const input = tf.concat([lookUp(table(), operations), latency], 1);
      return { name: `${LATENCY_VAE}.qz2_gnn_layers`, graph, input, pooling };
    },
    p_node_type_gnn: () => {
      const { graph } = structureTargets(batch, operationCount);
      const input = tensor2d(traces.flatMap((trace) => trace.n_z_1.node_embedding));
      return { name: 'struct_vae.pG_node_type_logits', graph, input, pooling: null };
    },
    p_latency_gnn: () => {
      const { graph, dispatch, operations } = latencyDecoderInput(batch, 'all');
      const z2 = multiplyConstant(dispatch, tensor2d(traces.map((trace) => trace.n_z_1.z2)));
      const input = tf.concat([z2, lookUp(table(), operations)], 1);
      return { name: `${LATENCY_VAE}.pG_node_features`, graph, input, pooling: null };
    },
  };
  for (const [theirs, run] of Object.entries(networks)) {
    await compareNetwork(model, traces, theirs, run, report);
  }
};

async function compareNetwork(
  { store, config }: GoldenModel,
  traces: readonly TraceWithLayers[],
  theirs: string,
  run: () => NetworkRun,
  report: Report,
): Promise<void> {
  let firstRow: Int32Array = new Int32Array(0);
  let pooled = false;
  const { layers } = config;
  const outputs = await readNamed(() => {
    const { name, graph, input, pooling } = run();
    firstRow = graph.firstRow;
    pooled = pooling !== null;
    const found: Record<string, tf.Tensor> = {};
    let h = input;
    for (let layer = 0; layer < layers; layer++) {
      const block = `${name}.gnn.${layer}`;
      const norm = `${block}.normalization`;
      const attended = gatLayer(store, block, h, graph);
      found[`${layer}.gatconv`] = attended;
      found[`${layer}.batchnorm`] = batchNormLeakyRelu(
        store,
        norm,
        attended,
        graph.shares,
        'eval',
        1,
      );
      h = batchNormLeakyRelu(store, norm, attended, graph.shares, 'eval');
      found[`${layer}.out`] = h;
    }
    // the network whole, as scoring runs it: where tensors are host memory a block is one loop
    const end = gatNetwork(store, name, input, graph, { layers, output: false, mode: 'eval' });
    found[`${layers - 1}.out, network`] = end;
    if (pooling === null) {
      found[`${layers}.graphconv`] = graphConvolution(store, `${name}.gnn.${layers}.gnn`, h, graph);
    } else {
      found[`${layers}.pool`] = multiplyConstant(pooling, h);
    }
    return found;
  });

  for (const [part, values] of Object.entries(outputs)) {
    const key = `${theirs}.${part.split(',')[0]}`;
    const ofGraphs = pooled && part === `${layers}.pool`;
    const parts = traces.map((trace, b): ComparedPart => {
      const expected: Nested = trace.layer_outputs[key] ?? [];
      const numbers = expected.flat(2).length;
      const rows = ofGraphs ? 1 : expected.length;
      const start = (ofGraphs ? b : firstRow[b]!) * (numbers / rows);
      return { at: trace.name, actual: values.subarray(start, start + numbers), expected };
    });
    compare(report, `layer ${theirs}.${part}`, TOLERANCE.value, parts);
  }
}
