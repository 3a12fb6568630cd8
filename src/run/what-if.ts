/**
 * What if: an edited trace, scored and explained by the trained model in the trace's place, and the
 * search for a small change after which it is no longer flagged.
 */
import { millisToMicros } from '../base/units.ts';
import type { DetectorData, TermsModel } from '../detectors/detector.ts';
import type { TraceExplanation } from '../detectors/explanation.ts';
import {
  type EditableTree,
  editTree,
  type TreeEdit,
  traceSetOfTrees,
} from '../inspect/edit-tree.ts';
import { siblingSubtrees } from '../inspect/sibling-subtrees.ts';
import { combineCorrected, SCORE_CEILING } from '../scoring/combine.ts';
import { correctTerms } from '../scoring/corrected-terms.ts';
import { type Corrections, formulaText } from '../scoring/corrections/list.ts';
import { scoresUnder } from '../scoring/formula/scores-under.ts';
import { termSplitter } from '../scoring/score-parts.ts';
import { type StdLimits, TERM_PARTS } from '../scoring/score-terms.ts';
import { diffTrees } from '../trace/tree-diff.ts';

export interface WhatIfContext {
  readonly data: DetectorData;
  readonly model: TermsModel;
  /** The trace that is edited. */
  readonly trace: number;
  readonly samples: number;
  readonly seed: number;
  readonly maxNodes: number;
  readonly stdLimits: StdLimits;
  readonly corrections: Corrections;
}

/** The same score that an import of the edited trace would get: same noise, same scale. */
export async function explainEdited(
  { data, model, trace, ...options }: WhatIfContext,
  tree: EditableTree,
): Promise<TraceExplanation> {
  const edited = { ...data, traces: traceSetOfTrees(data.traces, trace, [tree]) };
  return { ...(await model.explain(edited, 0, options)), trace };
}

export interface UnflagProgress {
  /** Changes so far. */
  readonly changes: number;
  /** nats, after them */
  readonly score: number;
}

export interface UnflagOutcome {
  /** Whether the score is at most the threshold after the edits. */
  readonly found: boolean;
  /** One after the other; each names nodes of the tree that those before it left. */
  readonly edits: readonly TreeEdit[];
  /** nats, after them */
  readonly score: number;
}

/** Changes at most: a longer list explains nothing. */
const MOST_ROUNDS = 8;
/** Subtrees that are tried at most in one round, the most frequent ones. */
const MOST_SUBTREES = 12;

/**
 * Greedy: of all single changes, the smallest after which the score is at most the threshold; where
 * none does, the one that lowers the score most, and again from there. Changes are: a node's latency
 * to what the model expects or to its operation's usual one, alone or with as much less for those that
 * waited for it; an unexpected subtree dropped, a usual one added, an operation exchanged for the reconstructed one.
 *
 * @returns null when cancelled
 */
export async function findUnflagging(
  context: WhatIfContext,
  tree: EditableTree,
  threshold: number,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (p: UnflagProgress) => void },
): Promise<UnflagOutcome | null> {
  const edits: TreeEdit[] = [];
  let current = tree;
  let explained = await explainEdited(context, current);
  for (let round = 0; round < MOST_ROUNDS && scoreOf(explained) > threshold; round++) {
    const score = scoreOf(explained);
    onProgress({ changes: round, score });
    const tried = candidates(context, current, explained)
      .map((change) => ({ change, size: sizeOf(current, change), tree: edited(current, change) }))
      .filter((t) => t.tree.length >= LEAST_NODES && t.tree.length <= context.maxNodes);
    const trees = tried.map((t) => t.tree);
    const scores = await scoreTrees(context, trees, signal);
    if (scores === null) return null;
    const ranked = tried
      .map((t, i) => ({ ...t, score: scores[i]! }))
      .sort((a, b) => a.score - b.score);
    const enough = ranked.filter((t) => t.score <= threshold).sort((a, b) => a.size - b.size);
    const best = enough[0] ?? ranked[0];
    if (best === undefined || best.score >= score) break;
    for (const edit of best.change) append(edits, edit);
    current = best.tree;
    explained = await explainEdited(context, current);
  }
  const { score } = explained.contributions.corrected;
  return { found: score <= threshold, edits, score };
}

/** A node that changed its latency twice in a row changed it once. */
function append(edits: TreeEdit[], edit: TreeEdit): void {
  const shifting = edits.findLastIndex(({ kind }) => kind !== 'latency');
  const same = edits.findLastIndex(
    (earlier, i) => i > shifting && edit.kind === 'latency' && earlier.node === edit.node,
  );
  if (same === -1) edits.push(edit);
  else edits[same] = edit;
}

/** One change: edits that go together. */
type Change = readonly TreeEdit[];

/** A trace of fewer is not scored at all. */
const LEAST_NODES = 2;
/** Stds from what was expected, beyond which a node may have held up its callers. */
const SLOW = 3;

const edited = (tree: EditableTree, change: Change): EditableTree => change.reduce(editTree, tree);

function candidates(
  { data }: WhatIfContext,
  tree: EditableTree,
  { nodes, reconstruction }: TraceExplanation,
): Change[] {
  const changes: Change[] = [];
  tree.forEach(({ latencyUs, operation, parent }, node) => {
    // z2 knows the latency that is odd, so what it expects leans that way: the usual one too
    const expectedUs = millisToMicros(Math.max(0, nodes.expectedMs[node]!));
    for (const goalUs of [expectedUs, data.scale.meanUs[operation]!]) {
      const own: TreeEdit = { kind: 'latency', node, latencyUs: goalUs };
      changes.push([own]);
      if (nodes.zScore[node]! > SLOW && parent >= 0) {
        changes.push([own, ...callersSooner(tree, node, latencyUs - goalUs)]);
      }
    }
  });
  const diff = diffTrees(
    { parent: tree.map((n) => n.parent), operation: tree.map((n) => n.operation) },
    reconstruction,
  );
  for (const { status, parent, observed, reconstructed } of diff) {
    // below an unexpected node all are unexpected, and go with it
    if (status === 'unexpected' && diff[parent]?.status !== 'unexpected') {
      changes.push([{ kind: 'drop', node: observed }]);
    }
    const operation = reconstruction.operation[reconstructed];
    if (status === 'relabelled' && operation !== undefined && operation > 0) {
      changes.push([{ kind: 'operation', node: observed, operation }]);
    }
  }
  const usual = siblingSubtrees(data.traces, data.train, tree).slice(0, MOST_SUBTREES);
  for (const { node, subtree } of usual) changes.push([{ kind: 'add', node, subtree }]);
  return changes;
}

/** Each caller above the node so much less, and not below 0. */
function callersSooner(tree: EditableTree, node: number, lessUs: number): TreeEdit[] {
  const edits: TreeEdit[] = [];
  for (let at = tree[node]!.parent; at >= 0; at = tree[at]!.parent) {
    const latencyUs = Math.max(0, tree[at]!.latencyUs - lessUs);
    edits.push({ kind: 'latency', node: at, latencyUs });
  }
  return edits;
}

const sizeOf = (tree: EditableTree, change: Change): number =>
  change.reduce((sum, edit) => sum + editSize(tree, edit), 0);

/** Nodes that change; latencies that change more count for slightly more. */
function editSize(tree: EditableTree, edit: TreeEdit): number {
  switch (edit.kind) {
    case 'latency': {
      const ratio = Math.abs(Math.log((1 + edit.latencyUs) / (1 + tree[edit.node]!.latencyUs)));
      return 1 + ratio / (1 + ratio);
    }
    case 'operation':
      return 2;
    case 'drop':
      return 1 + tree.length - editTree(tree, edit).length;
    case 'add':
      return 1 + edit.subtree.length;
  }
}

/** nats; beyond the ceiling the sum of the parts, so that changes can still be told apart. */
const scoreOf = ({ contributions: { corrected } }: TraceExplanation): number =>
  corrected.score < SCORE_CEILING ? corrected.score : corrected.score - corrected.remainder;

/** nats each, as {@link scoreOf}; null when cancelled. */
async function scoreTrees(
  { data, model, trace, corrections, ...options }: WhatIfContext,
  trees: readonly EditableTree[],
  signal: AbortSignal,
): Promise<Float64Array | null> {
  const traces = traceSetOfTrees(data.traces, trace, trees);
  const terms = await model.scoreTerms({ ...data, traces }, Uint32Array.from(trees.keys()), {
    ...options,
    signal,
    onProgress: () => {},
  });
  if (signal.aborted) return null;
  if (formulaText(corrections) !== null) {
    return scoresUnder({ terms, traces, corrections, limits: terms.stdLimits });
  }
  const corrected = correctTerms(terms, corrections);
  const split = termSplitter(corrected);
  const parts = new Float64Array(TERM_PARTS.length);
  return combineCorrected(corrected).map((score, t) => {
    if (score < SCORE_CEILING) return score;
    split(t, parts);
    return parts.reduce((sum, part) => sum + part, 0);
  });
}
