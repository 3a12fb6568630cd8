/**
 * A golden file: the numbers that the authors' implementation computes (see the file's `docs`), as
 * what this model takes: a configuration, stored weights and batches.
 */
import { err, ok, type Result } from '../base/result.ts';
import {
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  traceVaeConfig,
} from '../detectors/tracevae/meta.ts';
import type { TraceBatch } from '../features/trace-batch.ts';
import type { NamedArray } from '../nn/parameters.ts';
import type { Corrections } from '../scoring/corrections/list.ts';
import type { FlatArray } from './measure.ts';
import type { Preprocessing } from './preprocessing.ts';

export const GOLDEN_FORMAT = 'tracevae-golden/1';

/** The authors' names of the log-probabilities. */
export const LOG_PROBS = [
  'log_q_z',
  'log_p_z',
  'log_q_z2',
  'log_p_z2',
  'log_p_node_count',
  'log_p_adj',
  'log_p_node_type',
  'log_p_latency',
] as const;

export type LogProb = (typeof LOG_PROBS)[number];
export type LogProbs<T> = Readonly<Record<LogProb, T>>;

/** The authors' names of the score's variants, and which of the paper's corrections each has. */
export const GOLDEN_VARIANTS = {
  nll: {},
  bcscale: { bcscale: {} },
  ncnorm: { ncnorm: {} },
  stdlimit: { stdlimit: {} },
  all: { bcscale: {}, ncnorm: {}, stdlimit: {} },
} as const satisfies Record<string, Corrections>;

export type GoldenVariant = keyof typeof GOLDEN_VARIANTS;
export type Variants<T> = Readonly<Record<GoldenVariant, T>>;

type Row = readonly number[];
type Rows = readonly Row[];

/** A trace as the model reads it. */
export interface GoldenTree {
  readonly node_count: number;
  readonly parent: Row;
  readonly node_type: Row;
  readonly latency: Row;
}

export interface GoldenTrace extends GoldenTree {
  readonly name: string;
  readonly n_z_1: {
    readonly noise_z: Row;
    readonly noise_z2: Row;
    readonly z: Row;
    readonly z2: Row;
    readonly qz_mean: Row;
    readonly qz_logstd: Row;
    readonly qz_logstd_unclipped: Row;
    readonly qz2_mean: Row;
    readonly qz2_logstd: Row;
    readonly qz2_logstd_unclipped: Row;
    readonly node_count_logits: Row;
    readonly graph_embedding: Row;
    readonly node_embedding: Rows;
    readonly edge_logits_triu: Row;
    readonly node_type_logits: Rows;
    readonly pz2_hidden: Row;
    readonly pz2_mean: Row;
    readonly pz2_logstd: Row;
    readonly latency_mean: Row;
    readonly latency_logstd: Row;
    readonly pz_flow_steps: readonly {
      readonly type: string;
      readonly output: Row;
      readonly log_det_cumulative: number;
    }[];
    readonly log_probs: Variants<LogProbs<number>>;
    readonly nll: Variants<number>;
  };
  readonly n_z_4: {
    readonly noise_z: Rows;
    readonly noise_z2: Rows;
    readonly z: Rows;
    readonly z2: Rows;
    readonly log_probs: Variants<LogProbs<Row>>;
    readonly nll: Variants<number>;
  };
  /** Of some traces: the output of every layer of the four graph networks. */
  readonly layer_outputs?: Readonly<Record<string, Row | Rows | readonly Rows[]>>;
}

export interface GoldenStep {
  readonly mode: 'joint' | 'latency_only';
  readonly noise_z: Rows;
  readonly noise_z2: Rows;
  readonly z: Rows;
  readonly z2: Rows;
  readonly per_trace_log_probs: LogProbs<Row>;
  readonly latency_mean: Rows;
  readonly latency_logstd: Rows;
  readonly safe_normal_clipped_nodes: number;
  readonly recons: number;
  readonly kl: number;
  readonly l2_norm: number;
  readonly unit_ball: number;
  readonly loss: number;
  readonly hyper: {
    readonly l2_reg: number;
    readonly z_unit_ball_reg: number;
    readonly lr: number;
    readonly global_clip_norm: number;
  };
  readonly l2_param_names: readonly string[];
  readonly grad_global_norm_before_clip: number;
  readonly grads_before_clip: Readonly<Record<string, FlatArray>>;
  readonly params_after_one_rmsprop_step: Readonly<Record<string, FlatArray>>;
  readonly buffers_after_step: Readonly<Record<string, FlatArray>>;
}

export interface Golden {
  readonly format: typeof GOLDEN_FORMAT;
  readonly config: {
    readonly MAX_NODE_COUNT: number;
    readonly num_operations: number;
    readonly operation_embedding_dim: number;
    readonly gat_heads: number;
    readonly gat_layer_sizes: Row;
    readonly z_dim: number;
    readonly z2_dim: number;
    readonly latent_embedding_size: number;
    readonly 'struct.decoder.node_count_layers': Row;
    readonly 'struct.decoder.graph_embedding_layers': Row;
    readonly 'latency.decoder.z2_given_z_hidden_layers': Row;
    readonly safe_normal_std_threshold: number;
    readonly pz_flow: { readonly flow_levels: number; readonly coupling_hidden_layers: Row };
  };
  readonly weights: Readonly<Record<string, FlatArray>>;
  readonly std_limit: number;
  readonly traces: readonly GoldenTrace[];
  readonly training: readonly GoldenStep[];
  readonly actnorm_init: {
    readonly z_batch: Rows;
    readonly x: Rows;
    readonly log_det: Row;
    readonly layers: Readonly<Record<string, { readonly bias: Row; readonly pre_scale: Row }>>;
  };
  readonly pz_flow_sampling: {
    readonly x: Rows;
    readonly z: Rows;
    readonly log_det_dz_dx: Row;
  };
  readonly preprocessing: Preprocessing;
}

const SECTIONS = [
  'config',
  'weights',
  'std_limit',
  'traces',
  'training',
  'actnorm_init',
  'pz_flow_sampling',
  'preprocessing',
] as const satisfies readonly (keyof Golden)[];

/** Checks that every section is there; a number missing within one shows in its comparison. */
export function asGolden(content: object): Result<Golden, string> {
  const missing = SECTIONS.filter((name) => !(name in content));
  if (missing.length > 0) return err(`it lacks ${missing.join(', ')}`);
  const golden = content as Golden;
  const { gat_layer_sizes: sizes, pz_flow } = golden.config;
  if (sizes.some((size) => size !== sizes[0])) return err('its attention layers differ in size');
  if (pz_flow.coupling_hidden_layers.length !== 1) {
    return err('its coupling networks have other than one hidden layer');
  }
  return ok(golden);
}

export function goldenConfig({ config }: Golden): TraceVaeConfig {
  return {
    ...traceVaeConfig(TRACEVAE_PRESETS.paper),
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
    safeNormalStds: config.safe_normal_std_threshold,
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
export function batchOf(traces: readonly GoldenTree[], maxNodes: number): TraceBatch {
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
