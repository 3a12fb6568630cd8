/** A model by its run, as the page names it to the worker. */
import type { DetectorId } from '../detectors/catalog.ts';

export interface ModelRef {
  readonly runId: string;
  readonly detector: DetectorId;
  /** Whose weights, of those kept on the way; null for the final ones. */
  readonly epoch: number | null;
}

/** The trained detector of a run, with its final weights. */
export const modelRef = (
  { id }: { readonly id: string },
  detector: DetectorId,
  epoch: number | null = null,
): ModelRef => ({ runId: id, detector, epoch });
