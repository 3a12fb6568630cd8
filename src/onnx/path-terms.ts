/**
 * p(A, Y | z) of the structure decoder by call paths (detectors/tracevae/path-scores.ts). The nodes of
 * a tree find their paths in the graph, generation by generation; what training never saw is asked of
 * tables by path.
 */

import {
  type KnownPaths,
  openKnownPaths,
  type PathTree,
  unseenRate,
} from '../detectors/tracevae/known-paths.ts';
import {
  PATH_BIAS,
  PATH_HIDDEN,
  PATH_NETWORK,
  PATH_WEIGHT,
} from '../detectors/tracevae/path-decoder.ts';
import { NO_CALLER, UNKNOWN_PATH } from '../features/call-paths.ts';
import type { ExportedModel } from './exported-model.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { linear, logSigmoid, mlp } from './networks.ts';
import { categorical, type DecodedTerms, unlikelyOf } from './paper-terms.ts';
import type { Trees } from './trees.ts';

/** Codes of paths: the P known ones, then these. */
interface Codes {
  readonly unknown: number;
  readonly noCaller: number;
  readonly count: number;
}

/** @param z [S, L, K] */
export function pathTerms(
  graph: GraphBuilder,
  { config, weights, operationCount }: ExportedModel,
  known: KnownPaths,
  trees: Trees,
  z: Value,
): DecodedTerms {
  const paths = openKnownPaths(known, operationCount);
  const size = known.caller.length;
  const codes: Codes = { unknown: size, noCaller: size + 1, count: size + 2 };
  const table = tableBy(graph, codes);
  const found = pathsOfNodes(graph, paths, codes, operationCount, trees);

  const hidden = mlp(graph, weights, PATH_NETWORK, z, {
    hidden: config.graphEmbeddingHidden.length,
    output: false,
  });
  const rows = weights.transposed(PATH_WEIGHT);
  const logits = graph.add(
    graph.matMul(
      linear(graph, weights, PATH_HIDDEN, hidden),
      graph.reals(rows.data, [rows.rows, rows.columns]),
    ),
    graph.reals(weights.values(PATH_BIAS), [size]),
  ); // [S, L, P]

  const calls = knownCalls(graph, known, codes, trees, found.code, logits);
  const unseen = unseenCalls(graph, paths, table, trees, found, codes);
  const root = rootTerms(graph, paths, table, found.code, logits);
  const edges = [unseen.made, unseen.noFurther, root.noFurther];
  const sumOf = (of: (values: Value) => Value): Value =>
    edges.map((values) => graph.sum(of(values), 1)).reduce((sum, part) => graph.add(sum, part)); // [S]
  const perRow = (perStructure: Value): Value => graph.unsqueeze(perStructure, 1);
  const all = graph.sum(calls, 2);
  return {
    logPNodeCount: graph.mul(all, graph.scalar(0)),
    logPAdjacency: graph.add(all, perRow(sumOf((values) => values))),
    logPAdjacencyUnlikely: graph.add(
      graph.sum(unlikelyOf(graph, calls), 2),
      perRow(sumOf((values) => unlikelyOf(graph, values))),
    ),
    logPNodeType: graph.add(root.logProb, perRow(graph.sum(unseen.operation, 1))),
  };
}

/** Numbers per path, those of {@link UNKNOWN_PATH} and {@link NO_CALLER} included, as tables by code. */
function tableBy(graph: GraphBuilder, { count, unknown, noCaller }: Codes) {
  const pathOf = (code: number): number =>
    code === unknown ? UNKNOWN_PATH : code === noCaller ? NO_CALLER : code;
  const numbers = (of: (path: number) => number): number[] =>
    Array.from({ length: count }, (_, code) => of(pathOf(code)));
  return {
    floats: (of: (path: number) => number): Value => graph.reals(numbers(of), [count]),
    ints: (of: (path: number) => number): Value => graph.ints(numbers(of)),
  };
}

type Table = ReturnType<typeof tableBy>;

/**
 * Codes of the nodes' paths and of their callers', [S, N] int64. One step per generation that training
 * had: a node below it has no known path.
 */
function pathsOfNodes(
  graph: GraphBuilder,
  { known, callsOf }: PathTree,
  codes: Codes,
  operationCount: number,
  { operation, parent, hasParent }: Trees,
): { readonly code: Value; readonly callerCode: Value } {
  const next = new Int32Array(codes.count * operationCount).fill(codes.unknown);
  const writeCalls = (row: number, path: number): void => {
    for (const call of callsOf(path)) next[row * operationCount + known.operation[call]!] = call;
  };
  for (let path = 0; path < codes.unknown; path++) writeCalls(path, path);
  writeCalls(codes.noCaller, NO_CALLER);
  const nextCode = graph.cast(graph.int32(next), 'int64');
  const [unknown, noCaller] = [graph.ints([codes.unknown]), graph.ints([codes.noCaller])];
  const width = graph.ints([operationCount]);

  let code = graph.add(graph.mul(operation, graph.ints([0])), unknown);
  const callers = (): Value => {
    const ofParent = graph.op('GatherElements', [code, parent], { axis: { int: 1 } });
    return graph.where(hasParent, ofParent, noCaller);
  };
  for (let generation = 0; generation < generationsOf(known); generation++) {
    code = graph.gather(nextCode, graph.add(graph.mul(callers(), width), operation));
  }
  return { code, callerCode: callers() };
}

function generationsOf({ caller }: KnownPaths): number {
  const depth = new Int32Array(caller.length);
  caller.forEach((above, path) => {
    depth[path] = above < 0 ? 1 : depth[above]! + 1;
  });
  return depth.reduce((most, of) => Math.max(most, of), 0);
}

/** log p of every known call of the trees' nodes, made or not; 0 of the others. @returns [S, L, P] */
function knownCalls(
  graph: GraphBuilder,
  { caller }: KnownPaths,
  codes: Codes,
  { real }: Trees,
  code: Value,
  logits: Value,
): Value {
  const rows = graph.gather(graph.op('Shape', [code]), graph.ints([0]));
  const shape = graph.op('Concat', [rows, graph.ints([codes.count])], { axis: { int: 0 } });
  const none = graph.op('Expand', [graph.scalar(0), shape]);
  const visits = graph.op('ScatterElements', [none, code, real], {
    axis: { int: 1 },
    reduction: { text: 'add' },
  });
  // a known path has one node at most; nothing is below a code that no node has
  const made = graph.gather(visits, graph.ints(Array.from(caller, (_, path) => path)), 1);
  const above = Array.from(caller, (path) => (path < 0 ? codes.noCaller : path));
  const asked = graph.gather(visits, graph.ints(above), 1);
  const sign = graph.sub(graph.mul(made, graph.scalar(2)), graph.scalar(1));
  const logProbs = logSigmoid(graph, graph.mul(logits, graph.unsqueeze(sign, 1)));
  return graph.mul(logProbs, graph.unsqueeze(asked, 1));
}

/** What is said of calls that training never saw, node by node: [S, N] each, nats. */
function unseenCalls(
  graph: GraphBuilder,
  { madeOf, unseenBelow }: PathTree,
  table: Table,
  { calls, real }: Trees,
  { code, callerCode }: { readonly code: Value; readonly callerCode: Value },
  codes: Codes,
) {
  const isUnknown = graph.cast(graph.op('Equal', [code, graph.ints([codes.unknown])]), 'real');
  const unknown = graph.mul(isUnknown, real);
  const logMade = table.floats((path) => {
    const { rate, operations } = unseenBelow(path);
    return Math.log(operations === 0 ? unseenRate(0, madeOf(path)) : rate);
  });
  const logOperation = table.floats((path) => -Math.log(Math.max(1, unseenBelow(path).operations)));
  const operations = table.floats((path) => unseenBelow(path).operations);
  const logNone = table.floats((path) => {
    const { rate, operations: of } = unseenBelow(path);
    return of === 0 ? 0 : Math.log1p(-rate / of);
  });
  const below = graph.matMul(graph.unsqueeze(unknown, 1), calls); // [S, 1, N]
  const further = graph.op('Max', [
    graph.sub(graph.gather(operations, code), graph.op('Squeeze', [below, graph.ints([1])])),
    graph.scalar(0),
  ]);
  return {
    made: graph.mul(graph.gather(logMade, callerCode), unknown),
    operation: graph.mul(graph.gather(logOperation, callerCode), unknown),
    noFurther: graph.mul(graph.mul(further, graph.gather(logNone, code)), real),
  };
}

/** p(y_0 | z) among the known roots [S, L], and that there is no other root [S, 1]; 0 where it is unknown. */
function rootTerms(
  graph: GraphBuilder,
  { roots, rootOf, unseenBelow }: PathTree,
  table: Table,
  code: Value,
  logits: Value,
) {
  const root = graph.gather(code, graph.ints([0]), 1); // [S, 1]
  const isKnown = graph.gather(
    table.floats((path) => ((rootOf[path] ?? -1) < 0 ? 0 : 1)),
    root,
  );
  const place = graph.gather(
    table.ints((path) => Math.max(0, rootOf[path] ?? 0)),
    root,
  );
  const rootLogits = graph.gather(logits, graph.ints(roots), 2); // [S, L, roots]
  const chosen = graph.oneHot(place, graph.ints([roots.length])); // [S, 1, roots]
  return {
    logProb: graph.mul(categorical(graph, rootLogits, chosen, 3), isKnown),
    noFurther: graph.mul(isKnown, graph.scalar(Math.log1p(-unseenBelow(NO_CALLER).rate))),
  };
}
