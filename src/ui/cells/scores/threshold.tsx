/** The threshold of the scores on show: what it flags now, or would flag where it is being moved. */
import { useMemo } from 'react';
import { detectorLabel, scoreUnit } from '../../../detectors/catalog.ts';
import { decidesByItself } from '../../../run/chosen-scores.ts';
import { hasTestLabels } from '../../../run/run-threshold.ts';
import {
  type ThresholdFacts,
  type ThresholdKind,
  type ThresholdRule,
  thresholdFacts,
  thresholdGround,
} from '../../../stores/scores/threshold-view.ts';
import { usePreferences, useThreshold } from '../../app/notebook-context.ts';
import { formatCount, formatPercent, formatScore, formatWithUnit } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';
import type { Scored } from './scored.tsx';

export interface ShownThreshold extends ThresholdFacts {
  /** The one that is being moved, or the run's. */
  readonly rule: ThresholdRule;
}

export function useShownThreshold({ trained, dataset, chosen }: Scored): ShownThreshold {
  const preview = useThreshold((t) => t.preview);
  const { detector } = trained;
  const rule = preview?.detector === detector ? preview.rule : chosen.rule;
  const ground = useMemo(
    () => thresholdGround(chosen, dataset.imported.traces),
    [chosen, dataset.imported.traces],
  );
  return useMemo(() => {
    const facts = thresholdFacts(rule, ground);
    // a detector that says yes or no has a threshold that no rule moves
    if (!decidesByItself(detector)) return { rule, ...facts };
    const { threshold } = chosen.report.atThreshold;
    return { rule, ...thresholdFacts({ kind: 'value', value: threshold ?? 0 }, ground) };
  }, [rule, ground, chosen, detector]);
}

/** The same without a number of the model's: "31 of 3,000 flagged". */
export function flaggedWords({ threshold, flagged, traces, ...of }: ShownThreshold): string {
  if (threshold === null) return 'nothing is flagged';
  const { precision, recall } = of;
  const measured =
    recall === null ? '' : `; precision ${formatScore(precision)}, recall ${formatScore(recall)}`;
  return `${formatCount(flagged)} of ${formatCount(traces)} flagged${measured}`;
}

/** "threshold 14.2 nats: 31 of 3,000 flagged", with precision and recall where there are labels. */
export function thresholdWords({ trained }: Scored, shown: ShownThreshold): string {
  if (shown.threshold === null) return 'no threshold: nothing is flagged';
  const unit = scoreUnit(trained.detector);
  return `threshold ${formatWithUnit(shown.threshold, unit)}: ${flaggedWords(shown)}`;
}

/** Of a detector without a rule. */
export const ownDecision = ({ trained }: Scored): string =>
  `${detectorLabel(trained.detector)} makes its own yes/no decision; no threshold applies.`;

/** Rules that take validation traces for what is normal. */
const OF_VALIDATION: readonly ThresholdKind[] = ['robust', 'percentile', 'budget'];

/** Where validation traces are unlabelled and look as if some of them were odd. */
export function ContaminationNotice({
  scored,
  announced = true,
}: {
  readonly scored: Scored;
  readonly announced?: boolean;
}) {
  const isEngineer = usePreferences((p) => p.reader === 'engineer');
  const { chosen, dataset, trained } = scored;
  const { robust } = thresholdGround(chosen, dataset.imported.traces);
  if (robust === null || !robust.contaminated || decidesByItself(trained.detector)) return null;
  if (hasTestLabels(chosen.of) && chosen.rule.kind !== 'robust') return null;
  if (!OF_VALIDATION.includes(chosen.rule.kind)) return null;
  const unit = scoreUnit(trained.detector);
  const cut = formatWithUnit(robust.threshold, unit);
  return (
    <Notice
      kind="warn"
      announced={announced}
      what={`Validation seems to hold odd traces itself: ${formatPercent(robust.oddShare)} of them lie beyond what the rest leads to expect.`}
      advice={
        isEngineer
          ? chosen.rule.kind === 'robust'
            ? 'The threshold allows for them.'
            : undefined
          : `Above ${cut} are ${formatCount(robust.above)} of ${formatCount(chosen.val.length)} validation traces, where about ${formatCount(Math.round(robust.expected))} would be normal. Their 99th percentile, ${formatWithUnit(robust.percentile99, unit)}, lies among the odd ones${chosen.rule.kind === 'robust' ? ', so the robust cut is used' : ''}.`
      }
    />
  );
}
