/** What the metas of detectors are made of: plain data, safe on the page and in the worker. */

/** The page begins with `notebook`. */
export type PresetId = 'notebook' | 'tiny' | 'small' | 'paper';

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

/** One of a few words. */
export interface ChoiceSetting<Config> {
  readonly key: keyof Config & string;
  readonly label: string;
  readonly help: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export type Setting<Config> = NumberSetting<Config> | ChoiceSetting<Config>;

/** The terms of equation (3), which corrections combine to scores in nats. */
export interface GivesTerms {
  readonly kind: 'terms';
}

/** One score per trace. */
export interface GivesScore {
  readonly kind: 'score';
  /** Empty where scores are pure numbers. */
  readonly unit: string;
  /** Scores above it are rejected, where the detector itself decides; null: the percentile does. */
  readonly decision: number | null;
  /** Scores are -ln p, so that a threshold can be told from them alone. */
  readonly surprise?: true;
  /** Whether the score is measured against structure anomalies: VGAE's is not (table 1). */
  readonly structure: boolean;
  /** What the score is the sum of, in its unit, where the detector tells; else none. */
  readonly terms: readonly TermMeta[];
}

/** A named part of a score. */
export interface TermMeta {
  readonly id: string;
  readonly label: string;
}

/** What the page and the measuring of scores know about a detector. */
export interface DetectorMeta<Id extends string = string> {
  readonly id: Id;
  /** The name on the page. */
  readonly label: string;
  /** What it does, in a sentence. */
  readonly says: string;
  readonly gives: GivesTerms | GivesScore;
  /**
   * Whether the setting "early stopping after" is its own too: its phases end by it, and keep their
   * weights of the lowest validation loss.
   */
  readonly stopsEarly: boolean;
}

/** A baseline of section 6.4, or another detector with settings of its own. */
export interface BaselineMeta<Id extends string, Config> extends DetectorMeta<Id> {
  readonly presets: Readonly<Record<PresetId, Config>>;
  readonly settings: readonly Setting<Config>[];
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
