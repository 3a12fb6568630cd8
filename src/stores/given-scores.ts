/**
 * What scores were combined from, in the worker: given once, in a copy that is made while the page
 * answers, and known there by a number.
 */
import { buffersOf } from '../base/copy-columns.ts';
import type { TableScores } from '../inspect/trace-table.ts';
import type { ScoreOutcome } from '../run/outcome.ts';
import {
  type Corrections,
  needsDetail,
  type Variant,
  variantsIn,
} from '../scoring/corrections/list.ts';
import type { WorkerClient } from '../worker/client.ts';
import { copyForWorker } from './copy-for-worker.ts';
import { withoutDetail } from './stored-scores.ts';

export interface GivenScores {
  numberOf(of: ScoreOutcome): number;
  /** @returns false where others are given meanwhile, or the worker could not take them */
  give(of: ScoreOutcome, corrections: Corrections): Promise<boolean>;
}

export function createGivenScores(client: WorkerClient): GivenScores {
  const numbers = new WeakMap<ScoreOutcome, number>();
  let last = 0;
  let giving: {
    readonly of: ScoreOutcome;
    readonly detailed: boolean;
    readonly done: Promise<boolean>;
  } | null = null;

  const numberOf = (of: ScoreOutcome): number => {
    const known = numbers.get(of);
    if (known !== undefined) return known;
    last += 1;
    numbers.set(of, last);
    return last;
  };

  const send = async (of: ScoreOutcome, detailed: boolean): Promise<boolean> => {
    const copy = await copyForWorker(tableScores(of, detailed));
    if (giving?.of !== of) return false;
    const input = { number: numberOf(of), of: copy };
    const given = await client.start('giveScores', input, undefined, buffersOf(copy)).result;
    if (giving?.of !== of) return false;
    if (!given.ok) giving = null;
    return given.ok;
  };

  return {
    numberOf,
    give(of, corrections) {
      const detailed = needsDetail(corrections);
      if (giving?.of !== of || (detailed && !giving.detailed)) {
        giving = { of, detailed, done: send(of, detailed) };
      }
      return giving.done;
    },
  };
}

/** What the worker makes a table of. */
function tableScores(of: ScoreOutcome, detailed: boolean): TableScores {
  if (of.kind === 'plain') return { kind: 'plain', test: of.test };
  const { kind, val, test, scores } = of;
  const variants = Object.fromEntries(variantsIn(scores).map((v) => [v, scores[v].test]));
  return {
    kind,
    val: detailed ? val : withoutDetail(val),
    test: detailed ? test : withoutDetail(test),
    variants: variants as Record<Variant, Float64Array>,
  };
}
