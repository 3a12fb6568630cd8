/** What the metas of detectors are made of: plain data, safe on the page and in the worker. */

export type PresetId = 'tiny' | 'small' | 'paper';

/** One number of a configuration as the page shows it. */
export interface NumberSetting<Config> {
  readonly key: keyof Config & string;
  readonly label: string;
  /** Empty for pure numbers. */
  readonly unit: string;
  readonly help: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** A baseline of section 6.4. */
export interface BaselineMeta<Id extends string, Config> {
  readonly id: Id;
  readonly label: string;
  /** What it does, in a sentence. */
  readonly says: string;
  readonly presets: Readonly<Record<PresetId, Config>>;
  readonly settings: readonly NumberSetting<Config>[];
  /** Whether its score is measured against structure anomalies: VGAE's is not (table 1). */
  readonly scoresStructure: boolean;
  /** Of its scores; empty where they are pure numbers. */
  readonly unit: 'nats' | '';
  /** Scores above it are rejected, where the detector itself decides; null: the percentile does. */
  readonly decision: number | null;
}

export const LEARNING_RATE = {
  key: 'learningRate',
  label: 'learning rate',
  unit: '',
  help: 'of RMSprop, a tenth of it in the second half of the epochs',
  min: 1e-6,
  max: 0.1,
  step: 1e-4,
} as const;

/** @param help which samples, of what score */
export const samplesSetting = (help: string) =>
  ({
    key: 'samples',
    label: 'samples',
    unit: 'samples',
    help,
    min: 1,
    max: 1000,
    step: 1,
  }) as const;
