/**
 * The rhythm of a long import: when to report, when to let the worker hear a cancel.
 */
import { nextTask } from '../base/next-task.ts';
import type { ImportOptions, ImportProgress } from './import.ts';

/** Milliseconds between two reports of progress. */
const REPORT_MS = 100;
/** Milliseconds of work after which the worker's other messages get their turn. */
const BREATH_MS = 50;

export interface ImportPace {
  /** Called between two pieces of work; whether to go on. */
  breathe(): Promise<boolean>;
  /** Passes the progress on, at most ten times a second. */
  report(progress: Omit<ImportProgress, 'seconds'>): void;
  /** Since the import began. */
  seconds(): number;
}

/** @param nowMs a clock in milliseconds */
export function createImportPace(
  { signal, onProgress }: ImportOptions,
  nowMs: () => number = () => performance.now(),
): ImportPace {
  const startMs = nowMs();
  // The first report comes at once: a short import too is seen, and can be cancelled.
  let reportMs = Number.NEGATIVE_INFINITY;
  let breathMs = startMs;
  const seconds = (): number => (nowMs() - startMs) / 1000;

  return {
    breathe: async () => {
      if (nowMs() - breathMs >= BREATH_MS) {
        await nextTask();
        breathMs = nowMs();
      }
      return !signal.aborted;
    },
    report: (progress) => {
      if (nowMs() - reportMs < REPORT_MS) return;
      reportMs = nowMs();
      onProgress({ ...progress, seconds: seconds() });
    },
    seconds,
  };
}
