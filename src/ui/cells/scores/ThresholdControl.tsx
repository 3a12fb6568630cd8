/** The threshold's rule and its number, with what it flags while a person changes them. */
import { useEffect, useRef } from 'react';
import { detectorLabel, scoreUnit } from '../../../detectors/catalog.ts';
import { decidesByItself } from '../../../run/chosen-scores.ts';
import { defaultRuleOf } from '../../../run/run-threshold.ts';
import {
  RULE_BOUNDS,
  ruleWords,
  sameRule,
  type ThresholdKind,
  type ThresholdRule,
} from '../../../stores/scores/threshold-view.ts';
import { usePreferences, useThreshold } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { NumberField, type NumberFieldProps } from '../../widgets/NumberField.tsx';
import { Select } from '../../widgets/Select.tsx';
import type { Scored } from './scored.tsx';
import {
  flaggedWords,
  ownDecision,
  type ShownThreshold,
  thresholdWords,
  useShownThreshold,
} from './threshold.tsx';

const KINDS: readonly { readonly value: ThresholdKind; readonly label: string }[] = [
  { value: 'robust', label: 'robust cut of validation' },
  { value: 'percentile', label: 'percentile of validation' },
  { value: 'fdr', label: 'false alarms among them' },
  { value: 'budget', label: 'false alarms allowed' },
  { value: 'perDay', label: 'flagged per day' },
  { value: 'top', label: 'highest scores' },
  { value: 'share', label: 'highest share' },
  { value: 'value', label: 'a score' },
];

/** Milliseconds without typing after which a number is meant. */
const TYPED_MS = 500;

export function ThresholdControl({ scored }: { readonly scored: Scored }) {
  const shown = useShownThreshold(scored);
  const { show, keep, choose } = useThreshold((t) => t);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const isEngineer = usePreferences((p) => p.reader === 'engineer');
  const { detector } = scored.trained;
  if (decidesByItself(detector)) return <p className="quiet">{ownDecision(scored)}</p>;
  const usual = defaultRuleOf(scored.trained);
  const type = (rule: ThresholdRule): void => {
    show(detector, rule);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void keep(), TYPED_MS);
  };
  return (
    <fieldset className="threshold-control">
      <legend className="said-only">Threshold of {detectorLabel(detector)}</legend>
      <Select
        label="Threshold"
        inline
        value={shown.rule.kind}
        options={KINDS}
        onChange={(kind) => void choose(detector, startOf(kind, shown))}
      />
      <RuleNumber rule={shown.rule} unit={scoreUnit(detector)} onRule={type} />
      {!sameRule(usual, shown.rule) && (
        <Button
          size="small"
          icon="reset"
          title={`Back to ${ruleWords(usual)}`}
          onClick={() => void choose(detector, null)}
        >
          Reset threshold
        </Button>
      )}
      <output className="threshold-control__flags" title={thresholdWords(scored, shown)}>
        {isEngineer ? flaggedWords(shown) : thresholdWords(scored, shown)}
      </output>
    </fieldset>
  );
}

/** A rule of this kind that flags about what the one before did. */
function startOf(
  kind: ThresholdKind,
  { threshold, flagged, traces }: ShownThreshold,
): ThresholdRule {
  switch (kind) {
    case 'robust':
      return { kind };
    case 'percentile':
      return { kind, percentile: 99 };
    case 'fdr':
      return { kind, share: 0.05 };
    case 'value':
      return { kind, value: Number((threshold ?? 0).toPrecision(6)) };
    case 'top':
      return { kind, traces: Math.max(1, flagged) };
    case 'share': {
      const share = traces === 0 ? 0 : flagged / traces;
      return { kind, share: Math.max(1e-4, Number(share.toPrecision(3))) };
    }
    case 'budget':
      return { kind, alarms: 1, traces: 1000 };
    case 'perDay':
      return { kind, alarms: 20 };
  }
}

interface RuleNumberProps {
  readonly rule: ThresholdRule;
  readonly unit: string;
  readonly onRule: (rule: ThresholdRule) => void;
}

function RuleNumber({ rule, unit, onRule }: RuleNumberProps) {
  const field = (
    label: string,
    value: number,
    bounds: { readonly min: number; readonly max: number; readonly whole?: boolean },
    make: (value: number) => ThresholdRule,
    more: Pick<NumberFieldProps, 'unit' | 'step'> = {},
  ) => (
    <NumberField
      label={label}
      inline
      value={value}
      min={bounds.min}
      max={bounds.max}
      step={bounds.whole ? 1 : 'any'}
      {...more}
      onChange={(typed) => onRule(make(bounds.whole ? Math.round(typed) : typed))}
    />
  );
  const { percentile, top, budgetTraces, perDay, value } = RULE_BOUNDS;
  switch (rule.kind) {
    case 'robust':
      return null;
    case 'percentile':
      return field(
        'Percentile',
        rule.percentile,
        percentile,
        (of) => ({ ...rule, percentile: of }),
        {
          step: 0.1,
        },
      );
    case 'top':
      return field('Traces', rule.traces, top, (traces) => ({ ...rule, traces }));
    case 'share':
    case 'fdr':
      return field(
        rule.kind === 'fdr' ? 'About' : 'Share',
        Number((100 * rule.share).toPrecision(6)),
        { min: 1e-7, max: 100 },
        (percent) => ({ ...rule, share: percent / 100 }),
        { unit: '%' },
      );
    case 'budget':
      return field(
        'One in',
        Math.round(rule.traces / rule.alarms),
        budgetTraces,
        (traces) => ({ ...rule, alarms: 1, traces }),
        { unit: 'normal traces' },
      );
    case 'perDay':
      return field('Traces per day', rule.alarms, perDay, (alarms) => ({ ...rule, alarms }));
    case 'value':
      return field(
        'Score',
        rule.value,
        value,
        (of) => ({ ...rule, value: of }),
        unit === '' ? {} : { unit },
      );
  }
}
