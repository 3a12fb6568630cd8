/**
 * The pace of a training run: reports progress about ten times a second, holds the loop while it is
 * paused, and gives the event loop room so that messages get through.
 */
import { nextTask } from '../../base/next-task.ts';
import type { FitContext } from '../detector.ts';

const REPORT_EVERY_MS = 100;
/** How long a worker may compute before it looks at its messages. */
export const YIELD_EVERY_MS = 25;

export interface Pacer {
  /** Speed is measured within a phase: the second one is faster. */
  startPhase(): void;
  startEpoch(epoch: number, batches: number): void;
  /** @param loss mean of the last few batches */
  observeLoss(loss: number): void;
  /** Counts a batch, reports, yields; resolves when the run may go on. */
  afterBatch(traces: number): Promise<void>;
  /** Seconds of this epoch without pauses. */
  epochSeconds(): number;
}

/**
 * @param tracesPerEpoch training traces
 * @param epochs         of both phases (section 6.2)
 * @returns              the pace of one run; it reports traces a second and seconds left
 */
export function createPacer(
  { control, onEvent }: FitContext,
  tracesPerEpoch: number,
  epochs: number,
): Pacer {
  let paused = 0;
  const activeMs = (): number => performance.now() - paused;
  let phase = { startedMs: activeMs(), traces: 0 };
  let epoch = { number: 0, startedMs: 0, batches: 0, batch: 0, traces: 0 };
  let loss: number | null = null;
  let reportedMs = Number.NEGATIVE_INFINITY;
  let yieldedMs = activeMs();

  const report = (): void => {
    const seconds = (activeMs() - phase.startedMs) / 1e3;
    const tracesPerSecond = seconds > 0 ? phase.traces / seconds : 0;
    const tracesLeft = (epochs - epoch.number + 1) * tracesPerEpoch - epoch.traces;
    onEvent({
      kind: 'progress',
      progress: {
        epoch: epoch.number,
        epochs,
        batch: epoch.batch,
        batches: epoch.batches,
        tracesPerSecond,
        secondsLeft: tracesPerSecond > 0 ? tracesLeft / tracesPerSecond : null,
        loss,
      },
    });
  };

  return {
    startPhase() {
      phase = { startedMs: activeMs(), traces: 0 };
    },
    startEpoch(number, batches) {
      epoch = { number, startedMs: activeMs(), batches, batch: 0, traces: 0 };
    },
    observeLoss(value) {
      loss = value;
    },
    async afterBatch(traces) {
      epoch.batch++;
      epoch.traces += traces;
      phase.traces += traces;
      if (activeMs() - reportedMs >= REPORT_EVERY_MS) {
        reportedMs = activeMs();
        report();
      }
      if (activeMs() - yieldedMs >= YIELD_EVERY_MS) {
        await nextTask();
        yieldedMs = activeMs();
      }
      const waitedFrom = performance.now();
      await control.whenRunning();
      paused += performance.now() - waitedFrom;
    },
    epochSeconds: () => (activeMs() - epoch.startedMs) / 1e3,
  };
}
