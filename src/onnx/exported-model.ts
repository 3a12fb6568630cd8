/** What both graphs are made of: a detector of a kept model with terms. */
import type { TraceVaeConfig } from '../detectors/tracevae/meta.ts';
import { OPERATION_EMBEDDING } from '../detectors/tracevae/struct-vae.ts';
import type { LatencyScale } from '../features/latency-scale.ts';
import type { StdLimits } from '../scoring/score-terms.ts';
import type { GraphBuilder, Value } from './graph.ts';
import type { FeaturePart } from './networks.ts';
import type { Weights } from './weights.ts';

export interface ExportedModel {
  readonly config: TraceVaeConfig;
  readonly weights: Weights;
  readonly operationCount: number;
  readonly scale: LatencyScale;
  readonly stdLimits: StdLimits;
  readonly seed: number;
}

/** y_i of each node: [B, N, embedding]. */
export function embeddedOperations(
  graph: GraphBuilder,
  { weights }: ExportedModel,
  operation: Value,
): FeaturePart {
  const { rows, columns, data } = weights.matrix(OPERATION_EMBEDDING);
  return { value: graph.gather(graph.reals(data, [rows, columns]), operation), width: columns };
}

/** Latencies as a feature of their nodes: [B, N, 1]. */
export const latencyFeature = (graph: GraphBuilder, latency: Value): FeaturePart => ({
  value: graph.unsqueeze(latency, 2),
  width: 1,
});

/** log density of N(0, 1) at 0: what a Gaussian adds whatever its std. */
export const LOG_DENSITY_AT_0 = -0.5 * Math.log(2 * Math.PI);

/** log N(x; mean, exp(logStd)^2), any shapes that broadcast. */
export function normalLogProb(graph: GraphBuilder, x: Value, mean: Value, logStd: Value): Value {
  const precision = graph.exp(graph.op('Neg', [logStd]));
  const standardised = graph.mul(graph.sub(x, mean), precision);
  const square = graph.mul(graph.mul(standardised, standardised), graph.scalar(-0.5));
  return graph.sub(graph.add(square, graph.scalar(LOG_DENSITY_AT_0)), logStd);
}
