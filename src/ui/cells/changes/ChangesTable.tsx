/** What changed: the services that it is about, and a row per change, the most requests first. */
import { useMemo, useState } from 'react';
import type { Change, ChangeReport, OwnQuantiles } from '../../../changes/compare-periods.ts';
import { type ChangeRow, changeRows, nothingFound } from '../../../stores/changes/changes-view.ts';
import { useDataset, useTraceList } from '../../app/notebook-context.ts';
import { BreakingName } from '../../widgets/BreakingName.tsx';
import { Button } from '../../widgets/Button.tsx';
import { formatCount, formatMs, formatNumber, formatPercent } from '../../widgets/format.ts';

/** Rows that are shown before a person asks for more. */
const SHOWN = 12;
/** Services that are named. */
const NAMED = 5;

const PART_WORDS = {
  work: 'its own work is slow',
  answers: 'all that wait for it are slow',
  network: 'both sides of its calls are slow',
} as const;

export function ChangesTable({ report }: { readonly report: ChangeReport }) {
  const traces = useDataset((d) => d.dataset?.imported.traces);
  const [all, setAll] = useState(false);
  const rows = useMemo(
    () => (traces === undefined ? [] : changeRows(traces, report)),
    [traces, report],
  );
  if (traces === undefined) return null;
  const nothing = nothingFound(report);
  const compared = `${formatCount(report.after, 'trace')} against ${formatCount(report.before)}`;
  if (nothing !== null) {
    return (
      <p aria-live="polite">
        {nothing} <span className="quiet">{compared}.</span>
      </p>
    );
  }
  const shown = all ? rows : rows.slice(0, SHOWN);
  return (
    <div className="changes">
      <p aria-live="polite">
        {formatCount(report.found, 'change')} in {compared} ({formatCount(report.tests)}{' '}
        comparisons).{' '}
        {report.slowest !== null && (
          <>
            What is slower is best explained by <b>{traces.services[report.slowest.service]}</b>:{' '}
            {PART_WORDS[report.slowest.part]}.{' '}
          </>
        )}
        {report.services.slice(0, NAMED).map(({ service, share }, i) => (
          <span key={service}>
            {i === 0 ? 'Changed calls by service: ' : ', '}
            {traces.services[service]} {percent(share)}
          </span>
        ))}
        .
      </p>
      <div className="scroll-x">
        <table className="plain-table changes__table" aria-label="What changed">
          <thead>
            <tr>
              <th scope="col">change</th>
              <th scope="col">call</th>
              <th scope="col">how</th>
              <th scope="col" className="plain-table__number">
                requests affected, at least
              </th>
              <th scope="col">
                <span className="said-only">list</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <ChangeLine key={row.key} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > SHOWN && (
        <Button size="small" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${formatCount(rows.length)}`}
        </Button>
      )}
      {report.found > rows.length && (
        <p className="quiet">
          {formatCount(report.found - rows.length)} smaller ones are left off.
        </p>
      )}
      <p className="quiet">
        Counted at 95 % confidence, and only where chance is unlikely (q at most 0.01) and 1 % of
        the requests differ. Times are a call’s own: without the calls that it waits for.
        {!report.errorsKnown && ' These traces do not say which calls failed.'}
      </p>
    </div>
  );
}

function ChangeLine({ row: { kind, call, below, change } }: { readonly row: ChangeRow }) {
  const narrow = useTraceList((l) => l.narrow);
  const hasList = useTraceList((l) => l.list !== null);
  return (
    <tr>
      <td className="changes__kind">{kind}</td>
      <th scope="row">
        <BreakingName name={call} />
        {below !== '' && (
          <span className="changes__below" title={below}>
            in {below.split(' › ').at(-1)}
          </span>
        )}
      </th>
      <td className="changes__how">{howWords(change)}</td>
      <td className="plain-table__number">
        {formatCount(change.requests)} of {formatCount(change.after)}
      </td>
      <td>
        {hasList && change.after > 0 && change.kind !== 'lost-call' && (
          <Button
            size="small"
            aria-label={`List traces with ${call}`}
            onClick={() => void narrow({ search: call })}
          >
            List
          </Button>
        )}
      </td>
    </tr>
  );
}

function howWords({ kind, shareBefore, shareAfter, own }: Change): string {
  if (own === null) {
    const shares = `${percent(shareAfter)} of requests, ${percent(shareBefore)} before`;
    return kind.endsWith('errors') ? `fails in ${shares}` : `in ${shares}`;
  }
  const faster = kind === 'faster';
  const [now, before] = faster ? [1 - shareAfter, 1 - shareBefore] : [shareAfter, shareBefore];
  const side = `${faster ? 'at most' : 'over'} ${us(own.atUs)} in ${percent(now)}, ${percent(before)} before`;
  return `${side}; median ${moved(own, 'p50')}, p99 ${moved(own, 'p99')}`;
}

const us = (microseconds: number): string => formatMs(microseconds / 1e3);

/** Whole ones, but for the very small and the very large. */
const percent = (share: number): string =>
  share > 0.02 && share < 0.98 ? `${formatCount(100 * share)}\u00a0%` : formatPercent(share);

function moved({ before, after }: NonNullable<Change['own']>, which: keyof OwnQuantiles): string {
  const [from, to] = [before[which], after[which]];
  const ratio = from > 0 && to > 0 ? ` (×${formatNumber(to / from)})` : '';
  return `${us(from)} → ${us(to)}${ratio}`;
}
