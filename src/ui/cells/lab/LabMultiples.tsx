/** Figure 8: the scores under plain NLL, under each correction alone and under all, on one scale. */
import { useMemo, useState } from 'react';
import type { LabSession } from '../../../lab/session.ts';
import { stepWords, VARIANT_STEPS, type Variant } from '../../../scoring/corrections/list.ts';
import type { ShownVariant } from '../../../stores/lab/lab-store.ts';
import {
  type CountKind,
  groupColumns,
  highestBin,
  SCORE_GROUPS,
} from '../../../stores/lab/lab-view.ts';
import { useLab } from '../../app/notebook-context.ts';
import { Histogram } from '../../charts/Histogram.tsx';
import { formatNumber, formatPercent, formatScore } from '../../widgets/format.ts';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { LabLegend } from './LabLegend.tsx';
import { groupWords } from './lab-words.ts';

const COUNT_LABELS: Readonly<Record<CountKind, string>> = {
  log: 'traces',
  linear: 'traces',
  density: '% of group',
};

export function LabMultiples({ session }: { readonly session: LabSession }) {
  const shown = useLab((l) => l.shown);
  const [kind, setKind] = useState<CountKind>('log');
  const present = VARIANT_STEPS.flatMap((variant) => shown[variant] ?? []);
  const highest = useMemo(
    () =>
      highestBin(
        Object.values(shown).map(({ picture }) => picture),
        kind,
      ),
    [shown, kind],
  );
  return (
    <div className="lab__part">
      <div className="table-controls">
        <h3>Scores under each correction</h3>
        <SegmentedControl
          label="Y axis"
          value={kind}
          options={[
            { value: 'log', label: 'traces, log' },
            { value: 'linear', label: 'traces' },
            { value: 'density', label: 'density' },
          ]}
          onChange={setKind}
        />
      </div>
      <LabLegend session={session} groups={SCORE_GROUPS} shares={kind === 'density'} />
      <ul className="lab__multiples">
        {VARIANT_STEPS.map((variant) => {
          const computed = shown[variant];
          return (
            <li key={variant}>
              {computed === undefined ? (
                <p className="quiet">{stepWords(variant)}: combining …</p>
              ) : (
                <Multiple {...{ variant, computed, session, kind, highest }} />
              )}
            </li>
          );
        })}
      </ul>
      {present.length > 0 && (
        <p className="quiet">
          One scale for all, logarithmic above {formatNumber(session.axis.linearBelow)} nats.{' '}
          {session.labelled &&
            'Hatched: below the median of normal traces, where anomalies are inverted. '}
          {kind === 'density'
            ? 'A bin’s height is its share of its own group, so each group has the same area.'
            : 'A bin’s height is a number of traces.'}
        </p>
      )}
    </div>
  );
}

interface MultipleProps {
  readonly variant: Variant;
  readonly computed: ShownVariant;
  readonly session: LabSession;
  readonly kind: CountKind;
  readonly highest: number;
}

function Multiple({ variant, computed, session, kind, highest }: MultipleProps) {
  const show = useLab((l) => l.show);
  const chosen = useLab((l) => l.variant === variant);
  const { picture } = computed;
  const { inversion, total } = picture.report;
  const { normalMedian, anomaliesBelowNormalMedian: below, area } = inversion;
  return (
    <>
      <Histogram
        title={
          <button
            type="button"
            className="lab__choose"
            aria-pressed={chosen}
            onClick={() => void show(variant)}
          >
            {stepWords(variant)}
          </button>
        }
        label={`Scores, ${stepWords(variant)}`}
        edges={picture.histogram.edges}
        xLabel="score (nats, log)"
        xLinearBelow={session.axis.linearBelow}
        countLabel={COUNT_LABELS[kind]}
        countScale={kind === 'log' ? 'log' : 'linear'}
        countMax={highest}
        height={190}
        legend={false}
        {...(kind === 'density' && {
          formatY: (share: number) => formatPercent(share / 100),
        })}
        groups={groupColumns(picture, kind).map(({ group, ...column }) => ({
          id: group,
          label: groupWords(group, session.labelled),
          tone: group,
          outline: group === 'mismatched',
          ...column,
        }))}
        inverted={
          normalMedian !== null && below !== null && below > 0
            ? { range: [session.axis.low, normalMedian], label: '' }
            : null
        }
      />
      {session.labelled && (
        <dl className="lab__measures" aria-label={`Inversion, ${stepWords(variant)}`}>
          <div>
            <dt>overlap</dt>
            <dd>{formatPercent(area)}</dd>
          </div>
          <div>
            <dt>inverted</dt>
            <dd>{formatPercent(below)}</dd>
          </div>
          <div>
            <dt>AUC</dt>
            <dd>{formatScore(total.auroc)}</dd>
          </div>
        </dl>
      )}
    </>
  );
}
