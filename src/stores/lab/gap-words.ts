/** What the corrections did to the inversion in the run at hand, in its own numbers. */
import { formatNumber } from '../../base/number-words.ts';
import { CORRECTIONS, variantWords } from '../../scoring/corrections/list.ts';
import type { VariantReport } from '../../scoring/metrics.ts';

type Reports = Readonly<Record<string, VariantReport | undefined>>;

/** A change of ROC-AUC that is smaller is none to speak of. */
const SAME = 0.005;

/**
 * @param reports by variant: `nll`, `full`, and each correction alone, as far as there are
 * @returns       null without labelled anomalies, or where a run lacks one of the two
 */
export function gapWords({ nll, full, ...alone }: Reports): string | null {
  const [before, after] = [nll?.total.auroc ?? null, full?.total.auroc ?? null];
  if (nll === undefined || full === undefined || before === null || after === null) return null;
  const change = after - before;
  const verdict =
    Math.abs(change) < SAME
      ? 'the corrections change little'
      : change > 0
        ? 'the corrections help'
        : 'the corrections make it worse';
  const auc = `In this run ${verdict}: ROC-AUC ${three(before)} with plain NLL, ${three(after)} with all corrections`;
  return `${auc}${below(nll, full)}.${worse(before, alone)}`;
}

/** "; of the anomalies 31 % score below the median normal trace before, 4 % after" */
function below(nll: VariantReport, full: VariantReport): string {
  const [before, after] = [nll, full].map(
    ({ inversion }) => inversion.anomaliesBelowNormalMedian ?? null,
  );
  if (before === null || before === undefined || after === null || after === undefined) return '';
  return `; ${percent(before)} of the anomalies lie below the median normal trace before, ${percent(after)} after`;
}

/** Corrections that lose by themselves. */
function worse(before: number, alone: Reports): string {
  const losing = CORRECTIONS.flatMap(({ id }) => {
    const auc = alone[id]?.total.auroc ?? null;
    return auc !== null && auc < before - SAME ? [`${variantWords(id)} (${three(auc)})`] : [];
  });
  return losing.length === 0 ? '' : ` Worse than plain NLL: ${losing.join(', ')}.`;
}

const three = (value: number): string => value.toFixed(3);
const percent = (share: number): string => `${formatNumber(100 * share)}\u00a0%`;
