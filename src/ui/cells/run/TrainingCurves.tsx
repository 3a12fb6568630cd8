/** Loss, KL and the two likelihoods over the epochs, side by side on one x scale. */
import { useState } from 'react';
import { detectorLabel } from '../../../detectors/catalog.ts';
import type { CurvePoint } from '../../../detectors/fit-progress.ts';
import { curvedDetector, hasCurve } from '../../../stores/run/curved-detector.ts';
import { type KeptEpoch, keptEpochs } from '../../../stores/run/kept-epochs.ts';
import {
  isRunning,
  plannedEpochs,
  type TrainingPhase,
} from '../../../stores/run/training-phase.ts';
import { shownDetector } from '../../../stores/scores/inspect-store.ts';
import { useInspect, useRuns } from '../../app/notebook-context.ts';
import { LineChart, type LinePoint, type LineSeries } from '../../charts/LineChart.tsx';
import { Checkbox } from '../../widgets/NumberField.tsx';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { curveOf } from './TrainingLog.tsx';

interface Quantity {
  readonly title: string;
  readonly train: (point: CurvePoint) => number | null;
  readonly validation: (point: CurvePoint) => number | null;
}

const QUANTITIES: readonly Quantity[] = [
  { title: 'Loss', train: (p) => p.loss, validation: (p) => p.valLoss },
  { title: 'KL', train: (p) => p.kl, validation: (p) => p.valKl },
  { title: 'NLL of structure', train: (p) => p.nllStructure, validation: (p) => p.valNllStructure },
  { title: 'NLL of time', train: (p) => p.nllTime, validation: (p) => p.valNllTime },
];

function pointsOf(
  curve: readonly CurvePoint[],
  value: (point: CurvePoint) => number | null,
): LinePoint[] {
  return curve.flatMap((point) => {
    const y = value(point);
    return y === null ? [] : [{ x: point.epoch, y }];
  });
}

/** Epochs of the run on show, or of the next one. */
function epochsOf(training: TrainingPhase, curve: readonly CurvePoint[], next: number): number {
  if (training.phase === 'done') return Math.max(curve.at(-1)?.epoch ?? 1, 1);
  if (training.phase === 'interrupted') return plannedEpochs(training.next.settings);
  return isRunning(training) ? plannedEpochs(training.settings) : next;
}

const PHASE_WORDS = { joint: 'the whole model', time: 'the time VAE alone' } as const;

function keptWords(kept: readonly KeptEpoch[]): string {
  const parts = kept.map(({ phase, epoch }) => `epoch ${epoch} of ${PHASE_WORDS[phase]}`);
  return `Circled: lowest validation loss. The weights of ${parts.join(' and ')} are used.`;
}

export function TrainingCurves() {
  const training = useRuns((r) => r.training);
  const detector = useInspect((i) => i.detector);
  const setDetector = useInspect((i) => i.setDetector);
  const nextEpochs = useRuns((r) => r.choices.schedule.epochs);
  const [log, setLog] = useState(false);
  const [cursor, setCursor] = useState<number | null>(null);
  if (training.phase === 'idle') return null;
  const curve = curveOf(training, detector);
  const done = training.phase === 'done' ? training.run.detectors : [];
  const trained = done.filter(hasCurve);
  const shownOne = shownDetector(training, detector);
  const curved = curvedDetector(training, detector);
  const kept = keptEpochs(training, detector);
  const live = isRunning(training) ? training.liveLoss : [];
  const firstTime = curve.find((point) => point.phase === 'time');
  const markers =
    firstTime === undefined ? [] : [{ x: firstTime.epoch - 0.5, label: 'time VAE alone' }];
  const epochs = epochsOf(training, curve, nextEpochs);
  // a detector that does not reconstruct structures has no such curve, and an automaton has none
  const shown = QUANTITIES.filter(
    ({ train }) => curve.length === 0 || curve.some((point) => train(point) !== null),
  );
  const curveless = training.phase === 'done' && curve.length === 0;
  return (
    <div className="training-curves-box">
      {trained.length > 1 && (
        <SegmentedControl
          label="Curves of"
          value={curved?.detector ?? detector}
          options={trained.map((t) => ({ value: t.detector, label: detectorLabel(t.detector) }))}
          onChange={(id) => void setDetector(id)}
        />
      )}
      {curved !== shownOne && (
        <p className="quiet">
          Curves of {detectorLabel(curved!.detector)}. {detectorLabel(shownOne!.detector)}, which
          Scores shows, has no epochs.
        </p>
      )}
      {curveless && <p className="quiet">This detector counts; it has no curves.</p>}
      <div className="training-curves" hidden={curveless}>
        {shown.map(({ title, train, validation }, i) => {
          const series: LineSeries[] = [
            { id: 'train', label: 'train', tone: 'plain', points: pointsOf(curve, train) },
            {
              id: 'validation',
              label: 'validation',
              tone: 'accent',
              dashed: true,
              points: pointsOf(curve, validation),
            },
          ];
          if (i === 0 && live.length > 1) {
            series.unshift({
              id: 'batch',
              label: 'batch',
              tone: 'normal',
              points: live.map(({ epoch, loss }) => ({ x: epoch, y: loss })),
            });
          }
          return (
            <LineChart
              key={title}
              title={title}
              series={series}
              xDomain={[live.length > 1 ? 0 : 1, Math.max(2, epochs)]}
              yScale={log ? 'log' : 'linear'}
              markers={markers}
              rings={i === 0 ? kept.map(({ epoch, loss }) => ({ x: epoch, y: loss })) : []}
              cursor={cursor}
              onCursor={setCursor}
              height={180}
            />
          );
        })}
      </div>
      <Checkbox label="Logarithmic axes" checked={log} onChange={setLog} />
      {kept.length > 0 && <p className="quiet">{keptWords(kept)}</p>}
    </div>
  );
}
