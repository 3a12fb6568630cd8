/** What flagged traces have in common: services, operations and hours they have more often. */
import { useEffect, useMemo, useState } from 'react';
import type { OverRepresented } from '../../../inspect/over-represented.ts';
import { type FrequencyKind, frequencyRows } from '../../../stores/trace/comparison-view.ts';
import { useComparison, useTraceList } from '../../app/notebook-context.ts';
import { BreakingName } from '../../widgets/BreakingName.tsx';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount, formatNumber, formatPercent } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import type { Scored } from './scored.tsx';

export function FlaggedInCommon({ scored }: { readonly scored: Scored }) {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure summary="What flagged traces have in common" open={open} onToggle={setOpen}>
      <Group scored={scored} />
    </Disclosure>
  );
}

function Group({ scored }: { readonly scored: Scored }) {
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
    case 'done':
      return group.value.flagged === 0 || group.value.normal === 0 ? (
        <p className="quiet">
          {group.value.flagged === 0 ? 'No trace is flagged' : 'Every trace is flagged'}, so there
          is nothing to compare.
        </p>
      ) : (
        <Frequencies scored={scored} group={group.value} />
      );
  }
}

const KINDS = [
  { value: 'all', label: 'all' },
  { value: 'service', label: 'services' },
  { value: 'operation', label: 'operations' },
  { value: 'hour', label: 'hours of the day' },
] as const;

interface FrequenciesProps {
  readonly scored: Scored;
  readonly group: OverRepresented;
}

function Frequencies({ scored, group }: FrequenciesProps) {
  const narrow = useTraceList((l) => l.narrow);
  const [kind, setKind] = useState<'all' | FrequencyKind>('all');
  const { traces } = scored.dataset.imported;
  const rows = useMemo(() => frequencyRows(traces, group), [traces, group]);
  const shown = rows.filter((row) => kind === 'all' || row.kind === kind).slice(0, SHOWN);
  return (
    <div className="in-common">
      <SegmentedControl label="Of" hideLabel value={kind} options={KINDS} onChange={setKind} />
      <p className="quiet">
        {formatCount(group.flagged, 'flagged trace')} against {formatCount(group.normal)} others.
        Ratios are <G id="oddsRatio">odds ratios</G> with 95 % intervals; q is{' '}
        <G id="fisher">Fisher’s exact test</G>, adjusted for the number of tests, with a star below
        0.05.
      </p>
      {shown.length === 0 ? (
        <p className="quiet">
          Nothing is more frequent among flagged traces
          {kind === 'hour' ? ', or starts are not recorded' : ''}.
        </p>
      ) : (
        <div className="scroll-x">
          <table className="plain-table" aria-label="Over-represented among flagged traces">
            <thead>
              <tr>
                <th scope="col">what</th>
                <th scope="col">kind</th>
                <th scope="col" className="plain-table__number">
                  flagged
                </th>
                <th scope="col" className="plain-table__number">
                  others
                </th>
                <th scope="col" className="plain-table__number">
                  ratio
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
              {shown.map((row) => (
                <tr key={row.key}>
                  <th scope="row">
                    <BreakingName name={row.name} />
                  </th>
                  <td>{row.kind}</td>
                  <td className="plain-table__number">
                    {formatCount(row.flagged)} ({formatPercent(row.flagged / group.flagged)})
                  </td>
                  <td className="plain-table__number">
                    {formatCount(row.normal)} ({formatPercent(row.normal / group.normal)})
                  </td>
                  <td className="plain-table__number">
                    {formatNumber(row.odds.ratio)} ({formatNumber(row.odds.low)}–
                    {formatNumber(row.odds.high)})
                  </td>
                  <td className="plain-table__number">
                    {row.q < 1e-4 ? '< 0.0001' : formatNumber(row.q)}
                    {row.q < 0.05 ? ' *' : ''}
                  </td>
                  <td>
                    {row.kind !== 'hour' && (
                      <Button
                        size="small"
                        aria-label={`List traces with ${row.name}`}
                        onClick={() => void narrow({ search: row.name })}
                      >
                        List
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

const SHOWN = 15;
