/** Scores as the page shows them: the table of metrics. */
import type { DetectorId } from '../../detectors/catalog.ts';
import { namedScores } from '../../run/chosen-scores.ts';
import type { ScoreOutcome } from '../../run/outcome.ts';
import type { DetectorRun, RunRecord } from '../../run/record.ts';
import { VARIANTS, type Variant, variantOf } from '../../scoring/corrections/list.ts';
import type { VariantReport } from '../../scoring/metrics.ts';
import { PAPER_RULE, sameRule } from '../../scoring/threshold-rule.ts';
import type { Dataset } from '../../storage/records.ts';
import type { TrainingPhase } from '../run/training-phase.ts';
import { type ChosenScores, shownDetector } from './inspect-store.ts';

export { SCORE_LINEAR_BELOW, SHOWN_LABELS } from '../../inspect/score-histograms.ts';
export type { GroupedHistogram } from '../../scoring/histogram.ts';
export { FALSE_ALARMS } from '../../scoring/odd-cut.ts';

/** A run of the dataset at hand, and the detector on show with its scores. */
export interface ScoredRun {
  readonly dataset: Dataset;
  readonly run: RunRecord;
  readonly trained: DetectorRun;
  readonly scores: ScoreOutcome;
}

/** null until a run of the dataset at hand is trained and scored. */
export function scoredRun(
  dataset: Dataset | null,
  training: TrainingPhase,
  detector: DetectorId,
): ScoredRun | null {
  const trained = shownDetector(training, detector);
  if (dataset === null || training.phase !== 'done' || trained === null) return null;
  const { run } = training;
  const { scores } = trained;
  return scores === null || run.datasetId !== dataset.id ? null : { dataset, run, trained, scores };
}

/** One line of the metrics table. */
export interface MetricsRow {
  readonly detector: DetectorId;
  /**
   * null: the chosen corrections, where they are none of the named variants; plain: of a detector
   * without terms, its score.
   */
  readonly variant: Variant | 'plain' | null;
  /** Of constants that are kept with the run; null of all others. */
  readonly name: string | null;
  readonly report: VariantReport;
  /** Whether it is what the Scores cell shows. */
  readonly shown: boolean;
}

/**
 * As the paper's table 1: every detector with all corrections, then the shown one's other variants.
 *
 * @param shown the detector that the chosen scores are of
 */
export function metricsRows(
  run: RunRecord,
  shown: DetectorId,
  { corrections, rule, file, report }: ChosenScores,
): MetricsRow[] {
  const ofPaper = sameRule(rule, PAPER_RULE);
  const named = ofPaper ? variantOf(corrections, run.settings.scoring.stdLimit) : null;
  const rowOf = ({ detector, scores }: DetectorRun, variant: Variant): MetricsRow[] => {
    if (scores === null) return [];
    if (scores.kind === 'plain') {
      const part = scores.byFile.find((reports) => reports.file === file);
      const isShown = detector === shown;
      const plain = { detector, variant: 'plain', name: null, shown: isShown } as const;
      return variant === 'full' ? [{ ...plain, report: (part ?? scores).report }] : [];
    }
    const part = scores.byFile.find((reports) => reports.file === file);
    const { reports } = part ?? scores;
    if (!(variant in reports)) return [];
    const isShown = detector === shown && variant === named;
    return [{ detector, variant, name: null, report: reports[variant], shown: isShown }];
  };
  const ofShown = run.detectors.filter(({ detector }) => detector === shown);
  const kept = ofShown[0] === undefined ? null : namedScores(ofShown[0], corrections);
  const unnamed = named === null && ofShown[0]?.scores?.kind === 'terms';
  // metrics of a file alone are known of the choice on show, those of the rest of all files
  const others = (ofShown[0]?.named ?? []).filter((one) => file === null && one !== kept);
  return [
    ...run.detectors.flatMap((trained) => rowOf(trained, 'full')),
    ...ofShown.flatMap((trained) =>
      VARIANTS.filter((variant) => variant !== 'full').flatMap((v) => rowOf(trained, v)),
    ),
    ...others.map((one) => ({
      detector: shown,
      variant: null,
      name: one.name,
      report: one.report,
      shown: false,
    })),
    ...(unnamed
      ? [{ detector: shown, variant: null, name: kept?.name ?? null, report, shown: true }]
      : []),
  ];
}
