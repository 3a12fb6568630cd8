/** What sets flagged traces apart from the others: calls they lack or fail in, slow ones, structures. */
import { useEffect, useMemo, useState } from 'react';
import type { SetApart } from '../../../changes/set-apart.ts';
import { slowestOf } from '../../../stores/changes/changes-view.ts';
import { syntheticFrom } from '../../../stores/prepare/synthetic.ts';
import type { ChosenScores } from '../../../stores/scores/inspect-store.ts';
import {
  type ApartRow,
  apartRows,
  frequencyRows,
  LEAST_FLAGGED,
} from '../../../stores/trace/comparison-view.ts';
import { useComparison, useTraceList } from '../../app/notebook-context.ts';
import { BreakingName } from '../../widgets/BreakingName.tsx';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount, formatMs, formatNumber, formatPercent } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import type { ListedProps } from './scored.tsx';

export function FlaggedApart(props: ListedProps) {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure summary="What sets flagged traces apart" open={open} onToggle={setOpen}>
      <Group {...props} />
    </Disclosure>
  );
}

function Group(props: ListedProps) {
  const group = useComparison((c) => c.group);
  const compareGroup = useComparison((c) => c.compareGroup);
  const stale = group.phase === 'none';
  useEffect(() => {
    if (stale) void compareGroup();
  }, [stale, compareGroup]);
  switch (group.phase) {
    case 'none':
    case 'running':
      return <ProgressBar label="Comparing" share={null} text="Counting" />;
    case 'failed':
      return <FailureNotice kind="error" failure={group.failure} />;
    case 'done': {
      const { before, after, tests } = group.value.report;
      if (after === 0 || before === 0) {
        return (
          <p className="quiet">
            {after === 0 ? 'No trace is flagged' : 'Every trace is flagged'}, so there is nothing to
            compare.
          </p>
        );
      }
      return tests === 0 ? (
        <p className="quiet">
          {formatCount(after, 'flagged trace')} against {formatCount(before)} others: no call has
          the {LEAST_FLAGGED} on both sides that a comparison needs.
        </p>
      ) : (
        <Apart {...props} apart={group.value} />
      );
    }
  }
}

interface ApartProps extends ListedProps {
  readonly apart: SetApart;
}

/** Rows that are shown before a person asks for more. */
const SHOWN = 12;
/** Services that are named. */
const NAMED = 4;
/** As for calls; below it there is evidence. */
const MOST_Q = 0.01;

function Apart({ scored, list, apart }: ApartProps) {
  const [all, setAll] = useState(false);
  const [weakOpen, setWeakOpen] = useState(false);
  const { traces } = scored.dataset.imported;
  const { structureNumber } = list.columns;
  const { evident, weak } = useMemo(() => {
    const calls = apartRows(traces, apart);
    const frequent = frequencyRows(structureNumber, apart);
    const isEvident = ({ q, low }: ApartRow): boolean => q <= MOST_Q && low > 0;
    return {
      // a structure is rarely more telling than the call that makes it another
      evident: [...calls.evident, ...frequent.filter(isEvident)],
      weak: [...calls.others, ...frequent.filter((row) => !isEvident(row))],
    };
  }, [traces, structureNumber, apart]);
  const { report } = apart;
  const slowest = slowestOf(report);
  const synthetic = useMemo(
    () => flaggedFrom(list.of, syntheticFrom(scored.dataset)),
    [list, scored],
  );
  const shown = all ? evident : evident.slice(0, SHOWN);
  return (
    <div className="in-common">
      <p aria-live="polite">
        {formatCount(report.after, 'flagged trace')} against {formatCount(report.before)} others.{' '}
        {evident.length === 0
          ? 'Nothing sets them apart that chance would not.'
          : report.services.slice(0, NAMED).map(({ service, share }, i) => (
              <span key={service}>
                {i === 0 ? 'Most of the difference: ' : ', '}
                <b>{traces.services[service]}</b> {formatPercent(share)}
              </span>
            ))}
        {slowest !== null && (
          <>
            {'. '}What is slower is best explained by <b>{traces.services[slowest.service]}</b>.
          </>
        )}
      </p>
      {synthetic > 0 && (
        <p>{formatCount(synthetic)} of the flagged are synthetic: Prepare injected them.</p>
      )}
      {evident.length > 0 && <ApartTable label="What sets flagged traces apart" rows={shown} />}
      {evident.length > SHOWN && (
        <Button size="small" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${formatCount(evident.length)}`}
        </Button>
      )}
      {weak.length > 0 && (
        <Disclosure
          summary={`Without evidence: ${formatCount(weak.length)} more`}
          open={weakOpen}
          onToggle={setWeakOpen}
        >
          <ApartTable label="Differences without evidence" rows={weak} />
        </Disclosure>
      )}
      <p className="quiet">
        A call is compared among the traces that have its caller, its time without the calls below.
        “At least” is with 95 % confidence; <G id="fisher">q</G> is adjusted for{' '}
        {formatCount(report.tests, 'comparison')}, and 0.01 at most counts as evidence. Flagged
        traces were flagged for being odd: this says in what, not that they are at fault.
        {!report.errorsKnown && ' These traces do not say which calls failed.'}
      </p>
    </div>
  );
}

function ApartTable({
  label,
  rows,
}: {
  readonly label: string;
  readonly rows: readonly ApartRow[];
}) {
  return (
    <div className="scroll-x">
      <table className="plain-table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col" className="plain-table__number">
              more, at least
            </th>
            <th scope="col">how</th>
            <th scope="col">call</th>
            <th scope="col" className="plain-table__number">
              flagged
            </th>
            <th scope="col" className="plain-table__number">
              others
            </th>
            <th scope="col" className="plain-table__number">
              median time
            </th>
            <th scope="col" className="plain-table__number">
              q
            </th>
            <th scope="col">
              <span className="said-only">list</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ApartLine key={row.key} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ApartLine({ row }: { readonly row: ApartRow }) {
  const narrow = useTraceList((l) => l.narrow);
  const { name, caller, medianMs, filter } = row;
  return (
    <tr>
      <td className="plain-table__number">{percent(row.low)}</td>
      <td>{row.what}</td>
      <th scope="row">
        <BreakingName name={name} />
        {caller !== '' && <span className="quiet apart-caller">in {caller}</span>}
      </th>
      <td className="plain-table__number" title={`of ${formatCount(row.comparedFlagged)}`}>
        {percent(row.flagged)}
      </td>
      <td className="plain-table__number" title={`of ${formatCount(row.comparedOthers)}`}>
        {percent(row.others)}
      </td>
      <td className="plain-table__number">
        {medianMs === null ? '' : medianWords(medianMs.flagged, medianMs.others)}
      </td>
      <td className="plain-table__number">{row.q < 1e-4 ? '< 0.0001' : formatNumber(row.q)}</td>
      <td>
        {filter !== null && (
          <Button
            size="small"
            aria-label={`List traces: ${row.what} ${name}`}
            onClick={() => void narrow(filter)}
          >
            List
          </Button>
        )}
      </td>
    </tr>
  );
}

/** Flagged traces from this one on. */
function flaggedFrom({ of, rows, test, report }: ChosenScores, from: number): number {
  const { threshold } = report.atThreshold;
  if (threshold === null) return 0;
  return rows.filter((at, row) => test[row]! > threshold && of.test.trace[at]! >= from).length;
}

/** Whole ones, but for the very small and the very large. */
const percent = (share: number): string =>
  share > 0.02 && share < 0.98 ? `${formatCount(100 * share)}\u00a0%` : formatPercent(share);

const medianWords = (flagged: number, others: number): string =>
  flagged > 0 && others > 0
    ? `${formatMs(flagged)}, usually ${formatMs(others)} (×${formatNumber(flagged / others)})`
    : `${formatMs(flagged)}, usually ${formatMs(others)}`;
