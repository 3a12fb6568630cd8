/**
 * The numbers that the authors' implementation computes (see the file's `format` and `docs`), as
 * what this model takes: a configuration, stored weights and batches.
 */
import { readFileSync } from 'node:fs';
import { TRACEVAE_PRESETS, type TraceVaeConfig } from '../../detectors/tracevae/meta.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { NamedArray } from '../../nn/parameters.ts';

interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type LogProbs<T> = Readonly<
  Record<
    | 'log_q_z'
    | 'log_p_z'
    | 'log_q_z2'
    | 'log_p_z2'
    | 'log_p_node_count'
    | 'log_p_adj'
    | 'log_p_node_type'
    | 'log_p_latency',
    T
  >
>;

type Variants<T> = Readonly<Record<'nll' | 'bcscale' | 'ncnorm' | 'stdlimit' | 'all', T>>;

interface GoldenTrace {
  readonly name: string;
  readonly node_count: number;
  readonly parent: readonly number[];
  readonly node_type: readonly number[];
  readonly latency: readonly number[];
  readonly n_z_1: {
    readonly noise_z: readonly number[];
    readonly noise_z2: readonly number[];
    readonly z: readonly number[];
    readonly z2: readonly number[];
    readonly qz_mean: readonly number[];
    readonly qz_logstd: readonly number[];
    readonly qz2_mean: readonly number[];
    readonly qz2_logstd: readonly number[];
    readonly node_count_logits: readonly number[];
    readonly node_embedding: readonly (readonly number[])[];
    readonly edge_logits_triu: readonly number[];
    readonly node_type_logits: readonly (readonly number[])[];
    readonly pz2_mean: readonly number[];
    readonly pz2_logstd: readonly number[];
    readonly latency_mean: readonly number[];
    readonly latency_logstd: readonly number[];
    readonly pz_flow_steps: readonly {
      readonly output: readonly number[];
      readonly log_det_cumulative: number;
    }[];
    readonly log_probs: Variants<LogProbs<number>>;
    readonly nll: Variants<number>;
  };
  readonly n_z_4: {
    readonly noise_z: readonly (readonly number[])[];
    readonly noise_z2: readonly (readonly number[])[];
    readonly log_probs: Variants<LogProbs<readonly number[]>>;
    readonly nll: Variants<number>;
  };
  readonly layer_outputs?: Readonly<Record<string, readonly (number | readonly unknown[])[]>>;
}

interface GoldenTraining {
  readonly mode: 'joint' | 'latency_only';
  readonly noise_z: readonly (readonly number[])[];
  readonly noise_z2: readonly (readonly number[])[];
  readonly z: readonly (readonly number[])[];
  readonly per_trace_log_probs: LogProbs<readonly number[]>;
  readonly recons: number;
  readonly kl: number;
  readonly l2_norm: number;
  readonly unit_ball: number;
  readonly loss: number;
  readonly l2_param_names: readonly string[];
  readonly grad_global_norm_before_clip: number;
  readonly grads_before_clip: Readonly<Record<string, GoldenArray>>;
  readonly params_after_one_rmsprop_step: Readonly<Record<string, GoldenArray>>;
  readonly buffers_after_step: Readonly<Record<string, GoldenArray>>;
}

export interface Golden {
  readonly config: {
    readonly MAX_NODE_COUNT: number;
    readonly num_operations: number;
    readonly operation_embedding_dim: number;
    readonly gat_heads: number;
    readonly gat_layer_sizes: readonly number[];
    readonly z_dim: number;
    readonly z2_dim: number;
    readonly latent_embedding_size: number;
    readonly 'struct.decoder.node_count_layers': readonly number[];
    readonly 'struct.decoder.graph_embedding_layers': readonly number[];
    readonly 'latency.decoder.z2_given_z_hidden_layers': readonly number[];
    readonly pz_flow: {
      readonly flow_levels: number;
      readonly coupling_hidden_layers: readonly number[];
    };
  };
  readonly weights: Readonly<Record<string, GoldenArray>>;
  readonly std_limit: number;
  readonly traces: readonly GoldenTrace[];
  readonly training: readonly GoldenTraining[];
  readonly actnorm_init: {
    readonly z_batch: readonly (readonly number[])[];
    readonly x: readonly (readonly number[])[];
    readonly log_det: readonly number[];
    readonly layers: Readonly<
      Record<string, { readonly bias: readonly number[]; readonly pre_scale: readonly number[] }>
    >;
  };
  readonly pz_flow_sampling: {
    readonly x: readonly (readonly number[])[];
    readonly z: readonly (readonly number[])[];
    readonly log_det_dz_dx: readonly number[];
  };
}

export function readGolden(): Golden {
  return JSON.parse(readFileSync(new URL('tracevae-golden.json', import.meta.url), 'utf8'));
}

export function goldenConfig({ config }: Golden): TraceVaeConfig {
  return {
    ...TRACEVAE_PRESETS.tiny,
    units: config.gat_layer_sizes[0]!,
    heads: config.gat_heads,
    layers: config.gat_layer_sizes.length,
    operationEmbedding: config.operation_embedding_dim,
    nodeEmbedding: config.latent_embedding_size,
    nodeCountHidden: config['struct.decoder.node_count_layers'],
    graphEmbeddingHidden: config['struct.decoder.graph_embedding_layers'],
    z2GivenZHidden: config['latency.decoder.z2_given_z_hidden_layers'],
    flowLevels: config.pz_flow.flow_levels,
    flowHidden: config.pz_flow.coupling_hidden_layers[0]!,
    latent: config.z_dim,
    latent2: config.z2_dim,
    maxNodes: config.MAX_NODE_COUNT,
  };
}

export function goldenWeights({ weights }: Golden): NamedArray[] {
  return Object.entries(weights).map(([name, { shape, data }]) => ({
    name,
    shape,
    data: Float32Array.from(data),
  }));
}

/** Traces with their nodes as plain lists. */
export function batchOf(
  traces: readonly Pick<GoldenTrace, 'node_count' | 'parent' | 'node_type' | 'latency'>[],
  maxNodes: number,
): TraceBatch {
  const size = traces.length;
  const parent = new Int32Array(size * maxNodes).fill(-1);
  const operation = new Int32Array(size * maxNodes);
  const latency = new Float32Array(size * maxNodes);
  traces.forEach((trace, b) => {
    parent.set(trace.parent.slice(0, trace.node_count), b * maxNodes);
    operation.set(trace.node_type.slice(0, trace.node_count), b * maxNodes);
    latency.set(trace.latency.slice(0, trace.node_count), b * maxNodes);
  });
  return {
    size,
    maxNodes,
    nodeCount: Int32Array.from(traces, ({ node_count }) => node_count),
    parent,
    operation,
    latency,
  };
}
