/** Figures 9 and 10 of the paper, and the same of depth and latency: before and after a step. */
import { useMemo, useState } from 'react';
import {
  type ComparedStep,
  comparedSteps,
  type StepHistogram,
  type StepReport,
  stepHistograms,
} from '../../../stores/prepare/prepare-view.ts';
import { Histogram, type HistogramGroup, type HistogramProps } from '../../charts/Histogram.tsx';
import { formatMs } from '../../widgets/format.ts';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { STEP_WORDS } from './PrepareTable.tsx';

type ChartWords = Pick<HistogramProps, 'xLabel' | 'formatX' | 'xWhole'> & {
  readonly title: string;
};

const CHARTS: Readonly<Record<StepHistogram['id'], ChartWords>> = {
  nodes: { title: 'Nodes of a trace', xLabel: 'merged nodes', xWhole: true },
  depth: { title: 'Depth', xLabel: 'levels', xWhole: true },
  latency: {
    title: 'Root latency',
    xLabel: 'latency (ms)',
    formatX: formatMs,
  },
};

const TONES = ['plain', 'accent'] as const;

export function PrepareHistograms({ steps }: { readonly steps: readonly StepReport[] }) {
  const [comparison, setComparison] = useState<ComparedStep>('all');
  const [scale, setScale] = useState<'log' | 'linear'>('log');
  const shown = useMemo(() => comparedSteps(steps, comparison), [steps, comparison]);
  const charts = useMemo(() => stepHistograms(shown.map(({ after }) => after)), [shown]);
  return (
    <div className="prepare-charts-box">
      <div className="table-controls">
        {steps.length > 1 && (
          <SegmentedControl
            label="Before and after"
            value={comparison}
            options={[
              { value: 'all', label: 'all steps' },
              ...steps.slice(1).map(({ step }) => ({ value: step, label: STEP_WORDS[step] })),
            ]}
            onChange={setComparison}
          />
        )}
        <SegmentedControl
          label="Traces"
          value={scale}
          options={[
            { value: 'log', label: 'log' },
            { value: 'linear', label: 'linear' },
          ]}
          onChange={setScale}
        />
      </div>
      <div className="prepare-charts">
        {charts.map(({ id, edges, counts }) => (
          <Histogram
            key={id}
            {...CHARTS[id]}
            label={`${CHARTS[id].title} of ${shown.map(({ step }) => STEP_WORDS[step]).join(' and ')}`}
            edges={edges}
            groups={counts.map(
              (column, i): HistogramGroup => ({
                id: shown[i]!.step,
                label: i > 0 && comparison === 'all' ? 'prepared' : STEP_WORDS[shown[i]!.step],
                tone: TONES[i]!,
                counts: column,
              }),
            )}
            countScale={scale}
            // far below the first bin, so that all bins are equally wide
            xLinearBelow={id === 'latency' ? edges[0]! / 10 : undefined}
            height={200}
            empty="No traces."
          />
        ))}
      </div>
    </div>
  );
}
