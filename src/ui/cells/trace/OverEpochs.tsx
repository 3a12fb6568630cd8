/** The open trace over the epochs of its training: score, rank, stds and reconstruction. */
import { useId, useMemo, useState } from 'react';
import { comparisonRows } from '../../../stores/trace/explanation-view.ts';
import type { ReplayedEpoch } from '../../../stores/trace/replay-store.ts';
import { useInspect, useReplay } from '../../app/notebook-context.ts';
import { LineChart } from '../../charts/LineChart.tsx';
import { TreeComparison } from '../../charts/TreeComparison.tsx';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatBytes, formatCount, formatNats, formatNumber } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { hasTerms, type Scored, TermsAlone } from '../scores/scored.tsx';

interface OverEpochsProps {
  readonly scored: Scored;
  readonly trace: number;
}

export function OverEpochs({ scored, trace }: OverEpochsProps) {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure summary="Over epochs" open={open} onToggle={setOpen}>
      {hasTerms(scored) ? (
        <Replay scored={scored} trace={trace} />
      ) : (
        <TermsAlone scored={scored} what="Weights are kept on the way" />
      )}
    </Disclosure>
  );
}

function Replay({ scored, trace }: OverEpochsProps) {
  const { replay, start, cancel } = useReplay((r) => r);
  const kept = scored.trained.kept ?? [];
  if (kept.length === 0) {
    return (
      <p className="quiet">
        This run kept no weights on the way. Set “keep weights every” under All settings in cell 4
        before training: each time takes {formatBytes(4 * scored.trained.outcome.parameterCount)}.
      </p>
    );
  }
  switch (replay.phase) {
    case 'none':
      return (
        <div className="over-epochs">
          <p className="quiet">
            Weights of {formatCount(kept.length, 'epoch')} were kept,{' '}
            {formatBytes(4 * scored.trained.outcome.parameterCount * kept.length)}. Each scores all
            test traces once, for the rank.
          </p>
          <Button size="small" icon="play" onClick={() => void start(trace)}>
            Replay the epochs
          </Button>
        </div>
      );
    case 'running':
      return (
        <div className="over-epochs">
          <ProgressBar
            label="Replaying"
            share={replay.done / replay.total}
            text={`${replay.done} of ${formatCount(replay.total, 'epoch')}`}
          />
          <Button size="small" onClick={cancel}>
            Cancel replay
          </Button>
        </div>
      );
    case 'failed':
      return <FailureNotice kind="error" failure={replay.failure} />;
    case 'done':
      return <Scrub scored={scored} epochs={replay.epochs} />;
  }
}

interface ScrubProps {
  readonly scored: Scored;
  readonly epochs: readonly ReplayedEpoch[];
}

const meanStdMs = ({ explanation: { nodes } }: ReplayedEpoch): number =>
  nodes.stdMs.reduce((sum, std) => sum + std, 0) / nodes.stdMs.length;

function Scrub({ scored, epochs }: ScrubProps) {
  const [at, setAt] = useState(epochs.length - 1);
  const id = useId();
  const { node, setNode, moveNode } = useInspect((i) => i);
  const { traces } = scored.dataset.imported;
  const shown = epochs[at]!;
  const rows = useMemo(() => comparisonRows(traces, shown.explanation), [traces, shown]);
  const differs = rows.filter(({ status }) => status !== 'same').length;
  const line = (label: string, of: (epoch: ReplayedEpoch) => number) => [
    { id: label, label, points: epochs.map((epoch) => ({ x: epoch.epoch, y: of(epoch) })) },
  ];
  const marker = [{ x: shown.epoch, label: `epoch ${shown.epoch}` }];
  return (
    <section className="over-epochs" aria-label="Over epochs">
      <label htmlFor={id} className="field__label">
        Epoch {shown.epoch}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={epochs.length - 1}
        step={1}
        value={at}
        aria-valuetext={`epoch ${shown.epoch}`}
        onChange={(event) => setAt(Number(event.currentTarget.value))}
      />
      <p className="what-if__verdict" role="status" aria-label="At this epoch">
        <strong>{formatNats(shown.score)}</strong> · rank {formatCount(shown.rank)} ·{' '}
        {shown.flagged ? '⚑ flagged' : 'not flagged'} · mean std {formatNumber(meanStdMs(shown))} ms
        · reconstruction {differs === 0 ? 'the same' : `differs in ${formatCount(differs, 'node')}`}
      </p>
      <LineChart
        title="Rank"
        yLabel="rank"
        height={130}
        series={line('rank', ({ rank }) => rank)}
        markers={marker}
        formatY={(value) => formatCount(Math.round(value))}
      />
      <LineChart
        title="Mean std of latencies"
        yLabel="ms"
        height={130}
        series={line('std', meanStdMs)}
        markers={marker}
        formatY={(value) => `${formatNumber(value)} ms`}
      />
      <TreeComparison rows={rows} hovered={node} onHover={setNode} onMove={moveNode} />
    </section>
  );
}
