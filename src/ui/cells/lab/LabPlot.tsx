/** The large plot: every test trace as a mark that glides from one correction to the next. */

import { useMemo } from 'react';
import { stepWords } from '../../../scoring/corrections/list.ts';
import type { ShownVariant } from '../../../stores/lab/lab-store.ts';
import { groupColumns, SCORE_GROUPS } from '../../../stores/lab/lab-view.ts';
import { useLab } from '../../app/notebook-context.ts';
import { laneMarks } from '../../charts/lane-layout.ts';
import { ScoreLanes } from '../../charts/ScoreLanes.tsx';
import { formatNats, formatNumber, formatPercent, formatScore } from '../../widgets/format.ts';
import { StatTable } from '../../widgets/StatTable.tsx';
import { G } from '../page/glossary.tsx';
import { LabTracesList } from './LabTracesList.tsx';
import type { LabViewProps } from './lab-view-props.ts';
import { GROUP_INKS, GROUP_KINDS, groupWords } from './lab-words.ts';

export function LabPlot({ scored, session }: LabViewProps) {
  const computed = useLab((l) => l.shown[l.variant]);
  if (computed === undefined) return <p className="quiet lab__combining">Combining …</p>;
  return (
    <>
      <Lanes session={session} computed={computed} />
      {session.labelled && <Measures computed={computed} />}
      <LabTracesList scored={scored} session={session} />
    </>
  );
}

interface LanesProps extends Pick<LabViewProps, 'session'> {
  readonly computed: ShownVariant;
}

function Lanes({ session, computed }: LanesProps) {
  const { range, brush } = useLab((l) => l);
  const { picture, places } = computed;
  const { group, mismatched, labelled, axis } = session;
  /** Lanes of the groups that have a trace, and which kind of mark each has. */
  const lanes = useMemo(() => {
    const members: readonly Uint8Array[] = [
      ...[0, 1, 2].map((g) => group.map((own) => (own === g ? 1 : 0))),
      mismatched,
    ];
    const filled = members.flatMap((lane, g) => (lane.includes(1) ? [g] : []));
    const marks = laneMarks(filled.map((g) => members[g]!));
    return { filled, marks: { ...marks, kind: marks.lane.map((lane) => filled[lane]!) } };
  }, [group, mismatched]);
  const columns = groupColumns(picture, 'linear');
  const { inversion, atThreshold } = picture.report;
  const { normalMedian, anomaliesBelowNormalMedian: below } = inversion;
  const words = stepWords(picture.variant);
  const inverted =
    normalMedian !== null && below !== null && below > 0
      ? {
          range: [axis.low, normalMedian] as const,
          label: `inverted: ${formatPercent(below)} of anomalies`,
        }
      : null;
  return (
    <ScoreLanes
      title="One mark per test trace"
      label={`Test traces by score, ${words}`}
      summary={`${words}: ${columns.length} groups of test traces by score${inverted === null ? '' : `; ${inverted.label}, below the normal median of ${formatNats(normalMedian)}`}`}
      domain={[axis.low, axis.high]}
      linearBelow={axis.linearBelow}
      xLabel="score (nats, log)"
      marks={lanes.marks}
      places={places}
      kinds={GROUP_KINDS}
      inks={GROUP_INKS}
      groups={lanes.filled.map((g) => {
        const name = SCORE_GROUPS[g]!;
        const column = columns.find((one) => one.group === name);
        return {
          id: name,
          label: groupWords(name, labelled),
          tone: name,
          counts: column?.counts ?? [],
        };
      })}
      edges={picture.histogram.edges}
      formatX={formatNumber}
      threshold={
        atThreshold.threshold === null
          ? null
          : {
              value: atThreshold.threshold,
              label: `threshold ${formatNats(atThreshold.threshold)}`,
            }
      }
      inverted={inverted}
      selection={range}
      onSelection={(chosen) => void brush(chosen)}
      onBin={(bin) =>
        void brush([picture.histogram.edges[bin]!, picture.histogram.edges[bin + 1]!])
      }
    />
  );
}

function Measures({ computed: { picture } }: { readonly computed: ShownVariant }) {
  const { report, mismatched } = picture;
  const { inversion, total, atThreshold } = report;
  return (
    <StatTable
      label="Inversion and metrics"
      columns={3}
      stats={[
        {
          key: 'overlap',
          term: 'overlap of normal and anomalous',
          value: formatPercent(inversion.area),
        },
        {
          key: 'below',
          term: <G id="inversion">anomalies below the normal median</G>,
          value: formatPercent(inversion.anomaliesBelowNormalMedian),
        },
        { key: 'auc', term: <G id="auroc">ROC-AUC</G>, value: formatScore(total.auroc) },
        {
          key: 'mismatched',
          term: 'mismatched: overlap, inverted',
          value:
            mismatched === null
              ? '–'
              : `${formatPercent(mismatched.area)}, ${formatPercent(mismatched.belowNormalMedian)}`,
        },
        { key: 'f', term: <G id="bestF">best F</G>, value: formatScore(total.bestF) },
        {
          key: 'at',
          term: <G id="threshold">F at the threshold</G>,
          value: formatScore(atThreshold.total.f),
        },
      ]}
    />
  );
}
