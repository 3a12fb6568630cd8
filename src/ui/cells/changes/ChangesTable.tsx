/** What changed: a row per service that it is about, and one per change, the most requests first. */
import { useMemo, useState } from 'react';
import type { Change, OwnQuantiles } from '../../../changes/compare-periods.ts';
import type { ComparedDatasets } from '../../../changes/other-dataset.ts';
import {
  type ChangeRow,
  changeRows,
  type Names,
  nothingFound,
  slowestOf,
} from '../../../stores/changes/changes-view.ts';
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

export function ChangesTable({ report }: { readonly report: ComparedDatasets }) {
  const own = useDataset((d) => d.dataset?.imported.traces);
  const [all, setAll] = useState(false);
  const names = report.names ?? own;
  const rows = useMemo(
    () => (names === undefined ? [] : changeRows(names, report)),
    [names, report],
  );
  if (names === undefined) return null;
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
  const slowest = slowestOf(report);
  return (
    <div className="changes">
      <p aria-live="polite">
        {formatCount(report.found, 'change')} in {compared} ({formatCount(report.tests)}{' '}
        comparisons).{' '}
        {slowest !== null && (
          <>
            What is slower is best explained by <b>{names.services[slowest.service]}</b>:{' '}
            {PART_WORDS[slowest.part]}.
          </>
        )}
      </p>
      <ServicesTable report={report} names={names} />
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

interface ServicesProps {
  readonly report: ComparedDatasets;
  readonly names: Names;
}

/** In one order: whatever explains best what is slower, then by the requests that its changes touch. */
function ServicesTable({ report: { services }, names }: ServicesProps) {
  const isSlower = services.some(({ slow }) => slow !== null);
  return (
    <div className="scroll-x">
      <table className="plain-table changes__services" aria-label="Changes by service">
        <thead>
          <tr>
            <th scope="col">service</th>
            <th scope="col" className="plain-table__number">
              changes
            </th>
            <th scope="col" className="plain-table__number">
              of what changed
            </th>
            {isSlower && (
              <th scope="col" className="plain-table__number">
                explains of what is slower
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {services.slice(0, NAMED).map(({ service, changes, share, slow }) => (
            <tr key={service}>
              <th scope="row">
                <BreakingName name={names.services[service]!} />
              </th>
              <td className="plain-table__number">{formatCount(changes)}</td>
              <td className="plain-table__number">{percent(share)}</td>
              {isSlower && (
                <td className="plain-table__number">
                  {slow === null ? 'nothing' : percent(slow.explained)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
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
