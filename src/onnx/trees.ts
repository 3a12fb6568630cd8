/**
 * What both graphs take: B merged trees, dense, N places each, of which the first `nodes` count. The
 * rest of a row may hold anything.
 */
import type { LatencyScale } from '../features/latency-scale.ts';
import type { GraphBuilder, Value } from './graph.ts';
import type { Neighbours } from './networks.ts';

export interface TreeChoices {
  /** Name of B. */
  readonly batch: string;
  /** N, or its name where it may differ from call to call. */
  readonly places: number | string;
  /** Operations with an id of their own; those from here on are operation 0 to the model. */
  readonly operationCount: number;
  /** DimEx: every place is a node. */
  readonly filled: boolean;
}

export interface Trees {
  /** [B, N] int64 as the model knows it, 0 beyond the nodes */
  readonly operation: Value;
  /** [B, N] int64, 0 where there is none */
  readonly parent: Value;
  /** [B, N] bool */
  readonly hasParent: Value;
  /** [B] int64, N_max where places are filled up */
  readonly nodes: Value;
  /** [B, N] float, 1 at a node */
  readonly real: Value;
  /** [B, N] bool, 1 at a node that the trace itself has */
  readonly recorded: Value;
  /** [B, child, parent] float */
  readonly calls: Value;
  /** [B, N, N] */
  readonly neighbours: Neighbours;
  /** N, int64 */
  readonly places: Value;
}

export function treeInputs(
  graph: GraphBuilder,
  { batch, places: wanted, operationCount, filled }: TreeChoices,
): Trees {
  const given = {
    operation: graph.input('operation', 'int64', [batch, wanted]),
    parent: graph.input('parent', 'int64', [batch, wanted]),
    nodes: graph.input('nodes', 'int64', [batch]),
  };
  const zero = graph.ints([0]);
  const places = graph.gather(graph.op('Shape', [given.operation]), graph.ints([1]));
  const position = graph.op('Range', [
    ...[zero, places, graph.ints([1])].map((value) => graph.op('Squeeze', [value])),
  ]);
  const recorded = graph.op('Less', [position, graph.unsqueeze(given.nodes, 1)]);
  const nodes = filled ? graph.add(graph.mul(given.nodes, zero), places) : given.nodes;
  const real = filled ? graph.op('Less', [position, graph.unsqueeze(nodes, 1)]) : recorded;

  const known = graph.op('Less', [given.operation, graph.ints([operationCount])]);
  const operation = graph.where(graph.op('And', [recorded, known]), given.operation, zero);
  const isBelow = graph.op('GreaterOrEqual', [given.parent, zero]);
  const hasParent = graph.op('And', [recorded, isBelow]);
  const parent = graph.where(hasParent, given.parent, zero);
  const calls = graph.mul(
    graph.oneHot(parent, places),
    graph.unsqueeze(graph.cast(hasParent, 'real'), 2),
  );
  return {
    operation,
    parent,
    hasParent,
    nodes,
    real: graph.cast(real, 'real'),
    recorded,
    calls,
    neighbours: neighboursOf(graph, calls, graph.oneHot(position, places)),
    places,
  };
}

/** Messages flow both ways along a call, and from each node to itself. */
function neighboursOf(graph: GraphBuilder, calls: Value, itself: Value): Neighbours {
  const adjacency = graph.add(graph.add(calls, graph.transpose(calls, 3)), itself);
  const root = graph.op('Sqrt', [graph.sum(adjacency, 2)]);
  const roots = graph.mul(graph.unsqueeze(root, 2), graph.unsqueeze(root, 1));
  return {
    linked: graph.cast(adjacency, 'bool'),
    normalised: graph.op('Div', [adjacency, roots]),
  };
}

/** The same for L samples of each trace: [B, 1, N, N]. */
export const forSamples = (
  graph: GraphBuilder,
  { linked, normalised }: Neighbours,
): Neighbours => ({
  linked: graph.unsqueeze(linked, 1),
  normalised: graph.unsqueeze(normalised, 1),
});

/** Mean of the nodes of each trace. @param features [B, N, F] @returns [B, 1, F] */
export function poolNodes(graph: GraphBuilder, { real, nodes }: Trees, features: Value): Value {
  const count = graph.unsqueeze(graph.cast(nodes, 'real'), 1);
  return graph.matMul(graph.unsqueeze(graph.op('Div', [real, count]), 1), features);
}

/**
 * What the model sees of durations, standardised in float64 by the model's scale.
 *
 * @returns [B, N] float, 0 beyond the trace's own nodes
 */
export function latencyInput(
  graph: GraphBuilder,
  trees: Trees,
  scale: LatencyScale,
  shape: readonly (number | string)[],
): Value {
  const { operation, recorded } = trees;
  const { target, meanUs, divisorUs } = scale;
  const us = graph.cast(graph.input('latency_us', 'float', shape), 'double');
  const of = (column: Float64Array): Value => graph.gather(graph.doubles(column), operation);
  const standardised = (value: Value, mean: Float64Array, divisor: Float64Array): Value =>
    graph.op('Div', [graph.sub(value, of(mean)), of(divisor)]);
  let value: Value;
  if (target === undefined) {
    value = standardised(us, meanUs, divisorUs);
  } else {
    const times = target.kind === 'log-self' ? selfTimes(graph, trees, us, shape) : us;
    const notBelow = graph.op('Max', [times, graph.doubles([0])]);
    const logarithm = graph.op('Log', [graph.add(notBelow, of(target.offsetUs))]);
    value = standardised(logarithm, target.mean, target.divisor);
  }
  // the notebook keeps what the model sees in float32
  const kept = graph.cast(graph.cast(value, 'float'), 'real');
  return graph.where(recorded, kept, graph.scalar(0));
}

/** Durations less those of the calls below, in whole microseconds (trace/self-times.ts). */
function selfTimes(
  graph: GraphBuilder,
  { parent, hasParent, calls }: Trees,
  us: Value,
  shape: readonly (number | string)[],
): Value {
  const spans = graph.cast(graph.input('span_count', 'int64', shape), 'double');
  const ofParent = graph.op('GatherElements', [spans, parent], { axis: { int: 1 } });
  const share = graph.mul(us, graph.op('Div', [spans, ofParent]));
  const below = graph.where(hasParent, share, graph.doubles([0]));
  const sums = graph.matMul(graph.unsqueeze(below, 1), graph.cast(calls, 'double'));
  const own = graph.sub(us, graph.op('Squeeze', [sums, graph.ints([1])]));
  return graph.op('Floor', [graph.add(own, graph.doubles([0.5]))]);
}
