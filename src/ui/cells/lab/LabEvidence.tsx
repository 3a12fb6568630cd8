/** What the paper's corrections rest on, measured on this run: sections 5.3, A.2 and A.5. */

import type { ReactNode } from 'react';
import type { PaperEvidence } from '../../../lab/evidence.ts';
import type { LabSession, VariantView } from '../../../lab/session.ts';
import { stepWords } from '../../../scoring/corrections/list.ts';
import { stdPercentileOf } from '../../../scoring/corrections/stdlimit.ts';
import { LABEL_GROUPS, shareBelowHalf } from '../../../stores/lab/lab-view.ts';
import { ruleWords } from '../../../stores/scores/threshold-view.ts';
import { useLab } from '../../app/notebook-context.ts';
import { Histogram, type HistogramGroup, type HistogramProps } from '../../charts/Histogram.tsx';
import { LineChart } from '../../charts/LineChart.tsx';
import {
  formatCount,
  formatNats,
  formatNumber,
  formatPercent,
  formatScore,
} from '../../widgets/format.ts';
import { LabTables } from './LabTables.tsx';
import type { LabViewProps } from './lab-view-props.ts';
import { groupWords, percentWords } from './lab-words.ts';

export function LabEvidence(props: LabViewProps) {
  const evidence = useLab((l) => l.views.evidence?.value ?? null);
  const computed = useLab((l) => l.shown[l.variant]);
  const { session } = props;
  return (
    <>
      {evidence === null ? (
        <p className="quiet">Counting …</p>
      ) : (
        <Histograms session={session} evidence={evidence} />
      )}
      {computed !== undefined && <Thresholds session={session} computed={computed} />}
      {session.labelled && <LabTables {...props} />}
    </>
  );
}

interface EvidenceProps {
  readonly session: LabSession;
  readonly evidence: PaperEvidence;
}

function Histograms({ session, evidence }: EvidenceProps) {
  const { nodes, nodeCountProbability, kept, stdLimit } = evidence;
  const stdPercentile = useLab((l) => stdPercentileOf(l.setting.constants.stdlimit ?? {}));
  const limitWords = `σ p${percentWords(stdPercentile)}`;
  const words = (g: number): string => groupWords(LABEL_GROUPS[g]!, session.labelled);
  const groupsOf = (counts: readonly ArrayLike<number>[]): HistogramGroup[] =>
    LABEL_GROUPS.flatMap((group, g) =>
      sum(counts[g]!) === 0
        ? []
        : [{ id: group, label: words(g), tone: group, counts: counts[g]! }],
    );
  const below = (counts: readonly ArrayLike<number>[]): string =>
    LABEL_GROUPS.flatMap((_, g) => {
      const share = shareBelowHalf(counts[g]!);
      return share === null ? [] : [`${formatPercent(share)} of ${words(g)}`];
    }).join(', ');
  return (
    <div className="lab__pair">
      {kept === null ? (
        <p className="quiet">
          Stds of nodes were not kept when this run was scored; score again to see them.
        </p>
      ) : (
        <Counted
          title="Predicted stds of nodes (section 5.3)"
          label="Predicted stds of nodes by label"
          edges={kept.stds.edges}
          groups={groupsOf(kept.stds.counts)}
          xLabel="log₁₀ σ (σ in stds of latency)"
          countLabel="nodes"
          threshold={
            Number.isFinite(stdLimit)
              ? { value: Math.log10(stdLimit), label: `${limitWords} = ${formatNumber(stdLimit)}` }
              : null
          }
        >
          One sample of each node. Above {limitWords}:{' '}
          {LABEL_GROUPS.flatMap((_, g) => {
            const share = kept.aboveLimit[g]!;
            return Number.isNaN(share) ? [] : [`${formatPercent(share)} of ${words(g)} nodes`];
          }).join(', ')}
          .
        </Counted>
      )}
      <Counted
        title="Node counts (Figures 7, 9 and 10)"
        label="Merged nodes of test traces by label"
        edges={nodes.edges}
        groups={groupsOf(nodes.counts)}
        xLabel="merged nodes"
        xWhole
      >
        Of the test traces; cell 2 has those of the dataset before and after preparing.
      </Counted>
      {kept?.edgeProbability.areCalls !== true && (
        <Counted
          title="p(N | z) (Figure 11)"
          label="Probability of the observed node count by label"
          edges={nodeCountProbability.edges}
          groups={groupsOf(nodeCountProbability.counts)}
          xLabel="p(N | z)"
          countLabel="samples"
        >
          Below 0.5, where scaling begins: {below(nodeCountProbability.counts)}.
        </Counted>
      )}
      {kept !== null && (
        <Counted
          title="p(A_ij | z) (Figure 11)"
          label="Probability of observed edges and their absence by label"
          edges={kept.edgeProbability.edges}
          groups={groupsOf(kept.edgeProbability.counts)}
          xLabel="p(A_ij | z)"
          countLabel="entries"
        >
          {kept.edgeProbability.areCalls
            ? 'Every call that a node could make, in every sample.'
            : `Every entry i < j of ${formatCount(session.maxNodes)} nodes, padding included, in every sample.`}{' '}
          Below 0.5: {below(kept.edgeProbability.counts)}.
        </Counted>
      )}
    </div>
  );
}

/** A histogram by label with its caption. */
function Counted({ children, ...histogram }: HistogramProps & { readonly children: ReactNode }) {
  return (
    <figure className="lab__evidence">
      <Histogram countScale="log" height={220} {...histogram} />
      <figcaption className="quiet">{children}</figcaption>
    </figure>
  );
}

const sum = (counts: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
};

interface ThresholdsProps {
  readonly session: LabSession;
  readonly computed: VariantView;
}

/** Section A.2 over all thresholds. */
function Thresholds({ session, computed: { curve, picture } }: ThresholdsProps) {
  const { atThreshold, total } = picture.report;
  const rule = useLab((l) => l.setting.rule);
  if (curve === null) return null;
  const points = (values: Float64Array) =>
    Array.from(curve.threshold, (x, i) => ({ x, y: values[i]! }));
  return (
    <figure className="lab__evidence">
      <LineChart
        title={`Precision, recall and F against the threshold (section A.2), ${stepWords(picture.variant)}`}
        series={[
          { id: 'precision', label: 'precision', points: points(curve.precision), tone: 'normal' },
          {
            id: 'recall',
            label: 'recall',
            points: points(curve.recall),
            tone: 'time',
            dashed: true,
          },
          { id: 'f', label: 'F', points: points(curve.f), tone: 'plain' },
        ]}
        xLabel="threshold (nats, log)"
        xLinearBelow={session.axis.linearBelow}
        formatX={formatNumber}
        yLabel="share"
        formatY={formatScore}
        height={240}
        markers={[
          ...(atThreshold.threshold === null
            ? []
            : [
                {
                  x: atThreshold.threshold,
                  label: 'threshold',
                },
              ]),
        ]}
        empty="No anomalies to measure against."
      />
      <figcaption className="quiet">
        At {formatNats(atThreshold.threshold)}, {ruleWords(rule, 'nats')}: precision{' '}
        {formatScore(atThreshold.total.precision)}, recall {formatScore(atThreshold.total.recall)},
        F {formatScore(atThreshold.total.f)}. The best F, {formatScore(total.bestF)}, is at{' '}
        {formatNats(total.threshold)}.
      </figcaption>
    </figure>
  );
}
