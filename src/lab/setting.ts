/** What the lab's sliders are set to. */
import { type Constants, type Correction, perModel } from '../scoring/corrections/correction.ts';
import {
  CORRECTIONS,
  type CorrectionId,
  type Corrections,
  correctionsKey,
  type Variant,
  variantWith,
} from '../scoring/corrections/list.ts';
import { formatThreshold, PAPER_RULE, type ThresholdRule } from '../scoring/threshold-rule.ts';

export interface LabSetting {
  /** Constants of every correction that differ from the paper's, whichever a variant has. */
  readonly constants: Corrections;
  /** The run's; no slider of the lab moves it. */
  readonly rule: ThresholdRule;
}

/** What a variant's scores depend on, as text that compares; the threshold they do not. */
export const scoresKey = (variant: Variant, { constants }: LabSetting): string =>
  correctionsKey(variantWith(variant, constants));

/** What a variant's scores and threshold depend on. */
export const settingKey = (variant: Variant, setting: LabSetting): string =>
  `${formatThreshold(setting.rule)} ${scoresKey(variant, setting)}`;

/** Numbers as in the paper; what is a choice, as where sigma is taken from, stays. */
export const paperSetting = (
  constants: Corrections,
  rule: ThresholdRule = PAPER_RULE,
): LabSetting => ({
  constants: eachCorrection((correction) => choicesOf(correction, constants[correction.id])),
  rule,
});

/** With other constants of one correction. Those that are the paper's are left out. */
export function withConstants(
  setting: LabSetting,
  id: CorrectionId,
  change: Constants,
  maxNodes: number,
): LabSetting {
  const { constants } = CORRECTIONS.find((one) => one.id === id)!;
  const all = { ...setting.constants[id], ...change };
  const own = Object.entries(all).filter(([name, value]) => {
    const constant = constants.find((one) => one.id === name);
    return constant?.kind !== 'number' || value !== perModel(constant.default, maxNodes);
  });
  const changed = { ...setting.constants, [id]: Object.fromEntries(own) };
  return { ...setting, constants: changed };
}

function choicesOf({ constants }: Correction, own: Constants = {}): Constants {
  const choices = constants.filter(({ kind, id }) => kind === 'choice' && own[id] !== undefined);
  return Object.fromEntries(choices.map(({ id }) => [id, own[id]]));
}

const eachCorrection = (of: (correction: Correction<CorrectionId>) => Constants): Corrections =>
  Object.fromEntries(CORRECTIONS.map((correction) => [correction.id, of(correction)]));
