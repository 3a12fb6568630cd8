/**
 * The corrections of the score, and what follows from their list: variants (none, each alone, all
 * together), which of them a choice is, and words for both.
 */
import type { StdLimitSource } from '../score-terms.ts';
import { bcscale } from './bcscale.ts';
import {
  type Constant,
  type Constants,
  type Correction,
  choiceOf,
  type NumberConstant,
} from './correction.ts';
import { ncnorm } from './ncnorm.ts';
import { limitedBy, stdlimit } from './stdlimit.ts';

/** In the order of columns and switches. */
export const CORRECTIONS = [bcscale, ncnorm, stdlimit] as const satisfies readonly Correction[];
export type CorrectionId = (typeof CORRECTIONS)[number]['id'];

/**
 * Which corrections act, and with which constants: an absent correction is off, an absent constant
 * has its default, `{}` is the paper's.
 */
export type Corrections = {
  readonly [Id in CorrectionId | typeof FORMULA]?: Constants | undefined;
};

/**
 * Not a correction: the text of a formula that takes the place of their sum. `full` and the other
 * names of variants in it have the constants of the corrections next to it.
 */
export const FORMULA = 'formula';

/** {@link Corrections} of any list. */
export type CorrectionsOf = Readonly<Record<string, Constants | undefined>>;

/** The formula that these scores are made by, or null where they are the sum of corrected terms. */
export function formulaText({ [FORMULA]: own }: CorrectionsOf): string | null {
  return typeof own?.text === 'string' ? own.text : null;
}

export const withFormula = (corrections: Corrections, text: string): Corrections => ({
  ...corrections,
  [FORMULA]: { text },
});

/** The corrections that a formula stood for: a switch that is moved shows their sum again. */
export function withoutFormula(corrections: Corrections): Corrections {
  const { [FORMULA]: _, ...others } = corrections;
  return others;
}

/** A named choice of section 6.6: `nll` none, `full` all, the others one each. */
export type Variant = 'full' | 'nll' | CorrectionId;

/** Names of the variants of a list, from none over each alone to all. */
export const stepsOf = (list: readonly Correction[]): readonly string[] => [
  'nll',
  ...list.map(({ id }) => id),
  'full',
];

/** In the order of scores.csv and of the lab. */
export const VARIANT_STEPS = stepsOf(CORRECTIONS) as readonly Variant[];

/** The main one first. */
export const VARIANTS: readonly Variant[] = ['full', ...VARIANT_STEPS.slice(0, -1)];

/** A value by variant. */
export const perVariant = <V>(of: (variant: Variant) => V): Record<Variant, V> =>
  Object.fromEntries(VARIANTS.map((variant) => [variant, of(variant)])) as Record<Variant, V>;

/**
 * Which corrections make up a variant.
 *
 * @param constants those that differ from the paper's, of corrections on or off
 */
export function variantWith(
  variant: string,
  constants: CorrectionsOf,
  list: readonly Correction[] = CORRECTIONS,
): CorrectionsOf {
  const on = list.filter(({ id }) => variant === 'full' || variant === id);
  return Object.fromEntries(on.map(({ id }) => [id, constants[id] ?? {}]));
}

/**
 * Which corrections of section 5.3 make up a variant of the score, with the paper's constants.
 *
 * @param source of sigma_p99, which is a setting of the run: the paper's one number by default
 */
export const correctionsOf = (variant: Variant, source: StdLimitSource = 'global'): Corrections =>
  variantWith(variant, { stdlimit: limitedBy(source) });

/**
 * The variant that these corrections make up, or null.
 *
 * @param known those that the run was scored with, all where that is not told: `full` is all of them
 */
export const variantOf = (
  corrections: Corrections,
  source: StdLimitSource,
  known: readonly Correction[] = CORRECTIONS,
): Variant | null =>
  (stepsOf(known) as readonly Variant[]).find((variant) =>
    sameCorrections(variantWith(variant, { stdlimit: limitedBy(source) }, known), corrections),
  ) ?? null;

/** The variants that a run has scores of. */
export const variantsIn = (scores: object): readonly Variant[] =>
  VARIANTS.filter((variant) => variant in scores);

/** Corrections that a run has variants of: none of those that were added after it was scored. */
export const correctionsIn = (variants: object): readonly Correction[] =>
  CORRECTIONS.filter(({ id }) => id in variants);

/** What these corrections are, as text that compares: the order of keys plays no part. */
export const correctionsKey = (
  corrections: CorrectionsOf,
  list: readonly Correction[] = CORRECTIONS,
): string => {
  const constants = list.map((one) => constantsKey(one, corrections[one.id]));
  const text = formulaText(corrections);
  return JSON.stringify(text === null ? constants : [...constants, text]);
};

/** The same of one correction, null where it is off. */
export const constantsKey = (
  { constants }: Correction,
  own: Constants | undefined,
): readonly (number | string | null)[] | null =>
  own === undefined ? null : constants.map((constant) => valueIn(constant, own) ?? null);

export const sameCorrections = (a: CorrectionsOf, b: CorrectionsOf): boolean =>
  correctionsKey(a) === correctionsKey(b);

/** A value, or its default where that is the same for every model. */
function valueIn(constant: Constant, constants: Constants): number | string | undefined {
  if (constant.kind === 'choice') return choiceOf(constant, constants);
  const value = constants[constant.id];
  if (value !== undefined || typeof constant.default !== 'number') return value;
  return constant.default;
}

const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** "Node count normalization" */
export const titleOf = ({ words }: Correction): string => capitalised(words.name);

/** "all corrections", "NLL + node count normalization" */
export function variantWords(variant: string, list: readonly Correction[] = CORRECTIONS): string {
  if (variant === 'full') return 'all corrections';
  const alone = list.find(({ id }) => id === variant);
  return alone === undefined ? 'plain NLL' : `NLL + ${alone.words.name}`;
}

/** "plain NLL", "normalization alone", "all together": short, for a slider's steps. */
export function stepWords(variant: string, list: readonly Correction[] = CORRECTIONS): string {
  if (variant === 'full') return 'all together';
  const alone = list.find(({ id }) => id === variant);
  return alone === undefined ? 'plain NLL' : `${alone.words.short} alone`;
}

/** "-NCNorm": what the paper's tables append to a detector's name. */
export function variantSuffix(variant: string, list: readonly Correction[] = CORRECTIONS): string {
  if (variant === 'full') return '';
  return `-${list.find(({ id }) => id === variant)?.words.paper ?? 'NLL'}`;
}

/** "formula full + 2*kl.z2"; else "NLL + node count normalization, exponent of N_max / N 0.5 + Gaussian std-limit by operation" */
export function chosenWords(
  corrections: CorrectionsOf,
  list: readonly Correction[] = CORRECTIONS,
): string {
  const text = formulaText(corrections);
  if (text !== null) return `formula ${text}`;
  const on = list.flatMap(({ id, words, constants }) => {
    const own = corrections[id];
    if (own === undefined) return [];
    const choices = constants.flatMap((constant) =>
      constant.kind === 'choice'
        ? (constant.options.find(({ value }) => value === choiceOf(constant, own))?.words ?? [])
        : [],
    );
    const numbers = constants.flatMap((constant) => {
      const value = own[constant.id];
      return constant.kind === 'number' && value !== undefined && value !== constant.default
        ? [`${constant.label} ${constantWords(constant, Number(value))}`]
        : [];
    });
    const name = [words.name, ...choices].join(' ');
    return [numbers.length === 0 ? name : `${name} (${numbers.join(', ')})`];
  });
  return on.length === 0 ? 'plain NLL' : `NLL + ${on.join(' + ')}`;
}

/** "× 32", "p < 0.5": with as many digits as its slider has. */
export const constantWords = (constant: NumberConstant, value: number): string =>
  constant.written(String(onStep(constant, value)));

/** The nearest step, without what adding steps up leaves behind: 0.35 and not 0.35000000000000003. */
export function onStep({ step }: NumberConstant, value: number): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return Number((Math.round(value / step) * step).toFixed(digits));
}
