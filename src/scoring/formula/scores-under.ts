/** Scores under a choice: by its formula where it has one, else the sum of its corrected terms. */
import { assert } from '../../base/assert.ts';
import { combineScores } from '../combine.ts';
import { formulaText } from '../corrections/list.ts';
import { checkFormula } from './check.ts';
import { evaluateFormula } from './evaluate.ts';
import type { FormulaSource } from './fills.ts';

/** @returns [T] higher is more anomalous */
export function scoresUnder(source: FormulaSource): Float64Array {
  const text = formulaText(source.corrections);
  if (text === null) return combineScores(source.terms, source.corrections, source.limits);
  const checked = checkFormula(text);
  assert(checked.ok, `the formula ${text} cannot be read`);
  return evaluateFormula(checked.value, source);
}
