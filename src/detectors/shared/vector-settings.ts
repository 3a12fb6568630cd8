/** Settings of the deep Bayesian network that TraceAnomaly and CRISP share. Plain data. */
import { LEARNING_RATE, type NumberSetting, type PresetId, samplesSetting } from './settings.ts';

export interface VectorVaeConfig {
  /** Units of the two hidden layers of q(z | x) and of p(x | z). */
  readonly hidden: number;
  /** Size of z. */
  readonly latent: number;
  /** Levels of the RealNVP posterior flow; 0: a plain VAE. */
  readonly flowLevels: number;
  /** Units of the coupling networks of the flow. */
  readonly flowHidden: number;
  readonly learningRate: number;
  /** Samples of z in the importance-weighted NLL. */
  readonly samples: number;
}

/** TraceAnomaly's public code has 500 units, 10 numbers in z, 10 levels and 500 samples. */
const PAPER: VectorVaeConfig = {
  hidden: 500,
  latent: 10,
  flowLevels: 10,
  flowHidden: 500,
  learningRate: 1e-3,
  samples: 100,
};

const TINY: VectorVaeConfig = { ...PAPER, hidden: 48, flowLevels: 4, flowHidden: 32, samples: 32 };

export const VECTOR_VAE_PRESETS: Readonly<Record<PresetId, VectorVaeConfig>> = {
  notebook: TINY,
  tiny: TINY,
  small: { ...PAPER, hidden: 100, flowLevels: 5, flowHidden: 64, samples: 32 },
  paper: PAPER,
};

export const VECTOR_VAE_SETTINGS: readonly NumberSetting<VectorVaeConfig>[] = [
  {
    key: 'hidden',
    label: 'hidden units',
    unit: '',
    help: 'width of the two hidden layers of each network; 500 in the public code',
    min: 2,
    max: 2000,
    step: 1,
  },
  {
    key: 'latent',
    label: 'size of z',
    unit: '',
    help: 'numbers that stand for a vector; 10 in the public code',
    min: 2,
    max: 64,
    step: 1,
  },
  {
    key: 'flowLevels',
    label: 'flow levels',
    unit: '',
    help: 'levels of the RealNVP posterior flow; 0 makes it a plain VAE',
    min: 0,
    max: 20,
    step: 1,
  },
  {
    key: 'flowHidden',
    label: 'flow hidden units',
    unit: '',
    help: 'width of the coupling networks of the flow',
    min: 1,
    max: 1000,
    step: 1,
  },
  LEARNING_RATE,
  samplesSetting('samples of z in the importance-weighted NLL of a trace'),
];
