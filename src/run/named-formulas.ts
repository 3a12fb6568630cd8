/**
 * Scores that a person adds to a run: names that can be given to them, formulas as they are typed,
 * and why one cannot be had.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import {
  type Corrections,
  correctionsOf,
  VARIANTS,
  withFormula,
} from '../scoring/corrections/list.ts';
import { checkFormula, whatIsAbsent } from '../scoring/formula/check.ts';
import type { Kept } from '../scoring/formula/terms.ts';
import type { ScoreTerms, StdLimitSource } from '../scoring/score-terms.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { DetectorRun } from './record.ts';

export interface NamedFormula {
  readonly name: string;
  readonly text: string;
}

/** Names that scores, or other columns of scores.csv, have already; in lower case. */
const TAKEN: ReadonlySet<string> = new Set(
  [...VARIANTS, 'plain', 'traceId', 'set', 'label', 'nodes', 'mismatch', 'flagged'].map((name) =>
    name.toLowerCase(),
  ),
);

const LONGEST_NAME = 60;

/** Why scores cannot be kept under a name; null where they can. */
export function refusedName(
  name: string,
  { named = [] }: Pick<DetectorRun, 'named'>,
): Failure | null {
  const where = `the name “${name.slice(0, LONGEST_NAME)}”`;
  const advice = 'choose another name';
  if (name.length > LONGEST_NAME) {
    return { what: `a name has at most ${LONGEST_NAME} characters`, where, advice };
  }
  if (/^[=+@-]/.test(name)) {
    return { what: `a spreadsheet would take “${name}” for a formula`, where, advice };
  }
  if (TAKEN.has(name.toLowerCase())) {
    return {
      what: `“${name}” is the name of a score or a column that every run has`,
      where,
      advice,
    };
  }
  if (named.some((one) => one.name.toLowerCase() === name.toLowerCase())) {
    return { what: `“${name}” is kept already`, where, advice: `${advice}, or delete it first` };
  }
  return null;
}

/** Why a formula cannot be computed; null where it can. `kept` is not asked where it is null. */
export function refusedFormula(text: string, kept: Kept | null): Failure | null {
  const checked = checkFormula(text);
  if (!checked.ok) {
    const { at, what, expected } = checked.error;
    return {
      what,
      where: `character ${at + 1} of the formula “${text.slice(0, 80)}”`,
      advice: `expected: ${expected}`,
    };
  }
  const absent = kept === null ? null : whatIsAbsent(checked.value, kept);
  return absent === null
    ? null
    : {
        what: absent,
        where: `the formula “${text}”`,
        advice: 'leave that term out, or score again',
      };
}

/** What a scored run and its dataset have for formulas. */
export const keptBy = (terms: ScoreTerms, { errorCount }: TraceSet): Kept => ({
  detail: terms.detail !== undefined,
  status: errorCount !== undefined,
});

/** Whether any cannot be had of a dataset, before hours of training; a run of today keeps all terms. */
export function refusedFormulas(
  formulas: readonly NamedFormula[],
  { errorCount }: TraceSet,
): Failure | null {
  const kept = { detail: true, status: errorCount !== undefined };
  for (const { text } of formulas) {
    const refused = refusedFormula(text, kept);
    if (refused !== null) return refused;
  }
  return null;
}

/** "mine = full + 2*kl.z2", or the formula alone, whose name is its text. */
export function readNamedFormula(typed: string): Result<NamedFormula, Failure> {
  const parts = /^([^=<>]*[^=<>\s])\s*=(?!=)(.*)$/s.exec(typed);
  const text = (parts?.[2] ?? typed).trim();
  const name = (parts?.[1] ?? text).trim();
  const refused = refusedFormula(text, null) ?? refusedName(name, {});
  if (refused === null) return ok({ name, text });
  const advice =
    parts === null && /name/.test(refused.where) ? 'write NAME = FORMULA' : refused.advice;
  return err({ ...refused, advice });
}

/** Of a formula whose `full` is the run's. */
export const formulaCorrections = (text: string, source: StdLimitSource): Corrections =>
  withFormula(correctionsOf('full', source), text);
