/**
 * Scoring, and what it gives: a job of the worker, then terms and scores of every trace in pieces, so
 * that no message keeps the page from answering.
 */
import { createAssembly } from '../../base/column-pieces.ts';
import { ok, type Result } from '../../base/result.ts';
import type { ScoreOutcome } from '../../run/outcome.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { Jobs } from '../../worker/protocol.ts';

export interface RunningScoring {
  /** null where it was cancelled */
  readonly result: Promise<Result<ScoreOutcome, JobFailure> | null>;
  /** Also between two pieces, which then belong to nothing. */
  cancel(): void;
}

export function scoreAndTake(
  client: WorkerClient,
  { of, settings }: Jobs['score']['input'],
  onProgress: (progress: Jobs['score']['event']) => void,
): RunningScoring {
  const job = client.start('score', { of, settings }, onProgress);
  let cancelled = false;

  const take = async (): Promise<Result<ScoreOutcome, JobFailure> | null> => {
    const scored = await job.result;
    if (cancelled) return null;
    if (!scored.ok) return scored;
    const assembly = createAssembly<ScoreOutcome>(scored.value);
    while (!assembly.whole()) {
      const first = assembly.filled();
      const piece = await client.start('takeTerms', { of, first }).result;
      if (cancelled) return null;
      if (!piece.ok) return piece;
      assembly.add(piece.value);
    }
    return ok(assembly.record);
  };

  return {
    result: take(),
    cancel() {
      cancelled = true;
      job.cancel();
    },
  };
}
