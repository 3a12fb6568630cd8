/** How much memory training TraceVAE takes, estimated from its settings before it starts. */
import { detectorMeta } from '../../detectors/catalog.ts';
import { type TraceVaeSettings, traceVaeConfig } from '../../detectors/tracevae/meta.ts';
import type { RunChoices } from './run-choices.ts';

/**
 * Arrays as large as all weights that training holds at its peak: the weights, their gradient and its
 * clipped copy, the state of RMSprop, the weights of the best epoch, a checkpoint on its way. Chosen
 * to fit what was measured: 2.5 GB for the paper preset at N_max 256 with 16 traces.
 */
const COPIES = 10;
/** Of each layer's output: as it is, normalised, and the gradient of both. */
const ACTIVATIONS = 4;
const BYTES = 4;

/** Above this a person is told before training starts: WASM has 4 GB at most, many devices less. */
export const MUCH_MEMORY = 1.5e9;

/**
 * Weights of the matrices, which are nearly all that there are.
 *
 * @param operations of the dataset, padding included
 */
export function weightsOf(settings: TraceVaeSettings, operations: number): number {
  const config = traceVaeConfig(settings);
  const { heads, units, layers, latent, latent2, maxNodes, nodeEmbedding, operationEmbedding } =
    config;
  const width = heads * units;
  const graph = (inputs: number, outputs: number): number =>
    inputs * width + (layers - 1) * width * width + width * outputs;
  const chain = (...sizes: readonly number[]): number =>
    sizes.slice(1).reduce((sum, size, i) => sum + sizes[i]! * size, 0);
  const encoders =
    graph(operationEmbedding, 2 * latent) + graph(operationEmbedding + 1, 2 * latent2);
  const latencies =
    graph(latent2 + operationEmbedding, 2) + chain(latent, ...config.z2GivenZHidden);
  const embedding = operations * operationEmbedding;
  if (config.structureDecoder !== 'paper') return encoders + latencies + embedding;
  return (
    encoders +
    latencies +
    embedding +
    chain(latent, ...config.nodeCountHidden, maxNodes + 1) +
    chain(latent, ...config.graphEmbeddingHidden, maxNodes * nodeEmbedding) +
    graph(nodeEmbedding, operations)
  );
}

/** @returns bytes, about */
export function trainingBytes(
  settings: TraceVaeSettings,
  operations: number,
  traces: number,
): number {
  const { heads, units, layers, maxNodes, structureDecoder } = traceVaeConfig(settings);
  const batch = Math.min(settings.schedule.batchSize, traces);
  const rows = batch * maxNodes;
  const paper = structureDecoder === 'paper';
  // the paper's decoder has all N_max nodes of each trace, and an entry for each pair
  const nodes = paper ? rows * heads * units * layers * ACTIVATIONS : 0;
  const pairs = paper ? rows * maxNodes * ACTIVATIONS : 0;
  return BYTES * (COPIES * weightsOf(settings, operations) + nodes + pairs);
}

export interface MemoryEstimate {
  /** Bytes, about. */
  readonly bytes: number;
  /** N_max that would fit, of powers of two; null where none does. */
  readonly maxNodes: number | null;
  /** Bytes of that. */
  readonly bytesThen: number;
}

/** What training will take, where that is much; null where it is not, or no TraceVAE is chosen. */
export function muchMemory(
  choices: RunChoices,
  operations: number,
  traces: number,
): MemoryEstimate | null {
  if (!choices.detectors.some((id) => detectorMeta(id).gives.kind === 'terms')) return null;
  const at = (maxNodes: number): number =>
    trainingBytes({ ...choices, model: { ...choices.model, maxNodes } }, operations, traces);
  const bytes = at(choices.model.maxNodes);
  if (bytes <= MUCH_MEMORY) return null;
  const smaller = [512, 256, 128, 64, 32, 16].filter((nodes) => nodes < choices.model.maxNodes);
  const maxNodes = smaller.find((nodes) => at(nodes) <= MUCH_MEMORY) ?? null;
  return { bytes, maxNodes, bytesThen: maxNodes === null ? 0 : at(maxNodes) };
}
