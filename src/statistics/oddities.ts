/**
 * What is odd about a trace next to the others, the most surprising first: calls that are missing or
 * new, errors, and what is slow, named where most of the time went. What {@link sentence} says.
 */

import type { Oddity } from '../inspect/sentence.ts';
import { createSelfTimes } from '../trace/self-times.ts';
import { operationName, type TraceSet } from '../trace/trace-set.ts';
import { ENOUGH } from './tail.ts';
import { RARE_NATS, type UsualCalls, type UsualOfTrace, usualOfTrace } from './usual-calls.ts';

/** A slow call counts from this share of the request's usual duration on. */
const MATERIAL_SHARE = 0.5;
/** Calls are named until this share of the excess is in them, and so many at most. */
const MOST = 0.5;
const NAMED = 3;
/** Where this share of the other calls is slow too, it is the trace that is slow. */
const MANY = 0.25;

type Found = Oddity & { readonly nats: number };

export function odditiesOf(usual: UsualCalls, traces: TraceSet, trace: number): Oddity[] {
  return odditiesAgainst(usual, traces, usualOfTrace(usual, traces, trace, { findExample: false }));
}

/** The same of a trace that was compared already. */
export function odditiesAgainst(usual: UsualCalls, traces: TraceSet, of: UsualOfTrace): Oddity[] {
  const found = [
    ...missingIn(traces, of),
    ...newIn(traces, of),
    ...errorsIn(traces, of),
    ...slowIn(usual, traces, of),
  ];
  if (found.length === 0 && of.others >= ENOUGH && ofStructure(usual, traces, of.trace) === 0) {
    return [{ kind: 'combination' }];
  }
  return found.sort((a, b) => b.nats - a.nats).map(({ nats: _, ...oddity }) => oddity);
}

/** Other references of the trace's structure. */
const ofStructure = (
  { whole, isReference }: UsualCalls,
  { structureOf }: TraceSet,
  trace: number,
): number => whole.count[structureOf[trace]!]! - isReference[trace]!;

/** Those whose caller is there: what they call in turn is missing with them. */
function missingIn(traces: TraceSet, { missing }: UsualOfTrace): Found[] {
  const topmost = missing
    .filter(({ parent }) => parent >= 0)
    .sort((a, b) => b.surprise - a.surprise);
  if (topmost.length === 0) return [];
  const calls = topmost.map(({ operation }) => operationName(traces, operation));
  return [{ kind: 'missing', calls: [...new Set(calls)], nats: topmost[0]!.surprise }];
}

function newIn(traces: TraceSet, of: UsualOfTrace): Found[] {
  if (of.others < ENOUGH) return [];
  const { parentOf, nameOf } = nodesOf(traces, of.trace);
  const calls: string[] = [];
  of.count.forEach((count, node) => {
    // what a new call makes in turn is new with it
    if (count === 0 && (node === 0 || of.count[parentOf(node)]! > 0)) calls.push(nameOf(node));
  });
  if (calls.length === 0) return [];
  return [{ kind: 'new', calls: [...new Set(calls)], nats: Math.log(1 + of.others) }];
}

/** Where errors begin: a caller fails with what it calls. The least seen first. */
function errorsIn(traces: TraceSet, of: UsualOfTrace): Found[] {
  const { errorCount, nodeOffset } = traces;
  if (errorCount === undefined) return [];
  const { parentOf, nameOf } = nodesOf(traces, of.trace);
  const first = nodeOffset[of.trace]!;
  const fails = (node: number): boolean => errorCount[first + node]! > 0;
  const passesOn = new Set<number>();
  of.count.forEach((_, node) => {
    if (node > 0 && fails(node)) passesOn.add(parentOf(node));
  });
  const errors: Found[] = [];
  of.count.forEach((count, node) => {
    if (!fails(node) || passesOn.has(node)) return;
    const seen = of.failed[node]!;
    const nats = Math.log((1 + count) / (1 + seen));
    if (seen > 0 && nats < RARE_NATS) return;
    errors.push({ kind: 'error', call: nameOf(node), seen, of: count, nats });
  });
  return errors.sort((a, b) => b.nats - a.nats).slice(0, 1);
}

function slowIn(usual: UsualCalls, traces: TraceSet, of: UsualOfTrace): Found[] {
  const { trace, count, lowMs, highMs } = of;
  if (count.length === 0 || count[0]! < ENOUGH) return [];
  const { parentOf, nameOf } = nodesOf(traces, trace);
  const first = traces.nodeOffset[trace]!;
  const paths = usual.pathsOf(traces.structureOf[trace]!);
  const tookMs = (node: number): number => traces.latencyUs[first + node]! / 1e3;
  const isSlow = (node: number): boolean => count[node]! >= ENOUGH && tookMs(node) > highMs[node]!;
  const nats = (node: number): number =>
    Math.log(count[node]!) +
    Math.log(tookMs(node) / Math.max(1e-3, highMs[node]!)) /
      (node === 0 ? of.rootSpread : usual.spread[paths[node]!]!);
  const usualMs = (node: number) => ({ lowMs: lowMs[node]!, highMs: highMs[node]! });

  const excess = excessOf(usual, traces, of);
  const byExcess = Array.from(excess.keys())
    .filter((node) => excess[node]! >= MATERIAL_SHARE * lowMs[0]!)
    .sort((a, b) => excess[b]! - excess[a]!);
  const slow = (node: number): Found => ({
    kind: 'slow',
    call: nameOf(node),
    tookMs: tookMs(node),
    usual: usualMs(node),
    nats: nats(node),
  });
  const worst = byExcess[0] ?? -1;
  if (!isSlow(0)) return worst >= 0 && isSlow(worst) ? [slow(worst)] : [];
  const most = MOST * (tookMs(0) - lowMs[0]!);
  if (worst >= 0 && excess[worst]! >= most && isSlow(worst) && !slowBesides(worst)) {
    return [slow(worst)];
  }
  const where: string[] = [];
  let told = 0;
  for (const node of byExcess.slice(0, NAMED)) {
    if (told >= most) break;
    told += excess[node]!;
    where.push(node === 0 ? `${nameOf(0)} itself` : nameOf(node));
  }
  const share = Math.min(1, told / (tookMs(0) - lowMs[0]!));
  const ofAll = { tookMs: tookMs(0), usual: usualMs(0), nats: nats(0) };
  return [{ kind: 'slow-whole', ...ofAll, mostIn: where, share }];

  /** Whether many calls are slow that have nothing to do with a node: no caller of it, nor called. */
  function slowBesides(node: number): boolean {
    const callers = new Set<number>();
    for (let at = node; at >= 0; at = parentOf(at)) callers.add(at);
    let [others, slowOnes] = [0, 0];
    for (let i = 0; i < count.length; i++) {
      if (callers.has(i) || count[i]! < ENOUGH) continue;
      others++;
      if (isSlow(i)) slowOnes++;
    }
    return slowOnes >= 2 && slowOnes > MANY * others;
  }
}

/** [n] milliseconds that each node works longer than usual, over all its spans; 0 where it does not. */
function excessOf(usual: UsualCalls, traces: TraceSet, { trace, count }: UsualOfTrace): number[] {
  const first = traces.nodeOffset[trace]!;
  const paths = usual.pathsOf(traces.structureOf[trace]!);
  const selfUs = new Float64Array(paths.length);
  createSelfTimes(traces)(trace, selfUs);
  return Array.from(count, (others, node) => {
    const path = paths[node]!;
    if (others < ENOUGH || !(selfUs[node]! > usual.selfHighUs[path]!)) return 0;
    const low = Math.max(0, usual.selfLowUs[path]!);
    return (traces.spanCount[first + node]! * (selfUs[node]! - low)) / 1e3;
  });
}

function nodesOf(traces: TraceSet, trace: number) {
  const { structures, structureOf } = traces;
  const first = structures.nodeOffset[structureOf[trace]!]!;
  return {
    parentOf: (node: number): number => structures.parent[first + node]!,
    nameOf: (node: number): string => operationName(traces, structures.operation[first + node]!),
  };
}
