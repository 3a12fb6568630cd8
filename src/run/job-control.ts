/** Pause, Resume, Stop and Cancel of one job, as its loop sees them. */
import type { RunControl } from '../detectors/detector.ts';

export interface JobControl extends RunControl {
  pause(): void;
  resume(): void;
  stop(): void;
  cancel(): void;
}

export function createJobControl(): JobControl {
  const abort = new AbortController();
  let stopped = false;
  let paused: { readonly gate: Promise<void>; readonly open: () => void } | null = null;

  const resume = (): void => {
    paused?.open();
    paused = null;
  };

  return {
    signal: abort.signal,
    stopRequested: () => stopped,
    whenRunning: () => paused?.gate ?? Promise.resolve(),
    pause() {
      if (paused !== null) return;
      let open = (): void => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      paused = { gate, open };
    },
    resume,
    stop() {
      stopped = true;
      resume(); // a paused loop has to wake up to stop
    },
    cancel() {
      abort.abort();
      resume();
    },
  };
}
