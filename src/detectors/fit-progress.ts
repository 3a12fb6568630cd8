/** What a training run tells on its way: points of its curves, and how far it is. Plain data. */

/** One point of the training curves: means over an epoch, in nats. */
export interface CurvePoint {
  /** 1-based, counted over all phases. */
  readonly epoch: number;
  /** Detectors without a second phase are `joint` throughout. */
  readonly phase: 'joint' | 'time';
  readonly loss: number;
  readonly valLoss: number | null;
  readonly kl: number;
  readonly valKl: number | null;
  /** -log p(N, A, Y | z); null where the detector does not reconstruct structures. */
  readonly nllStructure: number | null;
  readonly valNllStructure: number | null;
  /** -log p(X | A, Y, z2) */
  readonly nllTime: number;
  readonly valNllTime: number | null;
  readonly learningRate: number;
  readonly seconds: number;
}

export interface FitProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  readonly tracesPerSecond: number;
  readonly secondsLeft: number | null;
  /** Mean loss of the last few batches, for the live curve; null until it was read back. */
  readonly loss: number | null;
}
