/**
 * Which service a detector blames for each fault: the ranking that it gives of the flagged traces, or
 * one by what its explanations say of single nodes.
 */
import { createRandom, shuffle } from '../../base/random.ts';
import type { ScoreSplit } from '../../detectors/explanation.ts';
import type { JudgedScores, JudgedSet } from '../../judge/judged.ts';
import { rankOf, rankServices, type ServiceShares } from '../../judge/service-rank.ts';
import type { RunSettings } from '../../run/settings.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { Trained } from '../train-and-score.ts';

/** Explaining costs a pass of the model per trace: of a fault the highest scores, and some clean ones. */
const MOST_FLAGGED = 40;
const CLEAN = 100;

/** Stream of the seed that draws the clean traces. */
const CLEAN_STREAM = 31;

type Explain = (trace: number) => Promise<ServiceShares | null>;

/**
 * @param rows [T] trace of the dataset, of each judged one
 * @returns    [faults] rank of the faulty service among those of the flagged traces; null where none
 *   is flagged, and where the detector says nothing of single nodes under this variant
 */
export async function serviceRanks(
  { data, model }: Pick<Trained, 'data' | 'model'>,
  { scoring, seed }: Pick<RunSettings, 'scoring' | 'seed'>,
  set: JudgedSet,
  rows: Uint32Array,
  { variant, scores, threshold }: Pick<JudgedScores, 'variant' | 'scores' | 'threshold'>,
): Promise<(number | null)[]> {
  const nothing = set.faults.map(() => null);
  if (threshold === null || nothing.length === 0) return nothing;
  const flagged = set.faults.map((_, fault) => flaggedOf(set, fault, scores, threshold));
  if (flagged.every((traces) => traces.length === 0)) return nothing;
  const { traces } = data;
  if (model.kind === 'scores' && model.rankServices !== undefined) {
    return flagged.map((of, fault) => {
      if (of.length === 0) return null;
      const services = model.rankServices!(
        data,
        Uint32Array.from(of, (row) => rows[row]!),
      );
      const names = services.map((service) => traces.services[service]!);
      return rankOf(names, set.faults[fault]!.service);
    });
  }
  const explain = await explainerOf({ data, model }, { scoring, seed }, variant);
  if (explain === null) return nothing;
  const shares = async (selected: ArrayLike<number>): Promise<ServiceShares[]> => {
    const all: ServiceShares[] = [];
    for (const trace of Array.from(selected)) {
      const of = await explain(trace);
      if (of !== null) all.push(of);
    }
    return all;
  };
  const clean = await shares(
    shuffle(createRandom(seed, CLEAN_STREAM), data.val.slice()).subarray(0, CLEAN),
  );
  const ranks: (number | null)[] = [];
  for (const [fault, { service }] of set.faults.entries()) {
    const of = await shares(flagged[fault]!.map((row) => rows[row]!));
    ranks.push(of.length === 0 ? null : rankOf(rankServices(of, clean), service));
  }
  return ranks;
}

/** Flagged traces of a fault, the highest scores first. */
const flaggedOf = (
  { faultOf, anomalous }: JudgedSet,
  fault: number,
  scores: Float64Array,
  threshold: number,
): number[] =>
  [...faultOf.keys()]
    .filter((row) => faultOf[row] === fault && anomalous[row] === 1 && scores[row]! > threshold)
    .sort((a, b) => scores[b]! - scores[a]!)
    .slice(0, MOST_FLAGGED);

/** @returns null of a variant of which no explanation is given */
async function explainerOf(
  { data, model }: Pick<Trained, 'data' | 'model'>,
  { scoring, seed }: Pick<RunSettings, 'scoring' | 'seed'>,
  variant: string,
): Promise<Explain | null> {
  const { traces } = data;
  if (model.kind === 'scores') {
    return async (trace) =>
      byService(traces, trace, (await model.explain(data, trace, { seed })).nodes.score);
  }
  if (variant !== 'full' && variant !== 'nll') return null;
  const stdLimits = await model.stdLimits(data, data.val, seed);
  const corrections = correctionsOf('full', scoring.stdLimit);
  const options = { samples: scoring.samples, seed, stdLimits, corrections };
  return async (trace) => {
    const { contributions } = await model.explain(data, trace, options);
    const split = variant === 'nll' ? contributions.nll : contributions.corrected;
    return byService(traces, trace, nodeParts(split));
  };
}

/** [n] nats of each node: its operation and its latency. */
const nodeParts = ({ nodeType, nodeLatency }: ScoreSplit): Float64Array =>
  nodeType.map((type, node) => type + nodeLatency[node]!);

/** @returns the sum over the nodes of each service; null where no node has a number */
function byService(
  { structures, structureOf, operations, services }: TraceSet,
  trace: number,
  nodes: Float64Array,
): ServiceShares | null {
  const first = structures.nodeOffset[structureOf[trace]!]!;
  const sums = new Map<string, number>();
  for (const [node, value] of nodes.entries()) {
    if (!Number.isFinite(value)) continue;
    const service = services[operations[structures.operation[first + node]!]!.service]!;
    sums.set(service, (sums.get(service) ?? 0) + value);
  }
  return sums.size === 0 ? null : sums;
}
