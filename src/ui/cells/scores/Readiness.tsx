/** Whether the model is ready, without labels: how many validation traces it reconstructs. */
import { type Readiness, readinessOf } from '../../../run/readiness.ts';
import { formatPercent } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';
import type { Scored } from './scored.tsx';

/** null of a detector that reconstructs nothing. */
export const readinessOfScored = ({ scores }: Pick<Scored, 'scores'>): Readiness | null =>
  scores.kind === 'terms' ? readinessOf(scores.val) : null;

/** "The model reconstructs 61 % of validation structures exactly: train longer." */
export function readinessWords({ exact, of, ready }: Readiness): string {
  const share = formatPercent(exact / of);
  const verdict = ready ? 'it is ready' : 'train longer';
  return `The model reconstructs ${share} of validation structures exactly: ${verdict}.`;
}

/** Of the model of the run on show, whichever ranking is listed. */
export function ModelReadiness({ scored: { run } }: { readonly scored: Pick<Scored, 'run'> }) {
  const scores = run.detectors.find((one) => one.scores?.kind === 'terms')?.scores ?? null;
  const readiness = scores === null ? null : readinessOfScored({ scores });
  if (readiness === null) return null;
  const words = readinessWords(readiness);
  if (!readiness.ready) return <Notice kind="warn" what={words} announced={false} />;
  return <p className="quiet">{words}</p>;
}
