/** Whole numbers that a run can be made with, for its controls and for the headless run. */
export interface WholeNumbers {
  readonly min: number;
  readonly max: number;
}

export const CHOICE_LIMITS = {
  epochs: { min: 1, max: 1000 },
  seed: { min: 0, max: 2 ** 31 - 1 },
  /** N_max, merged nodes. */
  maxNodes: { min: 2, max: 1024 },
  /** 0 takes all on the page; null does in {@link file://./run-choices.ts}. */
  limitTrain: { min: 1, max: Number.MAX_SAFE_INTEGER },
} as const satisfies Record<string, WholeNumbers>;
