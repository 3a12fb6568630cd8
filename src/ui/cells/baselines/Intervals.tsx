/** Which differences between detectors are more than chance, on the person's own labelled traces. */
import { type DetectorId, detectorLabel } from '../../../detectors/catalog.ts';
import type { Compared } from '../../../judge/compare.ts';
import type { Interval } from '../../../judge/resample.ts';
import { comparable, comparedWith } from '../../../stores/baselines/intervals-store.ts';
import { useIntervals, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatScore } from '../../widgets/format.ts';
import { Select } from '../../widgets/Select.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';

export function Intervals() {
  const training = useRuns(({ training }) => training);
  const { intervals, baseline, compareWith, compute } = useIntervals((state) => state);
  const detectors = training.phase === 'done' ? comparable(training.run) : [];
  const compared = training.phase === 'done' ? comparedWith(baseline, training.run) : null;
  if (compared === null) return null;
  return (
    <section className="published" aria-label="Intervals">
      <div className="table-controls">
        <h3>How sure is that</h3>
        <Select
          inline
          label="Compared with"
          value={compared}
          options={detectors.map((value) => ({ value, label: detectorLabel(value) }))}
          onChange={(next) => void compareWith(next)}
        />
        <Button disabled={intervals.phase === 'running'} onClick={() => void compute()}>
          {intervals.phase === 'running' ? 'Computing intervals' : 'Compute intervals'}
        </Button>
      </div>
      {intervals.phase === 'failed' && <FailureNotice kind="error" failure={intervals.failure} />}
      {intervals.phase === 'done' && <IntervalTable rows={intervals.rows} baseline={compared} />}
    </section>
  );
}

interface IntervalTableProps {
  readonly rows: readonly Compared<DetectorId>[];
  readonly baseline: DetectorId;
}

function IntervalTable({ rows, baseline }: IntervalTableProps) {
  return (
    <>
      <div className="scroll-x">
        <table className="plain-table metrics-table" aria-label="Intervals by detector">
          <thead>
            <tr>
              <th scope="col">detector</th>
              <th scope="col" className="plain-table__number">
                <G id="ap">average precision</G>
              </th>
              <th scope="col" className="plain-table__number">
                <G id="bootstrap">95 % interval</G>
              </th>
              <th scope="col" className="plain-table__number">
                less that of {detectorLabel(baseline)}
              </th>
              <th scope="col" className="plain-table__number">
                95 % interval
              </th>
              <th scope="col">so it is</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ detector, averagePrecision, difference }) => (
              <tr key={detector}>
                <th scope="row">{detectorLabel(detector)}</th>
                <td className="plain-table__number">{formatScore(averagePrecision.mean)}</td>
                <td className="plain-table__number">{words(averagePrecision.interval)}</td>
                <td className="plain-table__number">
                  {difference === null ? '–' : formatScore(difference.mean)}
                </td>
                <td className="plain-table__number">
                  {difference === null ? '–' : words(difference.interval)}
                </td>
                <td>{difference === null ? '' : verdict(difference.interval)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet">
        Of the run’s own seed, over 1,000 resamples of the test traces; TraceVAE’s with all
        corrections. All detectors are measured on the same resamples. What another seed of training
        would change is not in it.
      </p>
    </>
  );
}

const words = (interval: Interval | null): string =>
  interval === null ? '–' : `${formatScore(interval[0])} to ${formatScore(interval[1])}`;

function verdict(interval: Interval | null): string {
  if (interval === null) return '';
  if (interval[0] > 0) return 'ahead';
  return interval[1] < 0 ? 'behind' : 'not told apart';
}
