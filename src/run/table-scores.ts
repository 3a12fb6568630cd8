/** Scores of a run as the table of traces is made of them. */
import type { TableScores } from '../inspect/trace-table.ts';
import { type Variant, variantsIn } from '../scoring/corrections/list.ts';
import type { ScoreOutcome } from './outcome.ts';

/** What a table is made of, one object per scores. */
export function createTableScores(): (of: ScoreOutcome) => TableScores {
  const made = new WeakMap<ScoreOutcome, TableScores>();
  return (of) => {
    const known = made.get(of);
    if (known !== undefined) return known;
    const scores: TableScores =
      of.kind === 'plain'
        ? { kind: 'plain', test: of.test }
        : { kind: 'terms', val: of.val, test: of.test, variants: testScores(of.scores) };
    made.set(of, scores);
    return scores;
  };
}

const testScores = (
  scores: Readonly<Record<Variant, { readonly test: Float64Array }>>,
): Record<Variant, Float64Array> =>
  Object.fromEntries(
    variantsIn(scores).map((variant) => [variant, scores[variant].test]),
  ) as Record<Variant, Float64Array>;

/** With all corrections, or the one score that there is. */
export const mainScores = (scores: ScoreOutcome): Float64Array =>
  scores.kind === 'terms' ? scores.scores.full.test : scores.test.score;
